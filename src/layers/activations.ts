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
import { logSoftmax, softmax } from '../tensor/operations/softmax.js'
import { Tensor } from '../tensor/tensor.js'
import { notATensor } from './calls.js'

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

/** The activations whose outputs are probabilities, where the losses otherwise expect logits. */
const probabilities = new Set<string>(['softmax', 'sigmoid', 'hardSigmoid'])

/**
 * The activation of a layer: a name, for the function of that name with its defaults (so `leakyRelu` has PyTorch's slope 0.01, where
 * Keras's has 0.2), or a function of a tensor: `(x) => leakyRelu(x, 0.2)`. Pass softmax and sigmoid at the end of a model by name, so that
 * the losses expect probabilities.
 */
export type ActivationLike = ActivationName | ((x: Tensor) => Tensor)

/** An activation function with its name. */
export interface NamedActivation {
  readonly name: string
  readonly apply: (x: Tensor) => Tensor
  /** True for relu, which the product with the kernel can apply itself. */
  readonly isRelu: boolean
  /** True for a function that is not one of nabla's. */
  readonly isCustom: boolean
  /** True if its outputs are probabilities. */
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
    activation,
    Object.keys(functions),
    "pass a function, such as formula('x * tanh(x)')",
  )
}

/** A function with what follows from it being one of nabla's; one that only has the same name is a custom one. */
function describe(op: string, apply: (x: Tensor) => Tensor, givenName?: string): NamedActivation {
  const own = givenName ?? Object.keys(functions).find((key) => functions[key as ActivationName] === apply)
  const name = own ?? (apply.name || 'custom')
  return {
    name,
    apply: own ? apply : checked(op, name, apply),
    isRelu: own === 'relu',
    isCustom: own === undefined,
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
