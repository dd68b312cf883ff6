/**
 * Activation functions by name.
 */
import { OptionError } from '../errors.js'
import { nearest, toCamelCase } from '../options.js'
import {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
} from '../tensor/activations.js'
import { tanh } from '../tensor/elementwise.js'
import { logSoftmax, softmax } from '../tensor/reductions.js'
import type { Tensor } from '../tensor/tensor.js'

const functions = {
  linear: (x: Tensor): Tensor => x,
  relu: (x: Tensor): Tensor => relu(x),
  sigmoid: (x: Tensor): Tensor => sigmoid(x),
  tanh: (x: Tensor): Tensor => tanh(x),
  softmax: (x: Tensor): Tensor => softmax(x),
  logSoftmax: (x: Tensor): Tensor => logSoftmax(x),
  gelu: (x: Tensor): Tensor => gelu(x),
  silu: (x: Tensor): Tensor => silu(x),
  swish: (x: Tensor): Tensor => silu(x),
  elu: (x: Tensor): Tensor => elu(x),
  selu: (x: Tensor): Tensor => selu(x),
  celu: (x: Tensor): Tensor => celu(x),
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x),
  relu6: (x: Tensor): Tensor => relu6(x),
  mish: (x: Tensor): Tensor => mish(x),
  softplus: (x: Tensor): Tensor => softplus(x),
  softsign: (x: Tensor): Tensor => softsign(x),
  logSigmoid: (x: Tensor): Tensor => logSigmoid(x),
  hardSigmoid: (x: Tensor): Tensor => hardSigmoid(x),
  hardSwish: (x: Tensor): Tensor => hardSwish(x),
  hardTanh: (x: Tensor): Tensor => hardTanh(x),
}

/**
 * The name of an activation function.
 * @useDeclaredType
 */
export type ActivationName = keyof typeof functions

/**
 * What a layer takes as its activation: a name, for the function of that name with its defaults (so `leakyRelu` has PyTorch's slope
 * 0.01, where Keras's layer has 0.2), or a function of a tensor: `(x) => leakyRelu(x, 0.2)`.
 */
export type ActivationLike = ActivationName | ((x: Tensor) => Tensor)

/** An activation function and what to call it. */
export interface NamedActivation {
  readonly name: string
  readonly apply: (x: Tensor) => Tensor
}

/**
 * The activation of that name (Keras's snake_case is understood).
 * @throws OptionError naming the nearest one when there is none
 */
export function getActivation(op: string, activation: ActivationLike = 'linear'): NamedActivation {
  if (typeof activation === 'function') return { name: activation.name || 'custom', apply: activation }
  const name = toCamelCase(String(activation))
  if (Object.hasOwn(functions, name)) return { name, apply: functions[name as ActivationName] }
  const known = Object.keys(functions)
  const guess = nearest(name, known)
  throw new OptionError(
    `${op}: unknown activation ${activation}. ${guess ? `Did you mean ${guess}?` : `Choose one of ${known.join(', ')}, or give a function.`}`,
  )
}
