/**
 * Tables in the guides that are made of data: a line `<!-- table: operations keras -->` is replaced by one.
 */
import type { CommentDisplayPart, ProjectReflection } from 'typedoc'
import { type Framework, operationTable } from './equivalents-table.js'

const placeholder = /<!-- table: operations (\w+) -->/

/** Replaces the placeholders in all documents. */
export function fillTables(project: ProjectReflection): void {
  for (const document of project.documents ?? []) {
    document.content = document.content.flatMap((part): CommentDisplayPart[] => {
      const found = part.kind === 'text' ? placeholder.exec(part.text) : null
      if (!found) return [part]
      const [before, after] = part.text.split(found[0])
      return [
        { kind: 'text', text: before },
        ...operationTable(project, found[1] as Framework),
        { kind: 'text', text: after },
      ]
    })
  }
}
