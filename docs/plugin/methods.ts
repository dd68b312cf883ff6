/**
 * The methods of tensors are functions with their first argument bound (`src/tensor/operations/methods.ts`), which for TypeScript are a
 * mapped type. Here they become methods in the reference, too, with the first paragraph of the function.
 */
import {
  Comment,
  DeclarationReflection,
  ParameterReflection,
  type ProjectReflection,
  ReflectionKind,
  SignatureReflection,
} from 'typedoc'
import { setCategory } from './assign.js'
import { categoryOf } from './categories.js'

/** Makes them methods of `Tensor`. Classes that extend it do not list them again. */
export function describeMethods(project: ProjectReflection): void {
  const classes = ['Tensor', 'Variable', 'IndexedSlices', 'SymbolicTensor'].map((name) =>
    project.getChildByName([name]),
  )
  for (const owner of classes as DeclarationReflection[]) {
    for (const member of [...(owner.children ?? [])]) {
      if (member.type?.type !== 'reflection' || member.comment) continue
      const f = project.children?.find(({ name, signatures }) => name === member.name && signatures)
      if (f && owner.name === 'Tensor') makeMethod(owner, member.name, f)
      // A function of a chapter that is not exported is for other files
      const isOperation = /tensor\/operations\//.test(member.sources?.[0].fullFileName ?? '')
      if (f || isOperation || owner.name !== 'Tensor') project.removeReflection(member)
    }
  }
  for (const member of (classes[0] as DeclarationReflection).children ?? []) setCategoryOfMember(member)
}

function makeMethod(owner: DeclarationReflection, name: string, f: DeclarationReflection): void {
  const method = new DeclarationReflection(name, ReflectionKind.Method, owner)
  method.sources = f.sources
  method.signatures = f.signatures?.map((signature) => bind(method, signature))
  owner.addChild(method)
  const made = [method, ...(method.signatures ?? []), ...(method.signatures ?? []).flatMap((s) => s.parameters ?? [])]
  for (const reflection of made) owner.project.registerReflection(reflection, undefined, undefined)
}

/** The signature without its first parameter. */
function bind(method: DeclarationReflection, of: SignatureReflection): SignatureReflection {
  const signature = new SignatureReflection(method.name, ReflectionKind.CallSignature, method)
  const [first, ...rest] = of.parameters ?? []
  signature.type = of.type
  signature.parameters = rest.map((parameter) => copyParameter(parameter, signature))
  signature.comment = new Comment([
    ...Comment.cloneDisplayParts(of.comment?.getShortSummary(true) ?? []),
    { kind: 'text', text: `\n\nThis tensor is \`${first?.name ?? 'x'}\` of ` },
    { kind: 'inline-tag', tag: '@link', text: of.name, target: of.parent },
    { kind: 'text', text: '.' },
  ])
  const described = (of.comment?.getTags('@param') ?? []).filter((tag) => tag.name !== first?.name)
  signature.comment.blockTags = described.map((tag) => tag.clone())
  return signature
}

function copyParameter(of: ParameterReflection, signature: SignatureReflection): ParameterReflection {
  const parameter = new ParameterReflection(of.name, of.kind as never, signature)
  parameter.type = of.type
  parameter.defaultValue = of.defaultValue
  parameter.flags = of.flags
  parameter.comment = of.comment?.clone()
  return parameter
}

function setCategoryOfMember(member: DeclarationReflection): void {
  const file = member.sources?.[0].fullFileName ?? ''
  const isOperation = member.signatures !== undefined && !/tensor\/tensor\.ts$/.test(file)
  const category = isOperation ? categoryOf(file) : 'Tensor'
  for (const reflection of member.signatures ?? [member.getSignature ?? member]) setCategory(reflection, category)
}
