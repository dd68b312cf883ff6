/**
 * Text that comes in pieces, as records of cells: cut at the ends of records, and parsed by d3-dsv. (The one file that imports d3-dsv.)
 */
import { dsvFormat } from 'd3-dsv'
import { OptionError } from '../../errors.js'
import { Cells } from './cells.js'
import type { Text } from './text-source.js'

/** Takes a record, and the line that it begins in (from 1). The cells are another record's after the call. */
export type OnRecord = (cells: Cells, line: number) => void

/** Whole records: hands them to a function, in order. */
export type Records = (onRecord: OnRecord) => void

/** A record may be as long as this: a quote that is never closed must not take all memory. */
const longest = 1 << 24

/**
 * Reads the records of the source, many at a time.
 * @throws OptionError for quotes that are not closed, or followed by something else than the delimiter or a line break
 */
export async function* recordsOf(op: string, text: Text, delimiter: string): AsyncGenerator<Records> {
  const { parseRows } = dsvFormat(delimiter)
  const shared = new Cells()
  let [rest, line] = ['', 1]
  const records = (part: string): Records => {
    if (!/"|\r(?!\n)/.test(part))
      return (onRecord) => split(part, delimiter, shared, (cells) => onRecord(cells, line++))
    return (onRecord) => {
      parseRows(part, (cells) => {
        const start = line
        line += 1 + breaksIn(cells)
        shared.set(cells)
        onRecord(shared, start)
        return null
      })
    }
  }
  for await (const piece of text.open()) {
    const part = rest + piece
    const end = endOfRecords(part, delimiter, (at) => followed(op, text.name, part, at, line))
    if (end > 0) yield records(part.slice(0, end))
    rest = part.slice(end)
    if (rest.length > longest) throw unclosed(op, text.name, rest, line)
  }
  if (rest === '') return
  if (endOfRecords(`${rest}\n`, delimiter, (at) => followed(op, text.name, rest, at, line)) <= rest.length)
    throw unclosed(op, text.name, rest, line)
  yield records(rest)
}

/** The records of text without quotes, faster than by d3-dsv. */
function split(text: string, delimiter: string, cells: Cells, onRecord: (cells: Cells) => void): void {
  const separator = delimiter.charCodeAt(0)
  const last = Math.max(separator, newline)
  let start = 0
  cells.text = text
  cells.length = 0
  const endRecord = (end: number) => {
    cells.add(start, end > start && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end)
    onRecord(cells)
    cells.length = 0
  }
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > last) continue // most characters
    if (c === separator) cells.add(start, i)
    else if (c === newline) endRecord(i)
    else continue
    start = i + 1
  }
  if (start < text.length || cells.length > 0) endRecord(text.length)
}

function breaksIn(cells: readonly string[]): number {
  let count = 0
  for (const cell of cells) if (/[\r\n]/.test(cell)) count += (cell.match(lineBreak) as string[]).length
  return count
}

const lineBreak = /\r\n|\n|\r/g
const [quote, newline, carriageReturn] = [34, 10, 13]

/** The end of the last whole record: after the last line break that is not in quotes; 0 where there is none. */
function endOfRecords(text: string, delimiter: string, onOddQuote: (at: number) => never): number {
  if (!text.includes('"')) return lastBreak(text)
  const delimiterCode = delimiter.charCodeAt(0)
  let [end, isStart] = [0, true]
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i)
    if (c === quote && isStart) {
      i = closing(text, i)
      if (i + 1 >= text.length) return end
      c = text.charCodeAt(++i)
      if (c !== delimiterCode && c !== newline && c !== carriageReturn) onOddQuote(i)
    }
    const isBreak = c === newline || (c === carriageReturn && i + 1 < text.length && text.charCodeAt(i + 1) !== newline)
    if (isBreak) end = i + 1
    isStart = isBreak || c === delimiterCode
  }
  return end
}

/** After a carriage return at the very end a newline may follow. */
function lastBreak(text: string): number {
  const last = text.lastIndexOf('\n')
  return 1 + (last >= 0 ? last : text.lastIndexOf('\r', text.length - 2))
}

/** The end of the quoted cell that begins at `start`; the end of the string where it has none. */
function closing(text: string, start: number): number {
  for (let i = start + 1; ; i += 2) {
    i = text.indexOf('"', i)
    if (i < 0) return text.length
    if (text.charCodeAt(i + 1) !== quote) return i
  }
}

const place = (name: string, line: number) => `${name ? `${name}, ` : ''}line ${line}`
const lineAt = (text: string, at: number, first: number) => first + (text.slice(0, at).match(lineBreak)?.length ?? 0)

function followed(op: string, name: string, text: string, at: number, first: number): never {
  throw new OptionError(
    `${op}: ${place(name, lineAt(text, at, first))}: a quoted value is followed by ${JSON.stringify(text.slice(at, at + 10))}. Quotes in a quoted value must be doubled: "say ""hi""".`,
  )
}

function unclosed(op: string, name: string, text: string, first: number): OptionError {
  return new OptionError(
    `${op}: ${place(name, first)}: a quote is not closed, in the record that begins with ${JSON.stringify(text.slice(0, 20))}. Close it, or double the quotes in the value.`,
  )
}
