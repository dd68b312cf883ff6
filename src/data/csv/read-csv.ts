/**
 * `readCsv`: a whole file as a table. `streamCsv`: a file of any size, row by row or part by part.
 */
import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import { Dataset } from '../dataset.js'
import { Cells } from './cells.js'
import { parseNumber } from './numbers.js'
import { type TableOptions, TableReader } from './reader.js'
import { recordsOf } from './records.js'
import type { Row, Table } from './table.js'
import { type Text, type TextSource, textOf } from './text-source.js'

/** Options of `readCsv` and `streamCsv`. */
export interface CsvOptions extends TableOptions {
  /** True if the first line holds the names of the columns. Default true, unless `names` are given. */
  header?: boolean
  /** The names of the columns; with `header: true`, instead of those of the file. Default without a header: column1, column2, …. */
  names?: readonly string[]
  /** The character that separates values. Default a comma. */
  delimiter?: string
  /** The decimal mark of numbers, `.` (default) or `,`. */
  decimal?: '.' | ','
}

const tableOptions = ['columns', 'missing', 'missingValues', 'badLines', 'encoding']
const known = [...tableOptions, 'header', 'names', 'delimiter', 'decimal']

/**
 * Reads a CSV file into a table. Values may be quoted, and then hold delimiters, line breaks and doubled quotes; lines end in any way; a
 * byte order mark and blank lines are passed over. What is missing or broken is an error that names the file, the line, the column and the
 * value, unless an option chooses what to do with it.
 *
 * @param source text with a line break, a path, a URL, bytes, a `File`, a `Response`, a stream, or an iterable of pieces
 * @throws OptionError when a line is broken, a value is missing, or an option cannot be used
 * @example
 * const text = 'age,city\n31,Rome\n,Oslo\n29,"Paris, Texas"\n'
 * const table = await readCsv(text, { missing: { age: 'mean' } })
 * table.column('age') // => [31, 30, 29]
 * table.column('city') // => ['Rome', 'Oslo', 'Paris, Texas']
 * table.missing // => [{ line: 3, column: 'age', filled: 30, dropped: false }]
 * await readCsv(text) // throws readCsv: line 3, column age: the value is missing. …
 * @see RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
 */
export async function readCsv(source: TextSource, options: CsvOptions = {}): Promise<Table> {
  checkCsvOptions('readCsv', options)
  const text = textOf('readCsv', source, options.encoding ?? 'utf-8')
  const { value } = await partsOf('readCsv', text, options, false).next()
  return value
}

/**
 * Reads a CSV file of any size row by row, as a dataset of objects: only the part that is being read is in memory. The types of the columns
 * are inferred from the first 1000 rows.
 *
 * @param source as `readCsv` takes it; a path or URL can be read again, for each epoch
 * @throws OptionError as `readCsv` does, when the rows are read; and for fills by `mean`, `median` or `mostFrequent`, which need all rows
 * @example
 * const rows = streamCsv('x,y\n1,2\n3,6\n5,10\n')
 * const batches = rows.map(({ x, y }) => [[x], [y]]).batch(2)
 * for await (const [x, y] of batches) console.log(String(x), String(y))
 * await rows.toArray() // => [{ x: 1, y: 2 }, { x: 3, y: 6 }, { x: 5, y: 10 }]
 */
export function streamCsv(source: TextSource, options: CsvOptions = {}): Dataset<Row> {
  return streamCsvTables(source, options).flatten()
}

/**
 * Reads a CSV file of any size part by part, as a dataset of tables of some thousand rows: the fastest way through a large file.
 *
 * @param source as `readCsv` takes it
 * @throws OptionError as `streamCsv` does
 * @example
 * let sum = 0
 * for await (const table of streamCsvTables('x\n1\n2\n3\n')) sum += table.tensor('x').sum().item()
 * sum // => 6
 */
export function streamCsvTables(source: TextSource, options: CsvOptions = {}): Dataset<Table> {
  checkCsvOptions('streamCsv', options)
  checkStreaming('streamCsv', options)
  const text = textOf('streamCsv', source, options.encoding ?? 'utf-8')
  return Dataset.of(() => partsOf('streamCsv', text, options, true))
}

/** The file in parts, as they come; a single table where it is not streaming. */
async function* partsOf(op: string, text: Text, options: CsvOptions, isStreaming: boolean): AsyncGenerator<Table> {
  let reader: TableReader | null = null
  const delimiter = options.delimiter ?? ','
  for await (const records of recordsOf(op, text, delimiter)) {
    records((cells, line) => {
      if (reader) reader.push(cells, line)
      else if (cells.length > 1 || cells.at(0) !== '') reader = begin(op, text.name, options, cells.toArray(), line)
    })
    const current = reader as TableReader | null
    if (isStreaming && current && !current.isWaiting) yield current.take()
  }
  const last = reader as TableReader | null
  if (!last)
    throw new OptionError(
      `${op}: ${text.name || 'the text'} is empty. A first line with the names of the columns is needed.`,
    )
  const table = last.take()
  if (!isStreaming || table.size > 0) yield table
}

/** Reads the first line: names, or the first record. */
function begin(op: string, source: string, options: CsvOptions, cells: string[], line: number): TableReader {
  const { names, header = names === undefined, decimal } = options
  if (header && options.header === undefined) checkHeader(op, cells)
  const own = names ?? cells.map((cell, i) => (header && cell.trim()) || `column${i + 1}`)
  checkUnique(op, own)
  const reader = new TableReader(op, source, own, options, decimal === ',')
  if (!header) reader.push(Cells.of(cells), line)
  return reader
}

/** @throws OptionError when the first line does not look like names, or not like separated by the delimiter */
function checkHeader(op: string, cells: readonly string[]): void {
  if (cells.every((cell) => cell.trim() !== '' && !Number.isNaN(parseNumber(cell))))
    throw new OptionError(
      `${op}: the first line, ${cells.slice(0, 4).join(', ')}, holds numbers, not names of columns. Pass header: false, or header: true if they are names.`,
    )
  const other = cells.length === 1 ? /[;\t|]/.exec(cells[0])?.[0] : undefined
  if (other !== undefined)
    throw new OptionError(
      `${op}: the first line, ${JSON.stringify(cells[0].slice(0, 40))}, is a single value. Pass delimiter: ${JSON.stringify(other)}, or header: true if it is a name.`,
    )
}

function checkUnique(op: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new OptionError(
    `${op}: two columns have the name ${twice}. Pass names: [… ] to rename them; with header: true the header is passed over.`,
  )
}

function checkCsvOptions(op: string, options: CsvOptions): void {
  checkOptions(op, options, known)
  const { delimiter = ',', decimal = '.' } = options
  if (typeof delimiter !== 'string' || delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new OptionError(`${op}: delimiter is ${JSON.stringify(delimiter)}. Give one character, such as ';' or '\\t'.`)
  if (!['.', ','].includes(decimal) || decimal === delimiter)
    throw new OptionError(
      `${op}: decimal is ${JSON.stringify(decimal)}, delimiter ${JSON.stringify(delimiter)}. Give '.' or ',', and another delimiter.`,
    )
}

/** @throws OptionError for a fill that needs all rows */
export function checkStreaming(op: string, { missing = 'error' }: TableOptions): void {
  const policies = typeof missing === 'object' && !('fill' in missing) ? Object.values(missing) : [missing]
  const whole = policies.find((policy) => ['mean', 'median', 'mostFrequent'].includes(policy as string))
  if (whole === undefined) return
  throw new OptionError(
    `${op}: the policy ${whole} for missing values needs all rows. Pass { fill: value }, or use readCsv.`,
  )
}
