/**
 * Columns of a table that is being read: what type each has, and its values so far.
 */
import type { Cells } from './cells.js'
import { parseNumber } from './numbers.js'

/** `number`, `boolean` (true and false, as 1 and 0), `text`, or `skip` for a column that is not read. */
export type ColumnType = 'number' | 'boolean' | 'text' | 'skip'

/** Reads a cell: its value; null for one that the type cannot hold. */
export type ReadCell = (cell: string) => number | string | null

const booleans = new Map<string, number>()
for (const [value, words] of [
  [1, ['true', 'True', 'TRUE']],
  [0, ['false', 'False', 'FALSE']],
] as const)
  for (const word of words) booleans.set(word, value)

/** Returns the function that reads cells of a type. */
export function reader(type: ColumnType, decimalComma: boolean): ReadCell {
  if (type === 'text') return (cell) => cell
  if (type === 'boolean') return (cell) => booleans.get(cell.trim()) ?? null
  const numberOf = decimalComma ? (cell: string) => parseNumber(cell.replace(',', '.')) : parseNumber
  return (cell) => {
    const value = numberOf(cell)
    return Number.isNaN(value) ? null : value
  }
}

/**
 * The type that the values of a column speak for: boolean where all are true or false, number where most are numbers (the others are then
 * reported, not taken for text), otherwise text.
 */
export function inferType(cells: readonly string[], decimalComma: boolean): ColumnType {
  const count = (type: ColumnType) => {
    const read = reader(type, decimalComma)
    return cells.reduce((sum, cell) => sum + (read(cell) === null ? 0 : 1), 0)
  }
  if (cells.length > 0 && count('boolean') === cells.length) return 'boolean'
  return count('number') * 2 > cells.length ? 'number' : 'text'
}

/** The values of a column, of text in an array, of numbers and booleans in a typed array that is longer than needed. */
export class Column {
  readonly text: (string | null)[] = []
  numbers = new Float64Array(1024)
  /** Reads a cell of numbers or booleans. */
  readonly read: ReadCell
  /** True where cells are plain numbers, which is most of them. */
  readonly isPlain: boolean

  constructor(
    readonly type: ColumnType,
    decimalComma: boolean,
  ) {
    this.read = reader(type, decimalComma)
    this.isPlain = type === 'number' && !decimalComma
  }

  /** Puts the value of cell `at` at a place; false where it holds none. */
  put(i: number, cells: Cells, at: number): boolean {
    const value = this.isPlain ? parseNumber(cells.text, cells.start(at), cells.end(at)) : this.read(cells.at(at))
    if (typeof value === 'string') this.text[i] = value
    else if (value === null || Number.isNaN(value)) return false
    else {
      if (i >= this.numbers.length) this.grow()
      this.numbers[i] = value
    }
    return true
  }

  /** Puts a value at a place; null where it is missing. */
  set(i: number, value: number | string | null): void {
    if (this.type === 'text') this.text[i] = value as string | null
    else {
      if (i >= this.numbers.length) this.grow()
      this.numbers[i] = value === null ? Number.NaN : (value as number)
    }
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.numbers.length)
    larger.set(this.numbers)
    this.numbers = larger
  }

  /** The first `size` values. */
  taken(size: number): Float64Array | (string | null)[] {
    return (this.type === 'text' ? this.text : this.numbers).slice(0, size)
  }
}
