/**
 * What the search finds first: a page before the members of classes, and a guide by the `keywords` at its head, which say in a reader's
 * words what it helps with.
 */
import { type Application, type DocumentReflection, IndexEvent, type Reflection } from 'typedoc'

/** Installs it. */
export function rankSearch(app: Application): void {
  app.renderer.on(IndexEvent.PREPARE_INDEX, ({ searchResults, searchFields, searchFieldWeights }: IndexEvent) => {
    searchFieldWeights.keywords = 3000 // most have none, so that long ones count little
    searchResults.forEach((reflection, i) => {
      searchFields[i] = { keywords: keywordsOf(reflection) }
      if (!reflection.parent?.isProject()) reflection.relevanceBoost = 0.2
    })
  })
}

function keywordsOf(reflection: Reflection): string {
  return reflection.isDocument() ? String((reflection as DocumentReflection).frontmatter.keywords ?? '') : ''
}
