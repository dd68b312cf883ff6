/**
 * Single numbers of an optimizer's state as variables to look at.
 */
import { backend } from '../../tensor/backend.js'
import { Variable } from '../../tensor/variable.js'

/** A float64 variable that holds this number. */
export function scalarVariable(owner: string, name: string, value: number): Variable {
  const buffer = backend.allocate('float64', 1)
  backend.write(buffer, backend.upload(Float64Array.of(value), 'float64'))
  const variable = new Variable(buffer, [], false, name, null)
  variable.path = `${owner}/${name}`
  return variable
}
