/**
 * `x.matmul(w)` as well as `matmul(x, w)`: every operation as a method of `Tensor`, its first argument bound.
 */

import { Tensor } from '../tensor.js'
import * as activations from './activations.js'
import * as arithmetic from './arithmetic.js'
import * as axisActivations from './axis-activations.js'
import { backward, gradientsOfLeaves } from './backward.js'
import * as broadcasting from './broadcasting.js'
import * as comparisons from './comparisons.js'
import * as convolution from './convolution.js'
import * as covariance from './covariance.js'
import * as cumulative from './cumulative.js'
import * as decompositions from './decompositions.js'
import * as differences from './differences.js'
import * as exponentials from './exponentials.js'
import * as extremes from './extremes.js'
import * as gathering from './gathering.js'
import * as joining from './joining.js'
import * as linalg from './linalg.js'
import * as masking from './masking.js'
import { toMathjs } from './mathjs.js'
import { diag, diagEmbed, diagonal, tril, triu } from './matrices.js'
import * as normalization from './normalization.js'
import { pad } from './padding.js'
import * as pooling from './pooling.js'
import * as powers from './powers.js'
import * as reductions from './reductions.js'
import * as rounding from './rounding.js'
import * as segments from './segments.js'
import * as shaping from './shaping.js'
import * as singularValues from './singular-values.js'
import * as slicing from './slicing.js'
import * as softmax from './softmax.js'
import * as sorting from './sorting.js'
import * as statistics from './statistics.js'
import * as triangular from './triangular.js'
import * as trigonometry from './trigonometry.js'
import * as turning from './turning.js'
import * as vectors from './vectors.js'

/** Exports of the chapters that are not methods: they take a list of tensors or a condition first, or are faster as functions. */
const noMethods = [...(['concat', 'stack', 'where', 'dense', 'scatterND', 'linearIndices'] as const)] as const

const chapters = [
  { backward, gradientsOfLeaves, toMathjs, diag, diagEmbed, diagonal, pad, tril, triu },
  activations,
  arithmetic,
  axisActivations,
  broadcasting,
  comparisons,
  convolution,
  covariance,
  cumulative,
  decompositions,
  differences,
  exponentials,
  extremes,
  gathering,
  joining,
  linalg,
  masking,
  normalization,
  pooling,
  powers,
  reductions,
  rounding,
  segments,
  shaping,
  singularValues,
  slicing,
  softmax,
  sorting,
  statistics,
  triangular,
  trigonometry,
  turning,
  vectors,
] as const

type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never

/** The functions of all chapters; written in this way, the declarations of the package name them instead of repeating them. */
type Functions = Merged<typeof chapters>

type Merged<List> = List extends readonly [infer First, ...infer Rest] ? First & Merged<Rest> : unknown

/** The operations, as methods. */
export type TensorMethods = {
  [Name in keyof Functions as Exclude<Name, (typeof noMethods)[number]>]: Method<Functions[Name]>
}

declare module '../tensor.js' {
  interface Tensor extends TensorMethods {}
}

/** Puts the operations on the prototype of `Tensor`, and lets them keep their names, which messages tell, when they are minified. */
export function installMethods(): void {
  for (const [name, f] of chapters.flatMap((chapter) => Object.entries<object>(chapter))) {
    if ((noMethods as readonly string[]).includes(name)) continue
    Object.defineProperty(f, 'name', { value: name })
    const method = function (this: Tensor, ...rest: unknown[]): unknown {
      return (f as (...args: unknown[]) => unknown)(this, ...rest)
    }
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true })
  }
}
