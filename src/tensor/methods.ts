/**
 * `x.matmul(w)` beside `matmul(x, w)`: every operation as a method of `Tensor`, its first argument bound.
 */
import * as activations from './activations.js'
import * as arranging from './arranging.js'
import { backward, gradientsOfLeaves } from './backward.js'
import * as decompositions from './decompositions.js'
import * as elementwise from './elementwise.js'
import { diag, tril, triu } from './grids.js'
import * as indexing from './indexing.js'
import * as linalg from './linalg.js'
import { toMathjs } from './mathjs.js'
import * as reductions from './reductions.js'
import * as running from './running.js'
import * as shaping from './shaping.js'
import * as sorting from './sorting.js'
import * as statistics from './statistics.js'
import { Tensor } from './tensor.js'

const { decompositionRows: _rows, ...decompositionMethods } = decompositions
const { where: _, ...elementwiseMethods } = elementwise
const { dense: __, ...linalgMethods } = linalg
const { stack: ____stack, ...arrangingMethods } = arranging
const { take: ____take, ...indexingMethods } = indexing
const { concat: ___, checkIndices: ____, ...shapingMethods } = shaping

const methods: Functions = {
  backward,
  gradientsOfLeaves,
  toMathjs,
  diag,
  tril,
  triu,
  ...activations,
  ...arrangingMethods,
  ...elementwiseMethods,
  ...indexingMethods,
  ...linalgMethods,
  ...decompositionMethods,
  ...reductions,
  ...running,
  ...shapingMethods,
  ...sorting,
  ...statistics,
}

type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never

/** Written out in this way, the declarations of the package name the functions instead of repeating them. */
type Functions = {
  backward: typeof backward
  gradientsOfLeaves: typeof gradientsOfLeaves
  toMathjs: typeof toMathjs
} & typeof activations &
  Omit<typeof arranging, 'stack'> &
  Omit<typeof indexing, 'take'> &
  typeof running &
  typeof sorting &
  typeof statistics & { diag: typeof diag; tril: typeof tril; triu: typeof triu } & Omit<
    typeof decompositions,
    'decompositionRows'
  > &
  Omit<typeof elementwise, 'where'> &
  Omit<typeof linalg, 'dense'> &
  typeof reductions &
  Omit<typeof shaping, 'concat' | 'checkIndices'>

/** The operations, as methods. */
export type TensorMethods = { [Name in keyof Functions]: Method<Functions[Name]> }

declare module './tensor.js' {
  interface Tensor extends TensorMethods {}
}

/** Puts the operations on the prototype of `Tensor`. */
export function installMethods(): void {
  for (const [name, f] of Object.entries(methods)) {
    const method = function (this: Tensor, ...rest: unknown[]): unknown {
      return (f as (...args: unknown[]) => unknown)(this, ...rest)
    }
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true })
  }
}
