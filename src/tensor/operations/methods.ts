/**
 * `x.matmul(w)` as well as `matmul(x, w)`: every operation as a method of `Tensor`, its first argument bound.
 */

import { Tensor } from '../tensor.js'
import * as activations from './activations.js'
import * as arithmetic from './arithmetic.js'
import * as arranging from './arranging.js'
import * as axisActivations from './axis-activations.js'
import { backward, gradientsOfLeaves } from './backward.js'
import * as comparisons from './comparisons.js'
import * as convolution from './convolution.js'
import * as covariance from './covariance.js'
import * as running from './cumulative.js'
import * as decompositions from './decompositions.js'
import * as differences from './differences.js'
import * as exponentials from './exponentials.js'
import * as indexing from './indexing.js'
import * as linalg from './linalg.js'
import { toMathjs } from './mathjs.js'
import { diag, diagEmbed, diagonal, tril, triu } from './matrices.js'
import * as normalization from './normalization.js'
import { pad } from './padding.js'
import * as pooling from './pooling.js'
import * as reductions from './reductions.js'
import * as segments from './segments.js'
import * as shaping from './shaping.js'
import * as singularValues from './singular-values.js'
import * as sorting from './sorting.js'
import * as statistics from './statistics.js'
import * as triangular from './triangular.js'
import * as trigonometry from './trigonometry.js'
import * as vectors from './vectors.js'

/** Exports of these modules that are not methods: functions that take lists of tensors or a condition first, and helpers. */
const noMethods = [
  ...(['concat', 'stack', 'where', 'dense'] as const),
  ...(['checkCount', 'checkIndices', 'linearIndices', 'pickAlong', 'snapshot', 'take'] as const),
  ...(['decompositionRows', 'normalizationRows', 'singularValueRows', 'triangularRows'] as const),
  ...(['convolutionRows', 'poolingRows', 'convolution', 'depthwise', 'transposed', 'pooled'] as const),
  ...(['batchNormOfColumns', 'columnsLast', 'scatterND'] as const),
] as const

const functions = {
  backward,
  gradientsOfLeaves,
  toMathjs,
  diag,
  diagEmbed,
  diagonal,
  pad,
  tril,
  triu,
  ...activations,
  ...axisActivations,
  ...arranging,
  ...arithmetic,
  ...comparisons,
  ...exponentials,
  ...trigonometry,
  ...indexing,
  ...linalg,
  ...decompositions,
  ...convolution,
  ...pooling,
  ...triangular,
  ...singularValues,
  ...normalization,
  ...reductions,
  ...running,
  ...shaping,
  ...sorting,
  ...statistics,
  ...covariance,
  ...differences,
  ...segments,
  ...vectors,
}

type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never

/** Written out in this way, the declarations of the package name the functions instead of repeating them. */
type Functions = {
  backward: typeof backward
  gradientsOfLeaves: typeof gradientsOfLeaves
  toMathjs: typeof toMathjs
  diag: typeof diag
  diagEmbed: typeof diagEmbed
  diagonal: typeof diagonal
  pad: typeof pad
  tril: typeof tril
  triu: typeof triu
} & typeof activations &
  typeof axisActivations &
  typeof arranging &
  typeof arithmetic &
  typeof comparisons &
  typeof exponentials &
  typeof trigonometry &
  typeof indexing &
  typeof linalg &
  typeof decompositions &
  typeof convolution &
  typeof pooling &
  typeof triangular &
  typeof singularValues &
  typeof normalization &
  typeof reductions &
  typeof running &
  typeof shaping &
  typeof sorting &
  typeof statistics &
  typeof covariance &
  typeof differences &
  typeof segments &
  typeof vectors

/** The operations, as methods. */
export type TensorMethods = {
  [Name in keyof Functions as Exclude<Name, (typeof noMethods)[number]>]: Method<Functions[Name]>
}

declare module '../tensor.js' {
  interface Tensor extends TensorMethods {}
}

/** Puts the operations on the prototype of `Tensor`, and lets them keep their names, which messages tell, when they are minified. */
export function installMethods(): void {
  for (const [name, f] of Object.entries(functions)) {
    if ((noMethods as readonly string[]).includes(name)) continue
    Object.defineProperty(f, 'name', { value: name })
    const method = function (this: Tensor, ...rest: unknown[]): unknown {
      return (f as (...args: unknown[]) => unknown)(this, ...rest)
    }
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true })
  }
}
