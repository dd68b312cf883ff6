/**
 * What layers that slide windows over sequences or images share: the sizes, a bias, an activation, and how they are described. Channels come
 * last: images are [batch, height, width, channels], sequences [batch, length, channels].
 */
import type { Shape } from '../kernels/backend.js'
import { type Check, classNameOf, type OptionRules } from '../options.js'
import {
  imagePadding,
  type Padding,
  type Rank,
  type Sizes,
  type Sliding,
  sequencePadding,
  sizeFor,
  sizesOf,
  windowsOver,
} from '../tensor/operations/windows.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import { checkInput } from './checks.js'
import { weightOptions } from './kernel-options.js'
import { Layer } from './layer.js'

/** Options of layers that slide windows. */
export interface SlidingOptions {
  /** Steps from window to window: a number, or one for each axis. Default 1. */
  strides?: Sizes
  /** `'valid'` (default): windows are inside the image; `'same'`: with zeros around it, ⌈size / stride⌉ of them. */
  padding?: 'valid' | 'same'
  /** Steps between the numbers of a window: a number, or one for each axis. Default 1. */
  dilation?: Sizes
}

/** The defaults of `SlidingOptions`. */
export const slidingDefaults = { strides: 1, padding: 'valid', dilation: 1 } as const

/** The ranges of these options, and of the size of the kernel, over so many axes. */
export const slidingRanges = (
  rank: Rank,
): Readonly<Record<'kernelSize' | 'strides' | 'padding' | 'dilation', Check>> => ({
  kernelSize: sizeFor(rank),
  strides: sizeFor(rank),
  padding: rank === 1 ? sequencePadding : imagePadding,
  dilation: sizeFor(rank),
})

interface Resolved {
  readonly kernelSize: Sizes
  readonly strides: Sizes
  readonly dilation: Sizes
  readonly padding: Padding
  readonly activation: ActivationLike | null
  readonly useBias: boolean
}

/** The base of the layers that convolve. */
export abstract class ConvolutionLayer<Options extends object = object> extends Layer<Resolved & Options> {
  /** The number of axes that the windows go along: 1 for sequences, 2 for images. */
  protected abstract readonly axes: Rank
  /** The bias, [filters]; null without one. */
  bias: Variable | null = null
  private readonly activation: NamedActivation

  constructor(options: object, rules: OptionRules<object>) {
    super(options, rules)
    this.activation = getActivation(classNameOf(this), this.layerOptions.activation ?? 'linear')
  }

  override get givesProbabilities(): boolean {
    return this.activation.isProbability
  }

  /** Its sizes, one for each axis. */
  protected get sliding(): Sliding {
    const { kernelSize, strides, dilation, padding } = this.layerOptions
    const [window, steps, dilated] = [kernelSize, strides, dilation].map((sizes) => sizesOf(sizes, this.axes))
    return { window, strides: steps, dilation: dilated, padding }
  }

  /** Makes the bias, if there is to be one. */
  protected addBias(filters: number): void {
    const { layerOptions: options } = this
    if (options.useBias) this.bias = this.addWeight('bias', [filters], weightOptions(options, 'bias'))
  }

  /** The input as a tensor of the dtype of a weight. */
  protected inputFor(x: Tensor, weight: Variable): Tensor {
    checkInput(this, x, [-1])
    return x.cast(weight.dtype)
  }

  /** Returns what `compute` gives, called with the bias and, if that is the activation, with relu; any other activation is applied. */
  protected activated(compute: (last: Sliding & { bias: Variable | null; relu: boolean }) => Tensor): Tensor {
    const { bias, sliding } = this
    const relu = this.activation.isRelu
    const y = compute({ ...sliding, bias, relu })
    return relu ? y : this.activation.apply(y)
  }

  /** The axes of the output between the batch and the channels. */
  protected outputSizes(inputShape: Shape): readonly number[] {
    const { output } = windowsOver(this.name, [1, ...inputShape], this.sliding)
    return this.axes === 1 ? [output[1]] : output
  }

  /** A step of the input is part of several of the output. */
  override computeMask(): null {
    return null
  }

  protected override config(): Readonly<Record<string, unknown>> {
    const { window, strides, dilation } = this.sliding
    return { ...super.config(), kernelSize: [...window], strides: [...strides], dilation: [...dilation] }
  }

  /** `1 → 16, 5×5, relu` */
  protected override describe(): string {
    const inputs = this.inputShape ? `${formatShape(this.inputShape.slice(-1) as Shape).slice(1, -1)} → ` : ''
    const activation = this.activation.name === 'linear' ? '' : `, ${this.activation.name}`
    return `${inputs}${this.describeFilters()}, ${this.sliding.window.join('×')}${activation}`
  }

  /** Returns the number of filters, for `describe`. */
  protected abstract describeFilters(): string
}
