/**
 * Sources that comments do not name are added to them, from `docs/references.ts`.
 */
import { Comment, CommentTag, type ProjectReflection } from 'typedoc'
import { references } from '../references.js'

/** Adds `@see` where a comment names no page. */
export function addReferences(project: ProjectReflection): void {
  for (const child of project.children ?? []) {
    if (!Object.hasOwn(references, child.name)) continue
    const [words, url] = references[child.name]
    for (const { comment } of child.signatures ?? [child]) {
      if (comment && !namesSource(comment)) {
        comment.blockTags.push(new CommentTag('@see', [{ kind: 'text', text: `${words}, ${url}` }]))
      }
    }
  }
}

/** True if a comment names where something comes from. */
export function namesSource(comment: Comment): boolean {
  const see = comment.getTags('@see').map(({ content }) => Comment.combineDisplayParts(content))
  return see.some((text) => text.includes('https://'))
}
