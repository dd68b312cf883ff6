/**
 * The weights as one point: all variables in a row, in float64, with the loss and its gradient there.
 */
import { backend } from '../../tensor/backend.js'
import { notFinite } from '../../tensor/operations/finite.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { Reading } from './reading.js'

/** A point with its loss and gradient. */
export interface Place {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
}

/** The point where the variables are, with the loss that was computed there. */
export function* placeOf(loss: Tensor, variables: readonly Variable[]): Reading<Place> {
  const gradients = loss.gradientsOfLeaves()
  yield [loss, ...variables, ...gradients.values()]
  const gradient = variables.map((v) => gradients.get(v)?.dataSync() ?? new Float64Array(v.size))
  return { x: join(variables.map((v) => v.dataSync())), value: loss.item(), gradient: join(gradient) }
}

/** Returns whether the search can continue from there. */
export const isFinitePlace = ({ gradient }: Place): boolean => gradient.every(Number.isFinite)

/** @throws GradientError when the gradient is not finite */
export function checkPlace(place: Place, variables: readonly Variable[]): void {
  if (isFinitePlace(place)) return
  let end = 0
  const parts = variables.map(({ size }) => {
    end += size
    return place.gradient.subarray(end - size, end)
  })
  throw notFinite('minimize', parts, variables)
}

/** Sets the variables to a point. */
export function moveTo(variables: readonly Variable[], x: Float64Array): void {
  let start = 0
  for (const variable of variables) {
    const values = x.slice(start, start + variable.size)
    const typed = variable.dtype === 'float64' ? values : Float32Array.from(values)
    backend.write(variable.buffer, backend.upload(typed, variable.dtype))
    variable.version++
    start += variable.size
  }
}

function join(arrays: readonly ArrayLike<number>[]): Float64Array {
  const whole = new Float64Array(arrays.reduce((size, { length }) => size + length, 0))
  let start = 0
  for (const array of arrays) {
    whole.set(array, start)
    start += array.length
  }
  return whole
}
