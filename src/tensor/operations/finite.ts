/**
 * Gradients that are not finite: found before a step, so that none is made with them.
 */
import { setRecording } from '../../autograd/engine.js'
import { GradientError } from '../../errors.js'
import type { DataBuffer } from '../../kernels/backend.js'
import { backend } from '../backend.js'
import { IndexedSlices } from '../indexed-slices.js'
import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import { concat } from './joining.js'

type MaybeTensor = Tensor | null | undefined

/** For which variables the squares of the gradients must be finite, too. Without it, for none. */
export interface Squaring {
  squaresGradient?(variable: Variable): boolean
}

/** Returns whether every number of every gradient is finite, read in one go. */
export function areFinite(
  gradients: readonly MaybeTensor[],
  variables: readonly Variable[] = [],
  optimizer: Squaring = {},
): boolean {
  const { allFinite } = backend
  if (!allFinite) return finiteFlag(gradients, variables, optimizer)?.item() !== 0
  const squared = gradients.map((g, i) => g && optimizer.squaresGradient?.(variables[i]))
  for (let i = 0; i < gradients.length; i++) {
    const g = gradients[i]
    if (!g) continue
    const { buffer } = g instanceof IndexedSlices ? g.values : g
    if (!allFinite(buffer, squared[i] ? 'squares' : 'numbers')) return false
  }
  return true
}

/** The same as one number on the back end, 1 or 0; null where there is nothing to look at. */
export function finiteFlag(
  gradients: readonly MaybeTensor[],
  variables: readonly Variable[] = [],
  optimizer: Squaring = {},
): Tensor | null {
  const flags = gradients.flatMap((g, i) =>
    g && g.size > 0 && isAlive(numbersOf(g).buffer) ? flagOf(g, optimizer.squaresGradient?.(variables[i])) : [],
  )
  if (flags.length < 2) return flags[0] ?? null
  return setRecording(false, () => concat(flags.map((flag) => flag.cast('float32').reshape([1]))).min())
}

/** Returns whether every number of one gradient, or its square, is finite, as a scalar tensor. */
export function flagOf(gradient: Tensor, isSquared = false): Tensor {
  return setRecording(false, () => {
    const numbers = numbersOf(gradient)
    return (isSquared ? numbers.square() : numbers).isFinite().all()
  })
}

/** @throws GradientError when a gradient is not finite, or not its square where that is computed; names the variables */
export function checkFinite(
  op: string,
  gradients: readonly MaybeTensor[],
  variables: readonly Variable[],
  optimizer?: Squaring,
): void {
  if (!areFinite(gradients, variables, optimizer)) throw nonFinite(op, gradients, variables)
}

/** The error for gradients that are not finite, whose numbers can be read at once. */
export function nonFinite(
  op: string,
  gradients: readonly MaybeTensor[],
  variables: readonly Variable[],
): GradientError {
  return notFinite(op, gradients.map(readNow), variables)
}

/** `checkFinite` where numbers come later. */
export async function checkFiniteAsync(
  op: string,
  gradients: readonly MaybeTensor[],
  variables: readonly Variable[],
  optimizer?: Squaring,
): Promise<void> {
  const flag = finiteFlag(gradients, variables, optimizer)
  if (!flag || (await flag.data())[0] !== 0) return
  const numbers = await Promise.all(gradients.map((g) => (g ? numbersOf(g).data() : null)))
  throw notFinite(op, numbers, variables)
}

/** The numbers that there are: of a sparse gradient, its rows. */
function numbersOf(gradient: Tensor): Tensor {
  return gradient instanceof IndexedSlices ? gradient.values : gradient
}

/** A gradient that has outlived its workspace is refused by `apply`. */
function isAlive(buffer: DataBuffer): boolean {
  return backend.isAlive?.(buffer) !== false
}

function readNow(gradient: MaybeTensor): ArrayLike<number> | null {
  return gradient && isAlive(numbersOf(gradient).buffer) ? numbersOf(gradient).dataSync() : null
}

/**
 * The error for gradients that are not finite.
 * @param numbers those of each variable's gradient; null where there is none
 */
export function notFinite(
  op: string,
  numbers: readonly (ArrayLike<number> | null)[],
  variables: readonly Variable[],
): GradientError {
  const counted = numbers.map((values) => Array.from(values ?? []).filter((x) => !Number.isFinite(x)))
  if (counted.every((odd) => odd.length === 0)) return tooLarge(op, numbers, variables)
  const [first, ...others] = variables.filter((_, i) => counted[i]?.length > 0)
  const [odd, all] = [counted, numbers].map((lists) => Array.from(lists[variables.indexOf(first)] ?? []))
  return new GradientError(
    `${op}: the gradient of ${placeOf(first)} is not finite, ${odd[0]} in ${odd.length} of ${all.length} elements${alsoOf(others)}. No step was made. Look for sqrt, log, division or powers at 0, and for huge numbers.`,
  )
}

/** The error for gradients that are finite, but too large to be squared. */
function tooLarge(
  op: string,
  numbers: readonly (ArrayLike<number> | null)[],
  variables: readonly Variable[],
): GradientError {
  const largest = numbers.map((values) => Array.from(values ?? []).reduce((most, x) => Math.max(most, Math.abs(x)), 0))
  const isTooLarge = (v: Variable, i: number) => largest[i] ** 2 > (v.dtype === 'float64' ? Number.MAX_VALUE : 2 ** 128)
  const first = Math.max(0, variables.findIndex(isTooLarge))
  return new GradientError(
    `${op}: the gradient of ${placeOf(variables[first])} is too large, up to ${Number(largest[first].toPrecision(3)).toExponential()}: the optimizer squares it, and the square is not finite in ${variables[first].dtype}. No step was made. Clip the gradients (globalClipnorm), or scale the loss or the data down.`,
  )
}

/** A variable by its path and its layer. */
function placeOf({ path }: Variable): string {
  const layer = path.split('/').at(-2)
  return layer ? `${path} (layer ${layer})` : path
}

function alsoOf(variables: readonly Variable[]): string {
  if (variables.length === 0) return ''
  const paths = variables.slice(0, 3).map(({ path }) => path)
  const more = variables.length > 3 ? [`${variables.length - 3} more`] : []
  return `, nor are those of ${[...paths, ...more].join(', ')}`
}
