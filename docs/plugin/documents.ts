/**
 * Links in the guides to files of the repository lead to pages of the source, as those of the reference do, or to the playground.
 */
import { join, relative } from 'node:path'
import type { CommentDisplayPart, ProjectReflection } from 'typedoc'
import { isPlayground } from './playground.js'

const root = join(import.meta.dirname, '../..')

/** Turns them into `source:` links, which `sources.ts` resolves. */
export function linkFiles(project: ProjectReflection): void {
  for (const document of project.documents ?? [])
    document.content = document.content.map((part) => linked(project, part))
}

/** The same for the home page, which TypeDoc reads later. */
export function linkFilesOfHome(project: ProjectReflection): void {
  project.readme = project.readme?.map((part) => linked(project, part))
}

function linked(project: ProjectReflection, part: CommentDisplayPart): CommentDisplayPart {
  if (part.kind !== 'relative-link' || part.target === undefined) return part
  const target = project.files.resolve(part.target, project)
  const path = typeof target === 'string' ? relative(root, target) : ''
  if (isPlayground(path)) return { kind: 'text', text: `../${relative('docs', path)}` } // from a guide's page
  if (!/\.(ts|mjs|json)$/.test(path)) return part
  return { kind: 'text', text: `source:${path}${part.targetAnchor ? `#${part.targetAnchor}` : ''}` }
}
