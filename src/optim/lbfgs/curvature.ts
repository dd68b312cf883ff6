/**
 * The curvature in L-BFGS: the last moves, and how the gradient changed along them. Plain numbers, no tensors.
 */
import type { Place } from './place.js'

/** A move s, and the change y of the gradient along it. */
export interface Pair {
  readonly s: Float64Array
  readonly y: Float64Array
}

/** The inverse Hessian H, as the last pairs have it. */
export class Curvature {
  pairs: Pair[] = []

  /** @param size the number of pairs to keep */
  constructor(private readonly size: number) {}

  /** −H g, by the two-loop recursion. */
  direction(gradient: Float64Array): Float64Array {
    const q = gradient.map((g) => -g)
    const factors = this.pairs.map(() => 0)
    for (let i = this.pairs.length - 1; i >= 0; i--) {
      const { s, y } = this.pairs[i]
      factors[i] = dot(s, q) / dot(s, y)
      add(q, y, -factors[i])
    }
    const last = this.pairs.at(-1)
    if (last) scale(q, dot(last.s, last.y) / dot(last.y, last.y))
    this.pairs.forEach(({ s, y }, i) => {
      add(q, s, factors[i] - dot(y, q) / dot(s, y))
    })
    return q
  }

  /** Adds the pair of a move, unless it shows no positive curvature. */
  remember(from: Place, to: Place): void {
    const s = to.x.map((x, i) => x - from.x[i])
    const y = to.gradient.map((g, i) => g - from.gradient[i])
    if (!(dot(s, y) > 1e-10 * dot(y, y))) return
    this.pairs.push({ s, y })
    if (this.pairs.length > this.size) this.pairs.shift()
  }
}

/** a · b */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i]
}

function scale(a: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] *= factor
}
