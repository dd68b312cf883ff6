/**
 * JSON lines, one JSON value a line: as a table, or streamed.
 */
import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options.js'
import { Dataset } from '../dataset.js'
import { Cells } from './cells.js'
import { missingWords, type TableOptions, TableReader } from './reader.js'
import type { Table } from './table.js'
import { type Text, type TextSource, textOf } from './text-source.js'

/**
 * Reads JSON lines, one object a line, into a table, with the options of `readCsv` for columns and missing values. Names that a line does
 * not have, and null, are missing; the columns are the names in the first 1000 lines; what is nested becomes text.
 *
 * @param source as `readCsv` takes it
 * @throws OptionError when a line is not an object in JSON, a value is missing, or an option cannot be used
 * @example
 * const table = await readJsonLines('{"x": 1, "y": "a"}\n{"x": 2, "y": "b"}\n')
 * table.tensor('x').toArray() // => [1, 2]
 * table.column('y') // => ['a', 'b']
 * @see JSON Lines, https://jsonlines.org
 */
export async function readJsonLines(source: TextSource, options: TableOptions = {}): Promise<Table> {
  const op = 'readJsonLines'
  checkOptions(op, options, ['columns', 'missing', 'missingValues', 'badLines', 'encoding'])
  const text = textOf(op, source, options.encoding ?? 'utf-8')
  const sample: [value: Record<string, unknown>, line: number][] = []
  let reader: TableReader | null = null
  let names: string[] = []
  const push = ([value, line]: (typeof sample)[0]) =>
    reader?.push(Cells.of(names.map((name) => cellOf(value[name]))), line)
  const begin = () => {
    names = [...new Set(sample.flatMap(([value]) => Object.keys(value)))]
    reader = new TableReader(op, text.name, names, { missingValues: missingWords, ...options })
    sample.forEach(push)
  }
  for await (const [value, line] of valuesOf(op, text)) {
    const object = objectOf(op, text, value, line)
    if (reader) push([object, line])
    else if (sample.push([object, line]) === 1000) begin()
  }
  if (!reader) begin()
  return (reader as unknown as TableReader).take()
}

/**
 * Reads JSON lines of any size one by one, as a dataset of what each line holds.
 *
 * @param source as `readCsv` takes it; a path or URL can be read again, for each epoch
 * @param options `encoding`: default `utf-8`
 * @throws OptionError when a line is not JSON, when it is read
 * @example
 * const lines = streamJsonLines('{"x": [1, 2]}\n{"x": [3, 4]}\n')
 * await lines.map(({ x }) => x[0]).toArray() // => [1, 3]
 */
export function streamJsonLines<T = unknown>(source: TextSource, options: { encoding?: string } = {}): Dataset<T> {
  checkOptions('streamJsonLines', options, ['encoding'])
  const text = textOf('streamJsonLines', source, options.encoding ?? 'utf-8')
  return Dataset.of(() => valuesOf('streamJsonLines', text)).map(([value]) => value as T)
}

/** The value of each line that is not blank, with its number. */
async function* valuesOf(op: string, text: Text): AsyncGenerator<[value: unknown, line: number]> {
  let [rest, line] = ['', 0]
  for await (const piece of text.open()) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() as string
    for (const json of lines) if (++line && json.trim()) yield [parse(op, text, json, line), line]
  }
  if (rest.trim()) yield [parse(op, text, rest, line + 1), line + 1]
}

function parse(op: string, text: Text, json: string, line: number): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new OptionError(
      `${op}: ${place(text, line)} is not JSON: ${JSON.stringify(json.trim().slice(0, 40))} (${(error as Error).message}). Each line must be one value.`,
    )
  }
}

const place = ({ name }: Text, line: number) => `${name ? `${name}, ` : ''}line ${line}`

function objectOf(op: string, text: Text, value: unknown, line: number): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new OptionError(
    `${op}: ${place(text, line)} is ${JSON.stringify(value).slice(0, 40)}, not an object. Use streamJsonLines for other values.`,
  )
}

/** A value as a cell of a table, which reads it again. */
function cellOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
