/**
 * Bidirectional: a recurrent layer forwards, and another one backwards.
 */
import { OptionError } from '../errors.js'
import type { Config } from '../keras-names.js'
import { oneOf, orNull, required } from '../options.js'
import { concat } from '../tensor/operations/joining.js'
import { Tensor } from '../tensor/tensor.js'
import { type ConfigRules, deserializeAs, type LayerClass, layerFrom } from './config.js'
import { Layer, type Tensors } from './layer.js'
import { type CallOptions, type LayerOptions, layerRules, listOf, type Shapes, withArguments } from './layer-options.js'
import { Recurrent } from './rnn.js'

/** Options of `Bidirectional`. */
export interface BidirectionalOptions extends LayerOptions {
  /** Joins the outputs: one behind the other (`'concat'`, default), `'sum'`, `'mul'`, `'ave'`, or null for an array of both. */
  mergeMode?: 'concat' | 'sum' | 'mul' | 'ave' | null
  /** The layer that reads the sequence from its end. Default: like the other one. */
  backwardLayer?: Recurrent | null
}

const isRecurrent = (x: unknown) => (x instanceof Recurrent ? undefined : 'a recurrent layer, such as LSTM')
// A call that is marked as pure: bundlers leave it out with the class, and the class that it names
const rules = /* @__PURE__ */ (() => ({
  defaults: { mergeMode: 'concat', backwardLayer: null, ...layerRules.defaults, layer: required },
  ranges: {
    layer: isRecurrent,
    backwardLayer: orNull(isRecurrent),
    mergeMode: orNull(oneOf(['concat', 'sum', 'mul', 'ave', 'none'])),
    ...layerRules.ranges,
  },
}))()

const merges = {
  concat: (a: Tensor, b: Tensor) => concat([a, b], -1),
  sum: (a: Tensor, b: Tensor) => a.add(b),
  mul: (a: Tensor, b: Tensor) => a.mul(b),
  ave: (a: Tensor, b: Tensor) => a.add(b).div(2),
}

/**
 * Two recurrent layers: one reads the sequence from its beginning, the other one from its end. Their outputs are joined, step by step with
 * `returnSequences`. The layers inside are new ones, with the options of the one given; masked steps give 0.
 *
 * Input [batch, time, inputs]. With `returnState`, `apply` returns the output, the states of the first layer and those of the second one;
 * `initialState` has them in the same order.
 *
 * @example
 * new Bidirectional(new LSTM(4)).apply(ones([2, 5, 3])).shape // => [2, 8]
 * @see Schuster and Paliwal 1997, https://doi.org/10.1109/78.650093
 */
export class Bidirectional extends Layer<BidirectionalOptions> {
  static override readonly configRules: ConfigRules = { positional: ['layer'] }

  /** The layer that reads the sequence from its beginning. */
  readonly forwardLayer: Recurrent
  /** The layer that reads the sequence from its end. */
  readonly backwardLayer: Recurrent

  /**
   * Makes two layers of one.
   * @param layer a recurrent layer, whose options both take
   * @throws OptionError when it is not a recurrent layer, or when both read the sequence in the same direction
   */
  constructor(layer: Recurrent, options: BidirectionalOptions = {}) {
    super(withArguments(options, { layer }), rules)
    const { backwardLayer } = options
    this.forwardLayer = copied(layer, 'forward', {})
    this.backwardLayer = backwardLayer ?? copied(layer, 'backward', { go_backwards: true })
    this.#check()
  }

  #check(): void {
    const [forward, backward] = [this.forwardLayer, this.backwardLayer].map((layer) => layer.getConfig())
    if (forward.go_backwards === backward.go_backwards) {
      throw new OptionError(
        `${this.name}: both layers have goBackwards ${forward.go_backwards}. One must read from the end.`,
      )
    }
    for (const name of ['return_sequences', 'return_state']) {
      if (forward[name] === backward[name]) continue
      throw new OptionError(
        `${this.name}: ${name} is ${forward[name]} in one layer and ${backward[name]} in the other. They must be equal.`,
      )
    }
  }

  override get callOptions(): readonly string[] {
    return [...super.callOptions, 'initialState']
  }

  override call(x: Tensor, { initialState, mask }: CallOptions = {}): Tensors {
    const states = initialState ? [initialState].flat() : []
    const half = states.length / 2
    const apply = (layer: Recurrent, own: Tensor[]) =>
      layer.apply<Tensors>(x, { ...(own.length > 0 && { initialState: own }), ...(mask && { mask }) })
    const results = [
      apply(this.forwardLayer, states.slice(0, half)),
      apply(this.backwardLayer, states.slice(half)),
    ].map((y) => (y instanceof Tensor ? [y] : y))
    const [forward, backward] = results.map(([y]) => y)
    const outputs = this.#merged(forward, forward.rank === 3 ? backward.flip(1) : backward)
    const all = [...outputs, ...results.flatMap(([, ...last]) => last)]
    return all.length === 1 ? all[0] : all
  }

  /** The way of joining; null for none. */
  get #mode(): keyof typeof merges | null {
    const mode = this.layerOptions.mergeMode as keyof typeof merges | 'none' | null
    return mode === 'none' ? null : mode
  }

  #merged(a: Tensor, b: Tensor): Tensor[] {
    const mode = this.#mode
    return mode === null ? [a, b] : [merges[mode](a, b)]
  }

  override outputShape(inputShape: Shapes): Shapes {
    const [y, ...states] = listOf(this.forwardLayer.outputShape(inputShape))
    const mode = this.#mode
    const last = y[y.length - 1]
    const outputs = mode === null ? [y, y] : [mode === 'concat' ? [...y.slice(0, -1), 2 * last] : y]
    const all = [...outputs, ...states, ...states]
    return all.length === 1 ? all[0] : all
  }

  protected override config(): Readonly<Record<string, unknown>> {
    const { forwardLayer: layer, backwardLayer } = this
    return { mergeMode: this.#mode, layer, backwardLayer }
  }

  /** Makes a layer from what `getConfig` returned, given the classes of the layers inside. */
  static override fromConfig<L extends Layer>(
    this: { name: string; configRules: object; new (...args: never[]): L },
    config: Config,
    classes: readonly LayerClass[] = [],
  ): L {
    const { layer, backward_layer: backward, ...rest } = config
    // null is a mode here, not Keras's word for a default
    if (rest.merge_mode === null) rest.merge_mode = 'none'
    const read = (written: unknown) => deserializeAs('Bidirectional.fromConfig', written, classes)
    // biome-ignore lint/complexity/noThisInStatic: of a subclass, its own class
    return layerFrom(this, { ...rest, layer: read(layer), ...(backward ? { backward_layer: read(backward) } : {}) })
  }
}

/** A layer with the options of another one, which gives 0 where a step is masked. */
function copied(layer: Recurrent, direction: string, changes: Config): Recurrent {
  const config = layer.getConfig()
  const name = `${direction}_${layer.name.replace(`${direction}_`, '')}`
  const Class = layer.constructor as unknown as LayerClass
  return Class.fromConfig({ ...config, ...changes, name, zero_output_for_mask: config.return_sequences }) as Recurrent
}
