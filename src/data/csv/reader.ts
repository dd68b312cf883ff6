/**
 * From records of cells to a table: types are inferred from the first records, then each record is read, checked, and reported by line and
 * column where something is wrong or missing.
 */
import { OptionError } from '../../errors.js'
import { nearest } from '../../options.js'
import { Cells } from './cells.js'
import { Column, type ColumnType, inferType, reader } from './columns.js'
import { type Cell, checkPolicy, fillOf, type MissingPolicy, type MissingValue } from './missing.js'
import { Table } from './table.js'

/** Options of all that reads tables. */
export interface TableOptions {
  /** The type of each column, by name. Default: inferred from the first 1000 rows. */
  columns?: Readonly<Record<string, ColumnType>>
  /** The treatment of missing values, for all columns or by name. Default `error`. */
  missing?: MissingPolicy | Readonly<Record<string, MissingPolicy>>
  /** The values that stand for a missing one. Default: empty, NA, N/A, NaN, nan, null, NULL and ?. */
  missingValues?: readonly string[]
  /** `drop` leaves out lines with too few or too many values, or with values that their column cannot hold. Default `error`. */
  badLines?: 'error' | 'drop'
  /** The encoding of bytes. Default `utf-8`. */
  encoding?: string
}

/** A line that was left out because it was broken. */
export interface BadLine {
  /** The line of the file, from 1. */
  readonly line: number
  /** The reason. */
  readonly problem: string
}

/** The words for missing values, by default. */
export const missingWords = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?']

/** So many rows decide about the types. */
const sampleSize = 1000

/** A column at work. */
interface Slot {
  readonly name: string
  readonly type: ColumnType
  /** Its place in the records. */
  readonly at: number
  readonly policy: MissingPolicy
  readonly column: Column
  /** The rows where it was missing. */
  readonly holes: number[]
}

/** Reads records into a table. */
export class TableReader {
  private slots: Slot[] | null = null
  private waiting: [cells: string[], line: number][] = []
  private size = 0
  private missing: MissingValue[] = []
  private badLines: BadLine[] = []
  private readonly missingWords: Set<string>
  private readonly longestMissing: number
  /** True if a number, such as -999, stands for a missing value. */
  private readonly hasNumbers: boolean

  constructor(
    private readonly op: string,
    private readonly source: string,
    private readonly names: readonly string[],
    private readonly options: TableOptions,
    private readonly decimalComma = false,
  ) {
    this.missingWords = new Set(options.missingValues ?? missingWords)
    this.longestMissing = Math.max(...[...this.missingWords].map((word) => word.length), 0)
    this.hasNumbers = [...this.missingWords].some((word) => reader('number', decimalComma)(word) !== null)
    checkNames(op, 'columns', options.columns ?? {}, names)
    if (isByName(options.missing)) checkNames(op, 'missing', options.missing, names)
  }

  /** Takes a record. */
  push(cells: Cells, line: number): void {
    if (cells.length !== this.names.length) {
      const isBlank = cells.length === 1 && cells.at(0) === ''
      if (!isBlank) this.reject(line, `has ${cells.length} values, not ${this.names.length} (${this.names.join(', ')})`)
    } else if (this.slots) this.add(this.slots, cells, line)
    else if (this.waiting.push([cells.toArray(), line]) === sampleSize) this.start()
  }

  /** Decides about the types, and reads what has waited for that. */
  private start(): Slot[] {
    this.slots = this.names.flatMap((name, at) => this.slotOf(name, at))
    for (const [cells, line] of this.waiting) this.add(this.slots, Cells.of(cells), line)
    this.waiting = []
    return this.slots
  }

  private slotOf(name: string, at: number): Slot[] {
    const { columns = {} } = this.options
    const sample = () => this.waiting.map(([cells]) => cells[at]).filter((cell) => !this.isMissing(cell))
    const type = Object.hasOwn(columns, name) ? columns[name] : inferType(sample(), this.decimalComma)
    if (type === 'skip') return []
    const policy = this.policyOf(name, type === 'text')
    return [{ name, type, at, policy, column: new Column(type, this.decimalComma), holes: [] }]
  }

  /** The policy of a column; one for all columns holds for those that can follow it. */
  private policyOf(name: string, isText: boolean): MissingPolicy {
    const { missing = 'error' } = this.options
    if (!isByName(missing)) return checkPolicy(this.op, missing, isText) ?? 'error'
    if (!Object.hasOwn(missing, name)) return 'error'
    const policy = checkPolicy(this.op, missing[name], isText)
    if (policy !== null) return policy
    throw new OptionError(
      `${this.op}: column ${name} is ${isText ? 'text' : 'numeric'} and cannot be filled with ${JSON.stringify(missing[name])}. Use ${isText ? "'mostFrequent' or { fill: 'unknown' }" : "'median' or { fill: 0 }"}.`,
    )
  }

  private isMissing(cell: string): boolean {
    if (cell.length <= this.longestMissing && this.missingWords.has(cell)) return true
    return isBlankEdged(cell) && this.missingWords.has(cell.trim())
  }

  private add(slots: readonly Slot[], cells: Cells, line: number): void {
    for (const slot of slots) {
      const { at, column } = slot
      const mayHold = (slot.type !== 'text' && !this.hasNumbers) || !this.isMissing(cells.at(at))
      if (mayHold && column.put(this.size, cells, at)) continue
      if (!this.addHole(slot, cells.at(at), line)) {
        this.forget(slots, line)
        return
      }
    }
    this.size++
  }

  /** Deals with a cell that holds no value; false when its row is to be left out. */
  private addHole(slot: Slot, cell: string, line: number): boolean {
    if (this.isMissing(cell)) return this.addMissing(slot, line)
    this.reject(line, `column ${slot.name}: ${JSON.stringify(cell)} is not a ${slot.type}`)
    return false
  }

  /** Notes a missing value; false when its row is to be left out. */
  private addMissing({ name, type, policy, column, holes }: Slot, line: number): boolean {
    if (policy === 'error')
      throw new OptionError(
        `${this.op}: ${this.place(line)}, column ${name}: the value is missing. Choose what to do, such as missing: 'drop' or { ${name}: '${type === 'text' ? 'mostFrequent' : 'median'}' }.`,
      )
    const dropped = policy === 'drop'
    this.missing.push({ line, column: name, filled: typeof policy === 'object' ? policy.fill : null, dropped })
    if (dropped) return false
    column.set(this.size, null)
    holes.push(this.size)
    return true
  }

  /** Leaves out the row that was begun. */
  private forget(slots: readonly Slot[], line: number): void {
    for (const { holes } of slots) if (holes.at(-1) === this.size) holes.pop()
    for (let i = this.missing.length - 1; this.missing[i]?.line === line; i--)
      this.missing[i] = { ...this.missing[i], filled: null, dropped: true }
  }

  /** A line that is broken. */
  private reject(line: number, problem: string): void {
    if (this.options.badLines === 'drop') this.badLines.push({ line, problem })
    else
      throw new OptionError(
        `${this.op}: ${this.place(line)}${problem.startsWith('column') ? ', ' : ' '}${problem}. Correct it, or leave out such lines with badLines: 'drop'.`,
      )
  }

  private place(line: number): string {
    return `${this.source ? `${this.source}, ` : ''}line ${line}`
  }

  /** The rows so far as a table, which are then forgotten; types stay. */
  take(): Table {
    const slots = this.slots ?? this.start()
    const fills = new Map(slots.map((slot) => [slot.name, this.fill(slot)]))
    const missing = this.missing.map((m) => (m.dropped ? m : { ...m, filled: fills.get(m.column) ?? null }))
    const columns = slots.map(({ name, type, column }) => [name, type, column.taken(this.size)] as const)
    const table = new Table(columns, this.size, missing, this.badLines)
    for (const { holes } of slots) holes.length = 0
    ;[this.size, this.missing, this.badLines] = [0, [], []]
    return table
  }

  /** True while no type is decided. */
  get isWaiting(): boolean {
    return this.slots === null
  }

  private fill({ name, policy, column, holes }: Slot): Cell {
    if (holes.length === 0 || policy === 'keep') return null
    const empty = new Set(holes)
    const present = () => ([...column.taken(this.size)] as Cell[]).filter((_, i) => !empty.has(i))
    const value = fillOf(this.op, name, policy, typeof policy === 'object' ? [] : present())
    for (const i of holes) column.set(i, value)
    return value
  }
}

/** True if a cell begins or ends with a space; the empty one does not. */
const isBlankEdged = (cell: string) => cell.charCodeAt(0) <= 32 || cell.charCodeAt(cell.length - 1) <= 32

function isByName(missing: TableOptions['missing']): missing is Readonly<Record<string, MissingPolicy>> {
  return typeof missing === 'object' && !('fill' in missing)
}

function checkNames(op: string, option: string, byName: object, names: readonly string[]): void {
  const unknown = Object.keys(byName).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const guess = nearest(unknown, names)
  throw new OptionError(
    `${op}: ${option} names ${unknown}, which is not a column. ${guess ? `Did you mean ${guess}?` : `The columns are ${names.join(', ')}.`}`,
  )
}
