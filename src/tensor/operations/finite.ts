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
import { concat } from './shaping.js'

type MaybeTensor = Tensor | null | undefined

/** Whether every number of every gradient is finite; read at once. */
export function areFinite(gradients: readonly MaybeTensor[]): boolean {
  const { allFinite } = backend
  if (!allFinite) return finiteFlag(gradients)?.item() !== 0
  for (let i = 0; i < gradients.length; i++) {
    const g = gradients[i]
    if (g && !allFinite(numbersOf(g).buffer)) return false
  }
  return true
}

/** The same as one number on the back end, 1 or 0; null where there is nothing to look at. */
export function finiteFlag(gradients: readonly MaybeTensor[]): Tensor | null {
  const flags = gradients.flatMap((g) => (g && g.size > 0 && isAlive(numbersOf(g).buffer) ? flagOf(g) : []))
  if (flags.length < 2) return flags[0] ?? null
  return setRecording(false, () => concat(flags.map((flag) => flag.cast('float32').reshape([1]))).min())
}

/** Whether every number of one gradient is finite, as a scalar tensor. */
export function flagOf(gradient: Tensor): Tensor {
  return setRecording(false, () => numbersOf(gradient).isFinite().all())
}

/** @throws GradientError when a gradient is not finite; names the variables */
export function checkFinite(op: string, gradients: readonly MaybeTensor[], variables: readonly Variable[]): void {
  if (!areFinite(gradients)) throw nonFinite(op, gradients, variables)
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
): Promise<void> {
  const flag = finiteFlag(gradients)
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
  const [first, ...others] = variables.filter((_, i) => counted[i]?.length > 0)
  const [odd, all] = [counted, numbers].map((lists) => Array.from(lists[variables.indexOf(first)] ?? []))
  return new GradientError(
    `${op}: the gradient of ${placeOf(first)} is not finite, ${odd[0]} in ${odd.length} of ${all.length} elements${alsoOf(others)}. No step was made. Look for sqrt, log, division or powers at 0, and for huge numbers.`,
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
