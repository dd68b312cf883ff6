/**
 * Puts every export and every document into its chapter.
 */
import { basename, dirname } from 'node:path'
import { Comment, CommentTag, type DocumentReflection, type ProjectReflection, type Reflection } from 'typedoc'
import { categoryOf } from './categories.js'

const documentChapters: Readonly<Record<string, string>> = { guides: 'Guides', decisions: 'Decisions' }

/** Adds `@category` to everything in the project. */
export function assignCategories(project: ProjectReflection): void {
  for (const document of project.documents ?? []) {
    commentOf(document).blockTags.push(new CommentTag('@category', [{ kind: 'text', text: chapterOf(document) }]))
  }
  for (const child of project.children ?? []) {
    const category = categoryOf(child.sources?.[0].fullFileName ?? '')
    for (const reflection of child.signatures ?? [child]) setCategory(reflection, category)
  }
}

/** The comment of a reflection, which is made if there is none. */
export function commentOf(reflection: Reflection): Comment {
  reflection.comment ??= new Comment()
  return reflection.comment
}

/** Puts a reflection into a chapter, unless its own comment does. */
export function setCategory(reflection: Reflection, category: string): void {
  const { comment } = reflection
  if (!comment?.hasVisibleComponent() || comment.getTag('@category')) return // what is not described is to be noticed
  comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]))
}

/** The file that a document is. */
export function pathOf(document: DocumentReflection): string {
  return document.project.files.getReflectionPath(document) ?? ''
}

function chapterOf(document: DocumentReflection): string {
  const path = pathOf(document)
  if (basename(path).startsWith('coming-from')) return 'Coming from'
  return documentChapters[basename(dirname(path))] ?? 'Guides'
}
