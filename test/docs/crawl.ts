/**
 * The links of a static site: which of them lead nowhere.
 */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

const link = /\b(?:href|src)="([^"]*)"/g
const id = /\bid="([^"]*)"/g

/**
 * The links of the pages that lead to a file that is not there, or to an anchor that is not on its page.
 * @param folder ends in a slash
 * @param files all files below the folder
 */
export function brokenLinks(folder: string, files: readonly string[]): string[] {
  const there = new Set(files)
  const pages = new Map(
    files.filter((file) => /\.(html|svg)$/.test(file)).map((file) => [file, readPage(folder + file)]),
  )
  const broken: string[] = []
  for (const [file, { links }] of pages) {
    for (const target of links) {
      const [path, anchor] = target.split('#')
      const found = path === '' ? file : posix.join(posix.dirname(file), decodeURIComponent(path.split('?')[0]))
      const isMissing = !there.has(found) || (anchor && !pages.get(found)?.ids.has(decodeURIComponent(anchor)))
      if (isMissing) broken.push(`${file} → ${target}`)
    }
  }
  return broken
}

function readPage(path: string): { links: string[]; ids: Set<string> } {
  const html = readFileSync(path, 'utf8')
  const links = [...html.matchAll(link)].map(([, target]) => target.replaceAll('&amp;', '&'))
  return {
    links: links.filter((target) => target !== '#' && !/^(https?|mailto|data):/.test(target)),
    ids: new Set([...html.matchAll(id)].map(([, name]) => name)),
  }
}
