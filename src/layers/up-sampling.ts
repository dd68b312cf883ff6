/**
 * Layers that make sequences longer and images larger, without weights. Channels come last.
 */

import type { Shape } from '../kernels/backend.js'
import { oneOf } from '../options.js'
import { tensor } from '../tensor/creation.js'
import { type Rank, type Sizes, sizeFor, sizesOf } from '../tensor/operations/windows.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput, lastSize } from './checks.js'
import type { ConfigRules } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

/** Options of `UpSampling2D`. */
export interface UpSampling2DOptions extends LayerOptions {
  /** `'nearest'` (default) repeats pixels, `'bilinear'` draws lines between them. */
  interpolation?: 'nearest' | 'bilinear'
}

const rules1 = {
  defaults: { size: 2, ...layerRules.defaults },
  ranges: { size: sizeFor(1), ...layerRules.ranges },
}
const rules2 = {
  defaults: { size: 2, interpolation: 'nearest', ...layerRules.defaults },
  ranges: { size: sizeFor(2), interpolation: oneOf(['nearest', 'bilinear']), ...layerRules.ranges },
}

/** UpSampling1D and UpSampling2D. */
abstract class UpSampling extends Layer<{ size: Sizes; interpolation?: 'nearest' | 'bilinear' }> {
  static override readonly configRules: ConfigRules = { positional: ['size'] }

  constructor(
    private readonly axes: Rank,
    size: Sizes,
    options: LayerOptions,
  ) {
    super(withArguments(options, { size }), axes === 1 ? rules1 : rules2)
  }

  private get factors(): readonly number[] {
    return sizesOf(this.layerOptions.size, this.axes)
  }

  override build(inputShape: Shape): void {
    lastSize(this, inputShape, this.axes + 1)
  }

  override call(x: Tensor): Tensor {
    checkInput(this, x, [-1])
    const enlarge = this.layerOptions.interpolation === 'bilinear' ? interpolated : repeated
    return this.factors.reduce((y, factor, i) => enlarge(y, factor, i + 1), x)
  }

  override outputShape(inputShape: Shape): Shape {
    return inputShape.map((n, i) => n * (this.factors[i] ?? 1))
  }

  /** A step becomes several. */
  override computeMask(): null {
    return null
  }

  protected override config(): Readonly<Record<string, unknown>> {
    return { ...super.config(), size: this.axes === 1 ? this.factors[0] : [...this.factors] }
  }

  protected override describe(): string {
    return this.factors.map((factor) => `×${factor}`).join(', ')
  }
}

const repeated = (x: Tensor, factor: number, axis: number): Tensor => (factor === 1 ? x : x.repeat(factor, axis))

/** Between the two neighbours of each position, whose centers lie half a pixel from its edges; at the border the nearest. */
function interpolated(x: Tensor, factor: number, axis: number): Tensor {
  const n = x.shape[axis]
  if (factor === 1 || n === 0) return x
  const positions = Array.from({ length: n * factor }, (_, i) => Math.min(n - 1, Math.max(0, (i + 0.5) / factor - 0.5)))
  const low = positions.map((p) => Math.min(Math.floor(p), n - 1))
  const high = low.map((i) => Math.min(i + 1, n - 1))
  const part = tensor(
    positions.map((p, i) => p - low[i]),
    { dtype: x.dtype === 'float64' ? 'float64' : 'float32' },
  ).reshape([-1, ...new Array<number>(x.rank - axis - 1).fill(1)])
  return x.gather(low, { axis }).lerp(x.gather(high, { axis }), part)
}

/**
 * Repeats every step of a sequence.
 *
 * Input [batch, length, channels], output [batch, length · size, channels].
 *
 * @example
 * new UpSampling1D(2).apply([[[1], [2]]]).toArray()
 * // => [[[1], [1], [2], [2]]]
 */
export class UpSampling1D extends UpSampling {
  /**
   * Makes a layer that repeats the steps of sequences.
   * @param size how often; default 2
   * @throws OptionError for an unknown option, or when the size is not a whole number above 0
   */
  constructor(size: Sizes = 2, options: LayerOptions = {}) {
    super(1, size, options)
  }
}

/**
 * Enlarges images: repeats pixels, or interpolates between them.
 *
 * Input [batch, height, width, channels], output [batch, height · size, width · size, channels].
 *
 * @example
 * const row = tensor([1, 2]).reshape([1, 1, 2, 1])
 * new UpSampling2D([1, 2]).apply(row).flatten().toArray() // => [1, 1, 2, 2]
 * const smooth = new UpSampling2D([1, 2], { interpolation: 'bilinear' })
 * smooth.apply(row).flatten().toArray() // => [1, 1.25, 1.75, 2]
 */
export class UpSampling2D extends UpSampling {
  /**
   * Makes a layer that enlarges images.
   * @param size by how much: a number, or one for each axis; default 2
   * @throws OptionError for an unknown option, or when a size is not a whole number above 0
   */
  constructor(size: Sizes = 2, options: UpSampling2DOptions = {}) {
    super(2, size, options)
  }
}
