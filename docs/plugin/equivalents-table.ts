/**
 * Tables of what operations are called elsewhere, as Markdown.
 */
import type { CommentDisplayPart, DeclarationReflection, ProjectReflection } from 'typedoc'
import { type Framework, frameworks, nameIn } from '../equivalents.js'
import { categoryOf, categoryOrder } from './categories.js'

export type { Framework }

/** The names of one operation, as a table of one row a framework; '' if it has none anywhere. */
export function namesElsewhere(operation: string): string {
  const rows = Object.entries(frameworks).flatMap(([framework, title]) => {
    const name = nameIn(operation, framework as Framework)
    return name ? [`| ${title} | ${code(name)} |`] : []
  })
  return rows.length === 0 ? '' : ['| | |', '|---|---|', ...rows].join('\n')
}

/** All operations, as tables chapter by chapter: the name there, the name here. */
export function operationTable(project: ProjectReflection, framework: Framework): CommentDisplayPart[] {
  const operations = (project.children ?? []).filter(({ name }) => nameIn(name, framework))
  const chapter = (f: DeclarationReflection) => categoryOf(f.sources?.[0].fullFileName ?? '')
  return categoryOrder.flatMap((title) => {
    const members = operations.filter((f) => chapter(f) === title)
    return members.length === 0
      ? []
      : [...heading(title, framework), ...members.flatMap((f) => row(f, framework)), text('\n')]
  })
}

function heading(title: string, framework: Framework): CommentDisplayPart[] {
  const words = title.replace(/^Operations: (.)/, (_, letter: string) => letter.toUpperCase())
  return [text(`\n### ${words}\n\n| ${frameworks[framework]} | nabla |\n|---|---|\n`)]
}

function row(f: DeclarationReflection, framework: Framework): CommentDisplayPart[] {
  const here = { kind: 'inline-tag', tag: '@link', text: f.name, target: f } as const
  return [text(`| ${code(nameIn(f.name, framework))} | `), here, text(' |\n')]
}

function text(words: string): CommentDisplayPart {
  return { kind: 'text', text: words }
}

function code(words: string): string {
  return `\`${words.replaceAll('|', '\\|')}\``
}
