/**
 * Comments that follow from others: `static defaults` of a class lists options, which are described in the options' interface.
 */
import { Comment, type DeclarationReflection, type ProjectReflection, ReflectionKind, ReflectionType } from 'typedoc'

/** Writes them. */
export function describeInherited(project: ProjectReflection): void {
  for (const owner of project.getReflectionsByKind(ReflectionKind.Class) as DeclarationReflection[]) {
    const members = owner.children ?? []
    const defaults = members.find(({ name, flags }) => name === 'defaults' && flags.isStatic)
    if (defaults?.type instanceof ReflectionType) {
      for (const entry of defaults.type.declaration.children ?? [])
        entry.comment ??= optionComment(project, owner, entry.name)
    }
    const make = members.find((member) => member.kindOf(ReflectionKind.Constructor))
    for (const signature of make?.signatures ?? []) signature.comment ??= text(`Makes \`${owner.name}\`.`)
  }
}

function optionComment(project: ProjectReflection, { name }: DeclarationReflection, option: string): Comment {
  const types = [`${name}Options`, 'OptimizerOptions']
  const options = types.flatMap((type) => project.getChildByName([type, option]) ?? [])
  return options[0]?.comment?.clone() ?? text(`The default of \`${option}\`.`)
}

function text(words: string): Comment {
  return new Comment([{ kind: 'text', text: words }])
}
