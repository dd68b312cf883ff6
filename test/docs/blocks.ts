/**
 * Where the documentation holds code: fenced blocks of Markdown files, and the `@example`s of doc comments.
 */
import { existsSync } from 'node:fs'
import { filesBelow, read, root } from '../source.js'

/** A piece of code that a test runs: one block, with the blocks that continue it. */
export interface Snippet {
  /** `README.md:12`, the line of its first block. */
  readonly where: string
  readonly code: string
  /** How many blocks it was written in. */
  readonly blocks: number
  /** Whether it can only run in a browser: it is checked, not run. */
  readonly browserOnly: boolean
}

/** A fenced block, and what stands behind its language. */
interface Block {
  readonly line: number
  readonly words: string[]
  readonly code: string
}

const languages = ['ts', 'js', 'typescript', 'javascript']

/** Every Markdown file that people read. */
export function markdownFiles(): string[] {
  const top = ['README.md', 'CONTRIBUTING.md'].filter((file) => existsSync(root + file))
  return [...top, ...filesBelow('docs', '.md').filter((file) => !file.startsWith('docs/site/'))]
}

/** The snippets of a Markdown text. A block marked `ts continue` goes on where the one before it stopped. */
export function markdownSnippets(file: string, text = read(file)): Snippet[] {
  return join(file, fencedBlocks(text))
}

/** The snippets of the `@example`s in a source file: the fenced blocks of each or, where it has none, its whole text. */
export function exampleSnippets(file: string, text = read(file)): Snippet[] {
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) =>
    examplesOf(comment[0]).flatMap(({ body, line }) => {
      const first = lineOf(text, comment.index) + line
      const blocks = body.includes('```') ? fencedBlocks(body) : [{ line: 1, words: [], code: body }]
      return join(
        file,
        blocks.map((block) => ({ ...block, line: first + block.line - 1 })),
      )
    }),
  )
}

/** The text behind each `@example` of a comment, up to the next tag, and its line in the comment (from 0). */
function examplesOf(comment: string): { body: string; line: number }[] {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\/?\*+\/? ?/, '').replace(/\s*\*\/$/, ''))
  const isTag = (line: string) => /^@[a-z]\w*/.test(line)
  return lines.flatMap((text, start) => {
    if (!text.startsWith('@example')) return []
    const next = lines.findIndex((line, i) => i > start && isTag(line))
    const body = lines.slice(start + 1, next < 0 ? undefined : next).join('\n')
    return body.trim() ? [{ body, line: start + 1 }] : []
  })
}

/** The blocks of a language that is no code of ours, such as `sh` or `html`. */
export function foreignBlocks(language: string): { where: string; code: string }[] {
  return markdownFiles().flatMap((file) =>
    allBlocks(read(file))
      .filter((block) => block.language === language)
      .map(({ line, code }) => ({ where: `${file}:${line}`, code })),
  )
}

/** The lines of blocks in pages, apart from changes of sources, that are wider than so many characters, by place: `README.md:12`. */
export function wideLines(width: number): string[] {
  return markdownFiles().flatMap((file) =>
    allBlocks(read(file)).flatMap(({ language, line, code }) =>
      (language === 'diff' ? '' : code)
        .split('\n')
        .flatMap((text, i) => (text.length > width ? [`${file}:${line + i}: ${text}`] : [])),
    ),
  )
}

/** Every language that a block is written in. */
export function languagesUsed(): string[] {
  return [...new Set(markdownFiles().flatMap((file) => allBlocks(read(file)).map(({ language }) => language)))].sort()
}

/** Blocks to run: those that name a file are parts of recipes. */
function fencedBlocks(text: string): Block[] {
  return allBlocks(text).filter(({ language, words }) => languages.includes(language) && !words[0]?.includes('.'))
}

/** Every fenced block. */
export function allBlocks(text: string): (Block & { language: string })[] {
  return [...text.matchAll(/^( *)```([^\n]*)\n(.*?)^ *```/gms)].map((match) => {
    const [, indent, info, code] = match
    const [language, ...words] = info.trim().split(/\s+/)
    const line = lineOf(text, match.index) + 1
    return { language, line, words, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}

function join(file: string, blocks: readonly Block[]): Snippet[] {
  const snippets: Snippet[] = []
  for (const { line, words, code } of blocks) {
    const before = snippets.at(-1)
    if (words.includes('continue') && before)
      snippets[snippets.length - 1] = { ...before, code: `${before.code}\n${code}`, blocks: before.blocks + 1 }
    else snippets.push({ where: `${file}:${line}`, code, blocks: 1, browserOnly: words.includes('browser') })
  }
  return snippets
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
