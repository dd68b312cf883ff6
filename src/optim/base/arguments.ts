/**
 * Checks of the arguments of an optimizer: lists of variables and gradients, and the loss function.
 */
import { OptionError } from '../../errors.js'
import { foreign } from '../../tensor/foreign.js'
import { notAsync } from '../../tensor/not-async.js'
import { formatShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'

/** @throws OptionError when the variables are not an array */
export function checkVariables(op: string, variables: unknown): void {
  if (Array.isArray(variables)) return
  const hint = holds(variables)
    ? `Pass its variables: ${op}(${before[op] ?? ''}${holds(variables)}.trainableVariables).`
    : 'Pass model.trainableVariables for a model, [w] for one variable.'
  throw new OptionError(`${op}: the variables are ${describe(variables)}, not a list. ${hint}`)
}

/** The arguments before the variables in a call. */
const before: Readonly<Record<string, string>> = { minimize: 'loss, ', apply: 'gradients, ' }

/** Returns `model` or `layer` for an object with variables, null for anything else. */
export function holds(x: unknown): 'model' | 'layer' | null {
  if (typeof x !== 'object' || x === null || !('trainableVariables' in x)) return null
  return 'compile' in x ? 'model' : 'layer'
}

/** @throws OptionError when the variables are not a list, or there are none */
export function checkSome(op: string, variables: unknown): void {
  checkVariables(op, variables)
  if ((variables as unknown[]).length > 0) return
  throw new OptionError(
    `${op}: the list of variables is empty, so nothing would be trained. A model has weights once it was called or given an inputShape; trainableVariables excludes frozen layers.`,
  )
}

/** @throws OptionError when the gradients are not an array */
export function checkGradients(op: string, gradients: unknown): void {
  if (Array.isArray(gradients)) return
  throw new OptionError(
    `${op}: the gradients are ${describe(gradients)}, not a list. Write ${op}([g], [w]), one gradient for each variable.`,
  )
}

/** @throws OptionError unless this is an array of pairs */
export function checkPairs(op: string, pairs: unknown): void {
  if (!Array.isArray(pairs)) {
    throw new OptionError(
      `${op}: the pairs are ${describe(pairs)}, not a list. Write ${op}([[gradient, variable], …]).`,
    )
  }
  const odd = pairs.findIndex((pair) => !Array.isArray(pair))
  if (odd < 0) return
  throw new OptionError(
    `${op}: entry ${odd} is ${describe(pairs[odd])}, not a pair. Write ${op}([[gradient, variable], …]).`,
  )
}

/** @throws OptionError when the loss is not a function, or the variables are not a non-empty array */
export function checkMinimize(loss: unknown, variables: unknown): void {
  if (typeof loss !== 'function') {
    throw new OptionError(
      `minimize: the loss is ${describe(loss)}, not a function. Write minimize(() => loss, variables).`,
    )
  }
  checkSome('minimize', variables)
}

/**
 * Evaluates the loss function.
 * @throws OptionError when the function does not return a tensor
 */
export function evaluateLoss(loss: () => Tensor): Tensor {
  const value: unknown = notAsync('minimize', loss())
  if (value instanceof Tensor) return value
  throw new OptionError(
    `minimize: the loss function returned ${describe(value)}, not a tensor. Compute it with tensor operations, and end with .mean().`,
  )
}

/** Describes a value in a few words. */
export function describe(x: unknown): string {
  if (x instanceof Tensor) return `a tensor of shape ${formatShape(x.shape)}`
  if (Array.isArray(x)) return 'an array'
  if (holds(x) && foreign(x) === null) return `the ${holds(x)} ${(x as { name: string }).name}`
  return foreign(x) ?? (x === null || x === undefined ? String(x) : `${typeof x} ${String(x)}`)
}
