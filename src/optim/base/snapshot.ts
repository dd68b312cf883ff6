/**
 * A copy of variables, to put back when something fails halfway.
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import type { Variable } from '../../tensor/variable.js'

/** The numbers of variables at one moment. */
export class Snapshot {
  private readonly copies: { variable: Variable; numbers: DataBuffer; version: number }[]

  constructor(variables: readonly Variable[]) {
    this.copies = variables.map((variable) => {
      return { variable, numbers: backend.duplicate(variable.buffer), version: variable.version }
    })
  }

  /** Puts the numbers back. */
  restore(): void {
    for (const { variable, numbers, version } of this.copies) {
      backend.write(variable.buffer, numbers)
      variable.version = version
    }
  }
}
