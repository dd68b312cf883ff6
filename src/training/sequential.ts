/**
 * Layers in a row.
 */
import { OptionError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { contents } from '../layers/contents.js'
import { Layer } from '../layers/layer.js'
import { type CallOptions, type LayerOptions, layerRules } from '../layers/layer-options.js'
import { resolve } from '../options.js'
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
    resolve('Sequential', options, layerRules)
    super(options)
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

  override build(inputShape: Shape): void {
    if (this.layers.length === 0)
      throw new OptionError(`${this.name}: there are no layers. Add them: ${this.name}.add(new Dense(10)).`)
    let shape = inputShape
    for (const layer of this.layers) {
      layer.buildFor(shape)
      shape = layer.outputShape(shape)
    }
  }

  override call(x: Tensor, options?: CallOptions): Tensor {
    let y = x
    for (const layer of this.layers) y = layer.apply(y, options)
    return y
  }

  override outputShape(inputShape: Shape): Shape {
    return this.layers.reduce((shape, layer) => layer.outputShape(shape), inputShape)
  }

  override get givesProbabilities(): boolean {
    return this.layers.findLast((layer) => !layer.keepsProbabilities)?.givesProbabilities ?? false
  }

  protected override describe(): string {
    return this.layers.map(String).join(', ')
  }
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
