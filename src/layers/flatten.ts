/**
 * Flatten: a layer that joins all axes except the first.
 */
import type { Shape } from '../kernels/backend.js'
import { sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkBatch } from './checks.js'
import { Layer } from './layer.js'
import { type LayerOptions, layerRules } from './layer-options.js'

/**
 * Makes each example a vector: [batch, ...] becomes [batch, size].
 * @example
 * new Flatten().apply(ones([2, 3, 4])).shape // => [2, 12]
 */
export class Flatten extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options, layerRules)
  }

  override get keepsProbabilities(): boolean {
    return true
  }

  override call(x: Tensor): Tensor {
    checkBatch(this.name, x)
    return x.reshape([x.shape[0], sizeOf(x.shape.slice(1))])
  }

  override outputShape(inputShape: Shape): Shape {
    return [sizeOf(inputShape)]
  }
}
