/**
 * Comments that follow from others: `static defaults` of a class lists options, which are described in the options' interface; a
 * setter is described with its getter.
 */
import { Comment, type DeclarationReflection, type ProjectReflection, ReflectionKind, ReflectionType } from 'typedoc'

/** Writes them. */
export function describeInherited(project: ProjectReflection): void {
  for (const owner of project.getReflectionsByKind(ReflectionKind.Class) as DeclarationReflection[]) {
    for (const member of owner.children ?? []) {
      if (member.name === 'defaults') describeEntries(member, (name) => optionComment(project, owner, name))
      if (member.name === 'ranges') describeEntries(member, (name) => text(`The range of \`${name}\`.`))
      if (member.name === 'initial') describeEntries(member, (name) => text(`The first value of the slot \`${name}\`.`))
      if (member.name === 'counters') describeEntries(member, (name) => text(`The first value of \`${name}\`.`))
      if (member.kindOf(ReflectionKind.Constructor)) describeConstructor(owner, member)
      for (const signature of [...(member.signatures ?? []), ...(member.getSignature ? [member.getSignature] : [])]) {
        signature.comment ??= commentOfBase(project, member.name)
      }
      if (member.setSignature) member.setSignature.comment ??= member.getSignature?.comment?.clone()
    }
  }
}

function describeEntries(member: DeclarationReflection, comment: (name: string) => Comment): void {
  if (!(member.type instanceof ReflectionType)) return
  for (const entry of member.type.declaration.children ?? []) entry.comment ??= comment(entry.name)
}

function describeConstructor(owner: DeclarationReflection, member: DeclarationReflection): void {
  for (const signature of member.signatures ?? []) {
    const made = text(`Makes \`${owner.name}\`.`)
    if (!signature.comment) signature.comment = made
    else if (signature.comment.summary.length === 0) signature.comment.summary = made.summary
  }
}

/** Wrappers of optimizers do what every optimizer does; the class between is not exported. */
function commentOfBase(project: ProjectReflection, name: string): Comment | undefined {
  const base = project.getChildByName(['AnyOptimizer', name]) as DeclarationReflection | undefined
  return (base?.signatures?.[0] ?? base?.getSignature ?? base)?.comment?.clone()
}

function optionComment(project: ProjectReflection, { name }: DeclarationReflection, option: string): Comment {
  const types = [`${name}Options`, 'OptimizerOptions']
  const options = types.flatMap((type) => project.getChildByName([type, option]) ?? [])
  return options[0]?.comment?.clone() ?? text(`The default of \`${option}\`.`)
}

function text(words: string): Comment {
  return new Comment([{ kind: 'text', text: words }])
}
