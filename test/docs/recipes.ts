/**
 * Recipes in Markdown: sections with files to make (`ts src/x.ts`), changes (`diff src/y.ts`) and commands (`sh`).
 */
import { allBlocks } from './blocks.js'

/** A section of the recipes. */
export interface Recipe {
  readonly title: string
  readonly changes: readonly Change[]
  readonly commands: readonly string[]
}

/** A new file, or lines to put into one. */
export interface Change {
  readonly file: string
  readonly isNew: boolean
  readonly text: string
}

/** The sections below `## Recipes`. */
export function recipesIn(markdown: string): Recipe[] {
  const [, chapter = ''] = /^## Recipes\n(.*?)^## /ms.exec(markdown) ?? []
  return chapter
    .split(/^### /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      changes: fileChanges(section),
      commands: allBlocks(section)
        .filter(({ language }) => language === 'sh')
        .flatMap(({ code }) => code.trim().split('\n')),
    }))
}

/** The blocks that name a file. */
export function fileChanges(markdown: string): Change[] {
  return allBlocks(markdown).flatMap(({ language, words: [file], code }) =>
    file?.includes('.') ? [{ file, isNew: language !== 'diff', text: code }] : [],
  )
}

/**
 * The text with a change in it.
 * @throws Error where the lines without + do not stand there once
 */
export function changed(text: string, { file, text: diff }: Change): string {
  const lines = diff.trimEnd().split('\n')
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1))
  const after = lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1))
  const found = text.split(`\n${before.join('\n')}\n`).length - 1
  if (found !== 1)
    throw new Error(`${file} has ${found ? `the lines ${found} times` : 'no lines'}: ${before.join('\n')}`)
  return text.replace(`\n${before.join('\n')}\n`, () => `\n${after.join('\n')}\n`)
}
