/**
 * Activation functions by name.
 */
import { toCamelCase, unknownName } from '../options.js'
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
} from '../tensor/operations/activations.js'
import { tanh } from '../tensor/operations/exponentials.js'
import { logSoftmax, softmax } from '../tensor/operations/reductions.js'
import { Tensor } from '../tensor/tensor.js'
import { notATensor } from './calls.js'
import { shown } from './checks.js'

const functions = {
  linear: (x: Tensor): Tensor => x,
  relu,
  sigmoid,
  tanh,
  softmax,
  logSoftmax,
  gelu,
  silu,
  swish: silu,
  elu,
  selu,
  celu,
  leakyRelu,
  relu6,
  mish,
  softplus,
  softsign,
  logSigmoid,
  hardSigmoid,
  hardSwish,
  hardTanh,
}

/**
 * The name of an activation function.
 * @useDeclaredType
 */
export type ActivationName = keyof typeof functions

/** The activations whose results are probabilities, where the losses otherwise expect logits. */
const probabilities = new Set<string>(['softmax', 'sigmoid', 'hardSigmoid'])

/**
 * What a layer takes as its activation: a name, for the function of that name with its defaults (so `leakyRelu` has
 * PyTorch's slope 0.01, where Keras's has 0.2), or a function of a tensor: `(x) => leakyRelu(x, 0.2)`. Softmax and
 * sigmoid at the end of a model should be given by name, so that the losses know that they get probabilities.
 */
export type ActivationLike = ActivationName | ((x: Tensor) => Tensor)

/** An activation function and what to call it. */
export interface NamedActivation {
  readonly name: string
  readonly apply: (x: Tensor) => Tensor
  /** Whether it is the relu that the product with the kernel can do on its way. */
  readonly isRelu: boolean
  /** Whether its results are probabilities. */
  readonly isProbability: boolean
}

/**
 * The activation of that name (Keras's snake_case is understood).
 * @throws OptionError naming the nearest one when there is none
 */
export function getActivation(op: string, activation: ActivationLike): NamedActivation {
  if (typeof activation === 'function') return describe(op, activation)
  const name = typeof activation === 'string' ? toCamelCase(activation) : ''
  if (Object.hasOwn(functions, name)) return describe(op, functions[name as ActivationName], name)
  throw unknownName(
    op,
    'activation',
    typeof activation === 'string' ? activation : shown(activation),
    Object.keys(functions),
    "give a function, such as formula('x * tanh(x)')",
  )
}

/** What is known of a function: much if it is one of nabla's, nothing if it only has the name of one. */
function describe(op: string, apply: (x: Tensor) => Tensor, givenName?: string): NamedActivation {
  const own = givenName ?? Object.keys(functions).find((key) => functions[key as ActivationName] === apply)
  const name = own ?? (apply.name || 'custom')
  return {
    name,
    apply: own ? apply : checked(op, name, apply),
    isRelu: own === 'relu',
    isProbability: own !== undefined && probabilities.has(own),
  }
}

/** The function, which must return a tensor. */
function checked(op: string, name: string, apply: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const y = apply(x)
    if (!(y instanceof Tensor)) throw notATensor(op, `the activation ${name}`, y)
    return y
  }
}
