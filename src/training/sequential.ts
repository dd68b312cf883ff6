/**
 * Layers in a row.
 */
import { OptionError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type CallOptions, Layer, type LayerOptions, layerOptions } from '../layers/layer.js'
import { checkOptions } from '../options.js'
import { foreign } from '../tensor/foreign.js'
import type { Tensor } from '../tensor/tensor.js'
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

  /**
   * Makes a model of layers, each of which takes the output of the one before.
   * @param layers first to last
   * @throws OptionError when there is no layer, something is not a layer, or one comes twice
   */
  constructor(layers: readonly Layer[], options: LayerOptions = {}) {
    checkLayers(layers)
    checkOptions('Sequential', options, layerOptions)
    super(options)
    this.layers = [...layers]
    if (options.trainable === false) this.trainable = false
    const inputShape = options.inputShape ?? layers[0].inputShape
    if (inputShape) this.buildFor(inputShape)
  }

  override build(inputShape: Shape): void {
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
      `Sequential: entry ${wrong} is ${foreign(layers[wrong]) ?? String(layers[wrong])}, not a layer. Write new Dense(10), for example.`,
    )
  if (new Set(layers).size < layers.length)
    throw new OptionError('Sequential: a layer comes twice. Make a new one for each place.')
}
