/**
 * Data of models with several inputs or outputs: in arrays in their order, or by their names.
 */
import { OptionError } from '../errors.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { Tensor } from '../tensor/tensor.js'

/** Data of one input; of several, an array in their order, or an object by their names. */
export type Data = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>

/** Data as a model takes them: a tensor or arrays of one input, an array of tensors of several. */
export type OrderedData = TensorLike | readonly Tensor[]

/** True for the data of several inputs. */
export function areSeveral(data: unknown): data is readonly Tensor[] {
  return Array.isArray(data) && data[0] instanceof Tensor
}

/**
 * The data in the order of the names.
 * @param names those of the inputs or outputs; null where the model does not name them
 * @throws OptionError when some are missing or unknown
 */
export function inOrder(op: string, what: 'x' | 'y', data: Data, names: readonly string[] | null): OrderedData {
  if (!names) return data as OrderedData
  const list = isNamed(data) ? byName(op, what, data, names) : names.length > 1 ? byPlace(op, what, data, names) : data
  return names.length > 1
    ? (list as readonly TensorLike[]).map(toTensor)
    : ((isNamed(data) ? (list as unknown[])[0] : list) as OrderedData)
}

/** True for a plain object: entries by name. */
function isNamed(data: unknown): data is Readonly<Record<string, TensorLike>> {
  if (typeof data !== 'object' || data === null) return false
  const above = Object.getPrototypeOf(data)
  return above === null || above === Object.prototype
}

function byName(op: string, what: string, data: Readonly<Record<string, TensorLike>>, names: readonly string[]) {
  const keys = Object.keys(data)
  const wrong = keys.find((key) => !names.includes(key)) ?? names.find((name) => !keys.includes(name))
  if (wrong === undefined) return names.map((name) => data[name])
  throw new OptionError(
    `${op}: ${what} has the entries ${keys.join(', ')}, but the model has ${names.join(', ')}. Pass one entry for each name.`,
  )
}

function byPlace(op: string, what: string, data: unknown, names: readonly string[]): readonly TensorLike[] {
  if (Array.isArray(data) && data.length === names.length) return data
  const got = Array.isArray(data) ? `${data.length} entries` : 'one tensor'
  throw new OptionError(
    `${op}: ${what} is ${got}, but the model has ${names.length}: ${names.join(', ')}. Pass an array with one entry each, or an object by name.`,
  )
}
