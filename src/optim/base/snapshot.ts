/**
 * The state of an optimizer as variables: copies to put back when something fails halfway, and single numbers to look at.
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import { Variable } from '../../tensor/variable.js'

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

/** A float64 variable that holds this number. */
export function scalarVariable(owner: string, name: string, value: number): Variable {
  const buffer = backend.allocate('float64', 1)
  backend.write(buffer, backend.upload(Float64Array.of(value), 'float64'))
  const variable = new Variable(buffer, [], false, name, null)
  variable.path = `${owner}/${name}`
  return variable
}
