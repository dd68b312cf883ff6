/**
 * Layers that put zeros around sequences and images. Channels come last.
 */

import type { Shape } from '../kernels/backend.js'
import { type Check, whole } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput, lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Numbers of zeros before and behind an axis. */
export type PaddingPair = readonly [before: number, behind: number]

const count = whole(0)
const isPair = (x: unknown): boolean => Array.isArray(x) && x.length === 2 && x.every((n) => !count(n))

const pairOrNumber: Check = (x) =>
  !count(x) || isPair(x) ? undefined : 'a whole number, 0 or more, or [before, behind]'

const pairsOrNumbers: Check = (x) => {
  const areAxes = Array.isArray(x) && x.length === 2 && x.every((one) => !pairOrNumber(one))
  return !count(x) || areAxes
    ? undefined
    : 'a whole number, 0 or more, [vertical, horizontal] or [[top, bottom], [left, right]]'
}

const rules = (padding: Check) => ({
  defaults: { padding: 1, ...layerRules.defaults },
  ranges: { padding, ...layerRules.ranges },
})
const rulesOf = { 1: rules(pairOrNumber), 2: rules(pairsOrNumbers) }

const pairOf = (padding: number | PaddingPair): PaddingPair =>
  typeof padding === 'number' ? [padding, padding] : padding

/** ZeroPadding1D and ZeroPadding2D. */
abstract class ZeroPadding extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['padding'] }

  constructor(
    /** The zeros around every axis. */
    private readonly pairs: () => readonly PaddingPair[],
    rank: 1 | 2,
    padding: unknown,
    options: LayerOptions,
  ) {
    super(withArguments(options, { padding }), rulesOf[rank])
  }

  override build(inputShape: Shape): void {
    lastSize(this, inputShape, this.pairs().length + 1)
  }

  override call(x: Tensor): Tensor {
    checkInput(this, x, [-1])
    return x.pad([[0, 0], ...this.pairs(), [0, 0]])
  }

  override outputShape(inputShape: Shape): Shape {
    const pairs = this.pairs()
    return inputShape.map((n, i) => n + (pairs[i]?.[0] ?? 0) + (pairs[i]?.[1] ?? 0))
  }

  /** The mask has no steps for the zeros. */
  override computeMask(): null {
    return null
  }

  protected override config(): Readonly<Record<string, unknown>> {
    const pairs = this.pairs().map((pair) => [...pair])
    return { padding: pairs.length === 1 ? pairs[0] : pairs }
  }

  protected override describe(): string {
    return this.pairs()
      .map(([before, behind]) => (before === behind ? before : `${before}+${behind}`))
      .join(', ')
  }
}

/**
 * Puts zeros around sequences.
 *
 * Input [batch, length, channels], output [batch, new length, channels].
 *
 * @example
 * new ZeroPadding1D([1, 0]).apply([[[5], [6]]]).toArray() // => [[[0], [5], [6]]]
 */
export class ZeroPadding1D extends ZeroPadding {
  /**
   * Makes a layer that puts zeros around sequences.
   * @param padding so many before and behind; or `[before, behind]`. Default 1
   * @throws OptionError for anything else, and for an unknown option
   */
  constructor(padding: number | PaddingPair = 1, options: LayerOptions = {}) {
    super(() => [pairOf(padding)], 1, padding, options)
  }
}

/**
 * Puts zeros around images.
 *
 * Input [batch, height, width, channels], output [batch, new height, new width, channels].
 *
 * @example
 * new ZeroPadding2D([[1, 0], [2, 2]]).apply(ones([1, 3, 3, 1])).shape
 * // => [1, 4, 7, 1]
 */
export class ZeroPadding2D extends ZeroPadding {
  /**
   * Makes a layer that puts zeros around images.
   * @param padding so many on every side; `[vertical, horizontal]`; or `[[top, bottom], [left, right]]`. Default 1
   * @throws OptionError for anything else, and for an unknown option
   */
  constructor(padding: number | readonly [number | PaddingPair, number | PaddingPair] = 1, options: LayerOptions = {}) {
    super(() => (typeof padding === 'number' ? [padding, padding] : padding).map(pairOf), 2, padding, options)
  }
}
