/**
 * Layers that merge several inputs into one: `new Add().apply([a, b])`. (Products along axes: `dot.ts`.)
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { maximum, minimum } from '../tensor/operations/arithmetic.js'
import { logicalOr } from '../tensor/operations/comparisons.js'
import { concat } from '../tensor/operations/joining.js'
import { broadcastShapes, formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { checkBatch } from './checks.js'
import { Layer, type Tensors } from './layer.js'
import { type LayerOptions, layerRules, type Mask, type Shapes } from './layer-options.js'

/**
 * The inputs of a layer that merges.
 * @throws OptionError for a single input, ShapeError for a single number
 */
export function severalOf(name: string, xs: unknown, least = 1): readonly Tensor[] {
  if (Array.isArray(xs) && xs.length >= least && xs.every((x) => x instanceof Tensor)) {
    for (const x of xs) checkBatch(name, x)
    return xs
  }
  const got = Array.isArray(xs) ? `${xs.length}` : 'one tensor'
  throw new OptionError(
    `${name}: takes an array of ${least > 1 ? 'two tensors' : 'tensors'}, received ${got}. Write apply([a, b]).`,
  )
}

/** The base of the layers that merge element by element: inputs are broadcast; those with fewer axes get axes of 1 after the batch. */
abstract class Merge extends Layer {
  /** Merges two. */
  protected abstract pair(a: Tensor, b: Tensor): Tensor

  constructor(options: LayerOptions = {}) {
    super(options, layerRules)
  }

  override build(inputShape: Shapes): void {
    if (!Array.isArray(inputShape[0])) severalOf(this.name, inputShape)
  }

  override call(xs: Tensor[]): Tensor {
    const all = this.aligned(severalOf(this.name, xs))
    return all.slice(1).reduce((a, b) => this.pair(a, b), all[0])
  }

  /** The inputs with as many axes. */
  private aligned(xs: readonly Tensor[]): readonly Tensor[] {
    const rank = Math.max(...xs.map((x) => x.rank))
    const aligned = xs.map((x) => {
      const [batch, ...rest] = x.shape
      return x.rank === rank ? x : x.reshape([batch, ...Array(rank - x.rank).fill(1), ...rest])
    })
    const shapes = xs.map(({ shape }) => shape)
    aligned.reduce((shape: Shape, x) => broadcastShapes(this.name, shape, x.shape, shapes), aligned[0].shape)
    return aligned
  }

  override computeMask(_xs: Tensors, mask: Mask): Mask {
    const masks = Array.isArray(mask) ? mask : [mask]
    if (masks.some((one) => one === null)) return null
    return masks.reduce((a, b) => logicalOr(a, b))
  }
}

/**
 * The sum of several inputs.
 * @example
 * new Add().apply([tensor([[1, 2]]), tensor([[10, 20]])]).toArray() // => [[11, 22]]
 */
export class Add extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return a.add(b)
  }
}

/**
 * The difference of two inputs.
 * @example
 * new Subtract().apply([tensor([[1, 2]]), tensor([[10, 20]])]).toArray() // => [[-9, -18]]
 */
export class Subtract extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return a.sub(b)
  }

  /**
   * Returns the first input minus the second.
   * @throws OptionError when there are not two
   */
  override call(xs: Tensor[]): Tensor {
    if (severalOf(this.name, xs, 2).length !== 2)
      throw new OptionError(`${this.name}: takes two inputs, received ${xs.length}. Write apply([a, b]).`)
    return super.call(xs)
  }
}

/**
 * The product of several inputs, element by element.
 * @example
 * new Multiply().apply([tensor([[1, 2]]), tensor([[10, 20]])]).toArray() // => [[10, 40]]
 */
export class Multiply extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return a.mul(b)
  }
}

/**
 * The mean of several inputs.
 * @example
 * new Average().apply([tensor([[1, 2]]), tensor([[3, 6]])]).toArray() // => [[2, 4]]
 */
export class Average extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return a.add(b)
  }

  /** Returns the mean of the inputs. */
  override call(xs: Tensor[]): Tensor {
    return super.call(xs).div(xs.length)
  }
}

/**
 * The larger one of several inputs, element by element.
 * @example
 * new Maximum().apply([tensor([[1, 5]]), tensor([[3, 2]])]).toArray() // => [[3, 5]]
 */
export class Maximum extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return maximum(a, b)
  }
}

/**
 * The smaller one of several inputs, element by element.
 * @example
 * new Minimum().apply([tensor([[1, 5]]), tensor([[3, 2]])]).toArray() // => [[1, 2]]
 */
export class Minimum extends Merge {
  protected override pair(a: Tensor, b: Tensor): Tensor {
    return minimum(a, b)
  }
}

/** Options of `Concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which they are joined; the batch is axis 0. Default −1, the last. */
  axis?: number
}

const concatenateRules = { defaults: { axis: -1, ...layerRules.defaults }, ranges: layerRules.ranges } as const

/**
 * Several inputs joined along an axis.
 * @example
 * new Concatenate().apply([tensor([[1, 2]]), tensor([[3]])]).toArray() // => [[1, 2, 3]]
 */
export class Concatenate extends Layer<ConcatenateOptions> {
  constructor(options: ConcatenateOptions = {}) {
    super(options, concatenateRules)
  }

  override build(inputShape: Shapes): void {
    if (!Array.isArray(inputShape[0])) severalOf(this.name, inputShape)
  }

  override call(xs: Tensor[]): Tensor {
    const all = severalOf(this.name, xs)
    const { axis = -1 } = this.layerOptions
    const { rank } = all[0]
    const at = axis < 0 ? axis + rank : axis
    if (at < 0 || at >= rank)
      throw new ShapeError(`${this.name}: axis ${axis} is not one of ${rank} axes. Count from 0, or from -1 backwards.`)
    const fits = (x: Tensor) => x.rank === rank && x.shape.every((n, i) => i === at || n === all[0].shape[i])
    if (all.every(fits)) return concat(all, at)
    throw new ShapeError(
      `${this.name}: inputs of shapes ${all.map((x) => formatShape(x.shape)).join(', ')} cannot be joined along axis ${axis}. Their other sizes must be equal.`,
    )
  }

  override computeMask(xs: Tensors, mask: Mask): Mask {
    if (!Array.isArray(mask) || !Array.isArray(xs)) return null
    const full = mask.map((one, i) => asWide(one, xs[i]))
    return concat(full, this.layerOptions.axis).any(-1)
  }
}

/** A mask in the shape of its input; 1 everywhere without one. */
function asWide(mask: Tensor | null, x: Tensor): Tensor {
  if (mask === null) return x.equal(x)
  if (mask.rank === x.rank) return mask
  return mask.reshape([...mask.shape, ...Array(x.rank - mask.rank).fill(1)]).broadcastTo(x.shape)
}
