/**
 * `Table`: columns of numbers and text, as they come from a file, on their way to tensors.
 */
import { DTypeError, OptionError } from '../../errors.js'
import type { DType } from '../../kernels/backend.js'
import { checkOptions, nearest } from '../../options.js'
import { wrap } from '../../tensor/creation.js'
import { newValues } from '../../tensor/nested-arrays.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ColumnType } from './columns.js'
import type { MissingValue } from './missing.js'
import type { BadLine } from './reader.js'

/** A row as an object: numbers, strings, and null for what is missing. */
export type Row = Record<string, number | string | boolean | null>

/** The values of a column: numbers, or strings. */
export type ColumnValues = Float64Array | (string | null)[]

/**
 * Columns of equal length, with names. `readCsv` and `readJsonLines` make it; iterating gives its rows as objects.
 *
 * @example
 * const table = await readCsv('height,weight,sex\n1.7,65,f\n1.8,80,m\n')
 * table.names // => ['height', 'weight', 'sex']
 * table.tensor().toArray() // => [[1.7, 65], [1.8, 80]]
 * table.column('sex') // => ['f', 'm']
 */
export class Table implements Iterable<Row> {
  /** The names of the columns, in order. */
  readonly names: readonly string[]
  private readonly byName: ReadonlyMap<string, { type: Exclude<ColumnType, 'skip'>; values: ColumnValues }>

  /** Internal: `readCsv` makes tables. */
  constructor(
    columns: readonly (readonly [name: string, type: ColumnType, values: ColumnValues])[],
    /** The number of rows. */
    readonly size: number,
    /** The values that were missing, and what was done about each. */
    readonly missing: readonly MissingValue[] = [],
    /** The lines that were left out because they were broken. */
    readonly badLines: readonly BadLine[] = [],
  ) {
    this.names = columns.map(([name]) => name)
    this.byName = new Map(columns.map(([name, type, values]) => [name, { type: type as 'number', values }]))
  }

  /** The type of each column: `number`, `boolean` or `text`. */
  get types(): Record<string, 'number' | 'boolean' | 'text'> {
    return Object.fromEntries([...this.byName].map(([name, { type }]) => [name, type]))
  }

  /**
   * The values of a column: of numbers and booleans (1 and 0) a `Float64Array`, of text an array of strings. Missing values that were kept
   * are NaN and null.
   * @param name its name
   * @throws OptionError when there is no such column
   */
  column(name: string): ColumnValues {
    return this.find('Table.column', name).values
  }

  /**
   * Columns as a tensor, [rows, columns]; a single name, not in an array, gives [rows].
   * @param names which columns; default: all that are not text
   * @param options `dtype`: default float32
   * @throws DTypeError for a column of text
   * @example
   * const table = await readCsv('a,b,c\n1,2,3\n4,5,6\n')
   * table.tensor(['a', 'c']).toArray() // => [[1, 3], [4, 6]]
   * table.tensor('b').toArray() // => [2, 5]
   */
  tensor(names?: string | readonly string[], options: { dtype?: DType } = {}): Tensor {
    checkOptions('Table.tensor', options, ['dtype'])
    const { dtype = 'float32' } = options
    const wanted =
      typeof names === 'string' ? [names] : (names ?? this.names.filter((name) => this.types[name] !== 'text'))
    const columns = wanted.map((name) => this.numbers(name))
    const values = newValues('Table.tensor', dtype, this.size * columns.length)
    columns.forEach((column, j) => {
      for (let i = 0; i < this.size; i++) values[i * columns.length + j] = column[i]
    })
    return wrap('Table.tensor', values, dtype, typeof names === 'string' ? [this.size] : [this.size, columns.length])
  }

  /**
   * The table without some columns, for the inputs of a model: `table.without('price').tensor()`.
   * @param names which to leave out
   * @throws OptionError when there is no such column
   */
  without(...names: string[]): Table {
    for (const name of names) this.find('Table.without', name)
    const kept = [...this.byName].filter(([name]) => !names.includes(name))
    return new Table(
      kept.map(([name, { type, values }]) => [name, type, values] as const),
      this.size,
      this.missing,
      this.badLines,
    )
  }

  /** The rows as objects. */
  *[Symbol.iterator](): Iterator<Row> {
    const columns = [...this.byName].map(([name, { type, values }]) => [name, type, values] as const)
    for (let i = 0; i < this.size; i++) {
      const row: Row = {}
      for (const [name, type, values] of columns) row[name] = cellOf(type, values[i])
      yield row
    }
  }

  /** The first rows, and what was missing or broken. */
  toString(): string {
    const rows = [...this.names.map((name) => [name, ...this.shown(name)])]
    const widths = rows.map((cells) => Math.max(...cells.map((cell) => cell.length)))
    const lines =
      rows[0]?.map((_, i) =>
        rows
          .map((cells, j) => cells[i].padEnd(widths[j]))
          .join('  ')
          .trimEnd(),
      ) ?? []
    if (this.size > shownRows) lines.push('…')
    return [`Table [${this.size} rows, ${this.names.length} columns]`, ...lines, ...this.notes()].join('\n')
  }

  private shown(name: string): string[] {
    return Array.from(this.column(name).slice(0, shownRows) as ArrayLike<unknown>, (v) => String(v))
  }

  private notes(): string[] {
    const kinds = new Map<string, number[]>()
    const note = (text: string, line: number) => kinds.set(text, [...(kinds.get(text) ?? []).slice(0, 6), line])
    const counts = new Map<string, number>()
    const add = (text: string, line: number) => {
      counts.set(text, (counts.get(text) ?? 0) + 1)
      if ((kinds.get(text)?.length ?? 0) < 6) note(text, line)
    }
    for (const { column, filled, dropped, line } of this.missing)
      add(`${column}: missing, ${dropped ? 'row left out' : filled === null ? 'kept' : `filled with ${filled}`}`, line)
    for (const { line, problem } of this.badLines) add(`left out: ${problem}`, line)
    return [...kinds].map(([text, lines]) => `${text} (${linesOf(lines, counts.get(text) as number)})`)
  }

  private find(op: string, name: string): { type: Exclude<ColumnType, 'skip'>; values: ColumnValues } {
    const column = this.byName.get(name)
    if (column) return column
    const guess = nearest(String(name), this.names)
    throw new OptionError(
      `${op}: there is no column ${name}. ${guess ? `Did you mean ${guess}?` : `The columns are ${this.names.join(', ')}.`}`,
    )
  }

  private numbers(name: string): Float64Array {
    const { type, values } = this.find('Table.tensor', name)
    if (type !== 'text') return values as Float64Array
    throw new DTypeError(
      `Table.tensor: column ${name} is text (${JSON.stringify(values[0] ?? null)}, …). Encode it: labelEncoder(table.column('${name}')), or pass columns: { ${name}: 'number' } to read it as numbers.`,
    )
  }
}

const shownRows = 5

const cellOf = (type: ColumnType, value: number | string | null) =>
  type === 'boolean' && value !== null
    ? Number.isNaN(value as number)
      ? null
      : value === 1
    : typeof value === 'number' && Number.isNaN(value)
      ? null
      : value

function linesOf(lines: readonly number[], count: number): string {
  const more = count > lines.length ? ` and ${count - lines.length} more` : ''
  return `line${count > 1 ? 's' : ''} ${lines.join(', ')}${more}`
}
