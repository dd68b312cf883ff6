/**
 * The cells of a record, as places in text: a number is read where it stands, and a string is cut out only when it is asked for.
 */

/** Cells; one object serves for all records of a file. */
export class Cells {
  /** The number of cells. */
  length = 0
  /** The text that they are in. */
  text = ''
  /** The starts and ends of the cells, in turn. */
  private readonly bounds: number[] = []

  /** The cells of an array. */
  static of(cells: readonly string[]): Cells {
    const result = new Cells()
    result.set(cells)
    return result
  }

  /** Takes the cells of an array instead. */
  set(cells: readonly string[]): void {
    this.text = cells.join('')
    this.length = 0
    let start = 0
    for (const { length } of cells) {
      this.add(start, start + length)
      start += length
    }
  }

  /** Adds a cell. */
  add(start: number, end: number): void {
    this.bounds[2 * this.length] = start
    this.bounds[2 * this.length + 1] = end
    this.length++
  }

  /** Returns the start of a cell. */
  start(i: number): number {
    return this.bounds[2 * i]
  }

  /** Returns its end. */
  end(i: number): number {
    return this.bounds[2 * i + 1]
  }

  /** A cell as a string. */
  at(i: number): string {
    return this.text.slice(this.bounds[2 * i], this.bounds[2 * i + 1])
  }

  /** All as strings. */
  toArray(): string[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i))
  }
}
