/**
 * TimeDistributed: a layer for every step of a sequence.
 */
import { ShapeError } from '../errors.js'
import type { Config } from '../keras-names.js'
import type { Shape } from '../kernels/backend.js'
import { required } from '../options.js'
import { formatShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkInput } from './checks.js'
import { type ConfigRules, deserializeAs, type LayerClass, layerFrom } from './config.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules, withArguments } from './layer-options.js'

// A call that is marked as pure: bundlers leave it out with the class, and the class that it names
const rules = /* @__PURE__ */ (() => ({
  defaults: { ...layerRules.defaults, layer: required },
  ranges: { layer: (x: unknown) => (x instanceof Layer ? undefined : 'a layer'), ...layerRules.ranges },
}))()

/**
 * Applies a layer to each step of each example, with the same weights: the steps are to it examples of one batch.
 *
 * Input [batch, time, ...], output [batch, time, ...]. Weights: those of the layer. (`Dense` does this without help.)
 *
 * @example
 * new TimeDistributed(new Flatten()).apply(ones([2, 5, 3, 4])).shape // => [2, 5, 12]
 * @see Keras, https://keras.io/api/layers/recurrent_layers/time_distributed/
 */
export class TimeDistributed extends Layer {
  static override readonly configRules: ConfigRules = { positional: ['layer'] }

  /**
   * Makes a layer for sequences.
   * @param layer the layer for one step
   * @throws OptionError when it is not a layer
   */
  constructor(
    /** The layer for one step. */
    readonly layer: Layer,
    options: LayerOptions = {},
  ) {
    super(withArguments(options, { layer }), rules)
  }

  override build(inputShape: Shape): void {
    if (inputShape.length < 2) {
      throw new ShapeError(
        `${this.name}: the examples have shape ${formatShape(inputShape)}, without an axis for what each step holds. Pass [batch, time, ...].`,
      )
    }
    this.layer.buildFor(inputShape.slice(1))
  }

  override call(x: Tensor): Tensor {
    checkInput(this, x, x.shape.slice(2).map((_, i) => -1 - i)) // biome-ignore format: one call
    const [batch, time, ...rest] = x.shape
    const y = this.layer.apply(x.reshape([batch * time, ...rest]))
    return y.reshape([batch, time, ...y.shape.slice(1)])
  }

  override outputShape([time, ...rest]: Shape): Shape {
    return [time, ...(this.layer.outputShape(rest) as Shape)]
  }

  protected override config(): Readonly<Record<string, unknown>> {
    return { layer: this.layer }
  }

  /** Makes a layer from what `getConfig` returned, given the classes of the layers inside. */
  static override fromConfig<L extends Layer>(
    this: { name: string; configRules: object; new (...args: never[]): L },
    config: Config,
    classes: readonly LayerClass[] = [],
  ): L {
    const layer = deserializeAs('TimeDistributed.fromConfig', config.layer, classes)
    // biome-ignore lint/complexity/noThisInStatic: of a subclass, its own class
    return layerFrom(this, { ...config, layer })
  }

  protected override describe(): string {
    return String(this.layer)
  }
}
