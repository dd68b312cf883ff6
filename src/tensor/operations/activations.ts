/**
 * Activation functions: what a neuron makes of its weighted sum. Each is one row of `ops.ts`. (tanh is in `exponentials.ts`; softmax and
 * logSoftmax, which look at a whole axis, are in `softmax.ts`, glu and sparsemax in `axis-activations.ts`.)
 */
import { OptionError } from '../../errors.js'
import { oneOf, resolve, show } from '../../options.js'
import type { TensorLike } from '../creation.js'
import { elementwise } from '../operation.js'
import type { Tensor } from '../tensor.js'
import { ops } from './ops.js'

/**
 * max(x, 0); its gradient at 0 is 0.
 * @example
 * tensor([-1, 2]).relu().toArray() // => [0, 2]
 */
export function relu(x: TensorLike): Tensor {
  return elementwise(ops.relu, [x])
}

/**
 * 1 / (1 + e⁻ˣ), stable.
 * @example
 * tensor([0, 2]).sigmoid().toArray() // => [0.5, 0.8808]
 */
export function sigmoid(x: TensorLike): Tensor {
  return elementwise(ops.sigmoid, [x])
}

/**
 * log(1 + eˣ), stable.
 * @example
 * tensor([0, 1]).softplus().toArray() // => [0.69315, 1.31326]
 */
export function softplus(x: TensorLike): Tensor {
  return elementwise(ops.softplus, [x])
}

const geluRules = { defaults: { approximate: 'none' }, ranges: { approximate: oneOf(['none', 'tanh']) } } as const

/**
 * The Gaussian error linear unit, x · Φ(x) with the normal distribution function Φ.
 * @param options `approximate: 'tanh'` takes the formula with tanh (Hendrycks and Gimpel 2016); default `'none'`
 * @example
 * tensor([-1, 1]).gelu().toArray() // => [-0.15866, 0.84134]
 */
export function gelu(x: TensorLike, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  const { approximate } = resolve('gelu', options, geluRules)
  return elementwise(approximate === 'tanh' ? ops.geluTanh : ops.gelu, [x])
}

/**
 * min(max(x, 0), 6).
 * @example
 * tensor([-1, 2, 7]).relu6().toArray() // => [0, 2, 6]
 */
export function relu6(x: TensorLike): Tensor {
  return elementwise(ops.relu6, [x])
}

/**
 * x above 0, slope · x below. The gradient at 0 is the slope, as in PyTorch.
 * @param slope default 0.01, as in PyTorch (Keras and TensorFlow.js: 0.2; their layers LeakyReLU: 0.3)
 * @example
 * tensor([-1, 2]).leakyRelu().toArray() // => [-0.01, 2]
 * tensor([-1, 2]).leakyRelu(0.1).toArray() // => [-0.1, 2]
 */
export function leakyRelu(x: TensorLike, slope: number = 0.01): Tensor {
  return elementwise(ops.leakyRelu, [x, slope])
}

/**
 * leakyRelu with slopes that are learned.
 * @param slope one for each element that it is broadcast to; gradients flow to it
 * @example
 * tensor([[-1, 2], [3, -4]]).prelu([0.1, 0.5]).toArray() // => [[-0.1, 2], [3, -2]]
 */
export function prelu(x: TensorLike, slope: TensorLike): Tensor {
  return elementwise(ops.leakyRelu, [x, slope])
}

/**
 * x above 0, α (eˣ − 1) below.
 * @param alpha default 1
 * @example
 * tensor([-1, 2]).elu().toArray() // => [-0.63212, 2]
 */
export function elu(x: TensorLike, alpha: number = 1): Tensor {
  return elementwise(ops.elu, [x, alpha])
}

/**
 * elu scaled so that signals keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017).
 * @example
 * tensor([-1, 1]).selu().toArray() // => [-1.11133, 1.0507]
 */
export function selu(x: TensorLike): Tensor {
  return elementwise(ops.selu, [x])
}

/**
 * x above 0, α (e^(x/α) − 1) below: elu with a gradient that is continuous for every α.
 * @param alpha default 1; not 0
 * @throws OptionError when alpha is 0
 * @example
 * tensor([-1, 2]).celu().toArray() // => [-0.63212, 2]
 * tensor([-1, 2]).celu(2).toArray() // => [-0.78694, 2]
 */
export function celu(x: TensorLike, alpha: number = 1): Tensor {
  if (alpha === 0) throw new OptionError('celu: alpha is 0, but x is divided by it. Use relu() instead.')
  return elementwise(ops.celu, [x, alpha])
}

/**
 * x · sigmoid(x), also known as swish.
 * @example
 * tensor([-1, 1]).silu().toArray() // => [-0.26894, 0.73106]
 */
export function silu(x: TensorLike): Tensor {
  return elementwise(ops.silu, [x])
}

/**
 * Another name of `silu`.
 * @example
 * tensor([-1, 1]).swish().toArray() // => [-0.26894, 0.73106]
 * @function
 */
export const swish = silu

/**
 * x · tanh(softplus(x)) (Misra 2019).
 * @example
 * tensor([-1, 1]).mish().toArray() // => [-0.3034, 0.8651]
 */
export function mish(x: TensorLike): Tensor {
  return elementwise(ops.mish, [x])
}

/**
 * relu6(x + 3) / 6, a sigmoid of straight lines, as in PyTorch and Keras 3 (TensorFlow.js: 0.2 x + 0.5, cut to 0 … 1).
 * @example
 * tensor([-4, 0, 1.5]).hardSigmoid().toArray() // => [0, 0.5, 0.75]
 */
export function hardSigmoid(x: TensorLike): Tensor {
  return elementwise(ops.hardSigmoid, [x])
}

/**
 * x · hardSigmoid(x).
 * @example
 * tensor([-4, 1.5, 4]).hardSwish().toArray() // => [0, 1.125, 4]
 */
export function hardSwish(x: TensorLike): Tensor {
  return elementwise(ops.hardSwish, [x])
}

/**
 * x, at least low (default −1) and at most high (default 1). Unlike in clip, the gradient at the ends is 0, as in PyTorch.
 * @param low the least result; default −1
 * @param high the largest result; default 1
 * @throws OptionError when low > high
 * @example
 * tensor([-2, 0.5, 2]).hardTanh().toArray() // => [-1, 0.5, 1]
 */
export function hardTanh(x: TensorLike, low: number = -1, high: number = 1): Tensor {
  if (typeof low !== 'number' || typeof high !== 'number' || !(low <= high)) {
    throw new OptionError(`hardTanh: low is ${show(low)}, high ${show(high)}. Give low ≤ high.`)
  }
  return elementwise(ops.hardTanh, [x, low, high])
}

/**
 * x where it is beyond ±threshold, 0 between.
 * @param threshold default 0.5
 * @example
 * tensor([-1, 0.2, 2]).hardShrink().toArray() // => [-1, 0, 2]
 */
export function hardShrink(x: TensorLike, threshold: number = 0.5): Tensor {
  return elementwise(ops.hardShrink, [x, threshold])
}

/**
 * x moved towards 0 by the threshold; 0 between ±threshold.
 * @param threshold default 0.5
 * @example
 * tensor([-1, 0.2, 2]).softShrink().toArray() // => [-0.5, 0, 1.5]
 */
export function softShrink(x: TensorLike, threshold: number = 0.5): Tensor {
  return elementwise(ops.softShrink, [x, threshold])
}

/**
 * x − tanh(x), accurate near 0.
 * @example
 * tensor([-2, 0.01, 2]).tanhShrink().toArray() // => [-1.03597, 0.000000333, 1.03597]
 */
export function tanhShrink(x: TensorLike): Tensor {
  return elementwise(ops.tanhShrink, [x])
}

/**
 * x / (1 + |x|).
 * @example
 * tensor([-1, 3]).softsign().toArray() // => [-0.5, 0.75]
 */
export function softsign(x: TensorLike): Tensor {
  return elementwise(ops.softsign, [x])
}

/**
 * log(sigmoid(x)), stable.
 * @example
 * tensor([0, -100]).logSigmoid().toArray() // => [-0.69315, -100]
 */
export function logSigmoid(x: TensorLike): Tensor {
  return elementwise(ops.logSigmoid, [x])
}
