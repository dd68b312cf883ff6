/**
 * What is public for other files only, "Internal: …" in its comment, stays out of the reference.
 */
import { Comment, type ProjectReflection, type Reflection, ReflectionKind } from 'typedoc'

const members = ReflectionKind.ClassMember | ReflectionKind.SomeSignature

/** Removes it. */
export function removeInternals(project: ProjectReflection): void {
  for (const member of project.getReflectionsByKind(members)) {
    if (!isInternal(member)) continue
    const isLone = member.isSignature() && !member.parent.kindOf(ReflectionKind.TypeLiteral)
    project.removeReflection(isLone ? (member as { parent: Reflection }).parent : member)
  }
}

function isInternal({ comment }: Reflection): boolean {
  return Comment.combineDisplayParts(comment?.summary).startsWith('Internal:')
}
