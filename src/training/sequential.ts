/**
 * Layers in a row.
 */
import { OptionError } from '../errors.js'
import { type Config, checkConfig, isKerasObject } from '../keras-names.js'
import type { Shape } from '../kernels/backend.js'
import { type ConfigRules, deserializeAs, type LayerClass, layerFrom } from '../layers/config.js'
import { contents } from '../layers/contents.js'
import { Layer } from '../layers/layer.js'
import { type LayerOptions, layerRules, type Shapes } from '../layers/layer-options.js'
import { show } from '../options.js'
import { isClass, received } from '../tensor/received.js'
import type { Tensor } from '../tensor/tensor.js'
import type { CompileOptions } from './compile.js'
import { Model } from './model.js'

/**
 * A model whose layers are called one after the other. The weights are made when the shape of the examples is known:
 * from the first layer's `inputShape`, from the model's, or from the first batch.
 *
 * @example
 * const model = new Sequential([new Dense(8, { activation: 'relu', inputShape: [2] }), new Dense(1)])
 * model.variables.length // => 4
 * model.predict([[1, 2], [3, 4]]).shape // => [2, 1]
 */
export class Sequential extends Model {
  static override readonly configRules: ConfigRules = { positional: ['layers'] }

  /** The layers, first to last. */
  readonly layers: readonly Layer[]
  #compileOptions: CompileOptions | null = null

  /**
   * Makes a model of layers, each of which takes the output of the one before.
   * @param layers first to last; without them, `add` them one by one
   * @throws OptionError when the list is empty, something is not a layer, or one comes twice
   */
  constructor(layers?: readonly Layer[], options: LayerOptions = {}) {
    if (layers !== undefined) checkLayers(layers)
    super(options, layerRules)
    this.layers = [...(layers ?? [])]
    this.buildIfKnown()
    if (options.trainable === false) this.trainable = false
  }

  /**
   * Adds a layer at the end.
   * @param layer takes the output of the layer before it
   * @returns the model
   * @throws OptionError when it is not a layer, or in the model already
   * @example
   * const model = new Sequential()
   * model.add(new Dense(8, { activation: 'relu', inputShape: [2] }))
   * model.add(new Dense(1))
   * model.predict([[1, 2]]).shape // => [1, 1]
   */
  add(layer: Layer): this {
    checkLayers([...this.layers, layer])
    if (layer === (this as Layer) || contents<Layer>(layer).layers.has(this))
      throw new OptionError(
        `add: ${this.name} cannot contain itself, but the layer ${layer.name} does. Add another layer.`,
      )
    if (this.built && this.inputShape) layer.buildFor(this.outputShape(this.inputShape))
    const layers = this.layers as Layer[]
    layers.push(layer)
    this.buildIfKnown()
    return this.#compileOptions ? this.compile(this.#compileOptions) : this
  }

  private buildIfKnown(): void {
    const inputShape = this.inputShape ?? this.layers[0]?.inputShape
    if (inputShape && this.layers.length > 0) this.buildFor(inputShape)
    if (this.built) contents(this)
  }

  override compile(options: CompileOptions): this {
    super.compile(options)
    this.#compileOptions = options
    return this
  }

  override build(inputShape: Shapes): void {
    if (this.layers.length === 0)
      throw new OptionError(`${this.name}: there are no layers. Add them: ${this.name}.add(new Dense(10)).`)
    let shape = inputShape
    const last = this.layers[this.layers.length - 1]
    for (const layer of this.layers) {
      layer.buildFor(shape)
      if (layer !== last) shape = layer.outputShape(shape)
    }
  }

  override call(x: Tensor): Tensor {
    let y = x
    for (const layer of this.layers) y = layer.apply(y)
    return y
  }

  override outputShape(inputShape: Shapes): Shapes {
    return this.layers.reduce((shape: Shapes, layer) => layer.outputShape(shape), inputShape)
  }

  override get givesProbabilities(): boolean {
    return this.layers.findLast((layer) => !layer.keepsProbabilities)?.givesProbabilities ?? false
  }

  /** Its options in Keras's spelling: the layers, after an InputLayer with the shape of the input where it is known. */
  override getConfig(): Config {
    const { inputShape } = this
    const { layers, ...options } = super.getConfig()
    const shape = { batch_shape: [null, ...((inputShape as Shape) ?? [])] }
    const first = inputShape ? [{ module: 'keras.layers', class_name: 'InputLayer', config: shape }] : []
    return { ...options, layers: [...first, ...(layers as object[])] }
  }

  protected override config(): Readonly<Record<string, unknown>> {
    return { layers: this.layers }
  }

  /**
   * Makes a model from what `getConfig` returned, or Python Keras wrote.
   * @param config `{ name, layers: [{ class_name, config }, …] }`
   * @param classes those of its layers: `[Dense, Dropout]`
   * @throws OptionError for an entry that is not an option, and a layer of another class
   * @example
   * const model = new Sequential([new Dense(3, { inputShape: [2] }), new Flatten()])
   * const again = Sequential.fromConfig(model.getConfig(), [Dense, Flatten])
   * again.predict([[1, 2]]).shape // => [1, 3]
   */
  static override fromConfig<L extends Layer>(
    this: { name: string; configRules: ConfigRules; new (...args: never[]): L },
    config: Config,
    classes: readonly LayerClass[] = [],
  ): L {
    checkConfig('Sequential.fromConfig', config)
    const { layers, build_input_shape: _, ...options } = config
    if (!Array.isArray(layers))
      throw new OptionError(`Sequential.fromConfig: layers is ${show(layers)}. Pass what getConfig() returned.`)
    const [inputs, others] = [layers.filter(isInputLayer), layers.filter((one) => !isInputLayer(one))]
    const inputShape = inputs[0]?.config.batch_shape.slice(1)
    const made = others.map((one) => deserializeAs('Sequential.fromConfig', one, [...classes, Sequential]))
    // biome-ignore lint/complexity/noThisInStatic: of a subclass, its own class
    return layerFrom(this, { ...options, layers: made, inputShape })
  }

  protected override describe(): string {
    return this.layers.map(String).join(', ')
  }
}

/** True for the entry of Keras's configurations that is the shape of the input. */
function isInputLayer(x: unknown): x is { config: { batch_shape: number[] } } {
  return isKerasObject(x) && x.class_name === 'InputLayer' && Array.isArray(x.config.batch_shape)
}

function checkLayers(layers: readonly Layer[]): void {
  if (layers instanceof Layer)
    throw new OptionError(
      'Sequential: the layers are given one by one. Put them into an array: new Sequential([a, b]).',
    )
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new OptionError('Sequential: there are no layers. Give an array of at least one.')
  }
  const wrong = layers.findIndex((layer) => !(layer instanceof Layer))
  if (wrong >= 0)
    throw new OptionError(
      `Sequential: entry ${wrong} is ${received(layers[wrong])}, not a layer. Write ${isClass(layers[wrong]) ? `new ${layers[wrong].name}(…)` : 'new Dense(10), for example'}.`,
    )
  if (new Set(layers).size < layers.length)
    throw new OptionError('Sequential: a layer comes twice. Make a new one for each place.')
}
