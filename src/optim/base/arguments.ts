/**
 * The arguments of an optimizer, checked: lists of variables and gradients, and the loss function.
 */
import { DTypeError, GradientError, OptionError, ShapeError } from '../../errors.js'
import { backend } from '../../tensor/backend.js'
import { isFloat } from '../../tensor/dtype.js'
import { foreign } from '../../tensor/foreign.js'
import { IndexedSlices } from '../../tensor/indexed-slices.js'
import { notAsync } from '../../tensor/not-async.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { Variable } from '../../tensor/variable.js'
import type { Gradient } from './any-optimizer.js'

let current: string | null = null

/** The operation that messages name: `apply`, or one that calls it. */
export const operation = {
  current: (): string => current ?? 'apply',

  /** Runs `apply` as a part of another operation. */
  during(op: string, run: () => void): void {
    const before = current
    current ??= op
    try {
      run()
    } finally {
      current = before
    }
  },
}

/** The gradients and variables of one call, without those that have no gradient: two lists of the same length, reused from call to call. */
export class Pairs {
  readonly gradients: Tensor[] = []
  readonly variables: Variable[] = []

  /**
   * Takes in the pairs of a call; warns about variables without a gradient, and throws when none has one.
   * @param known variables that were checked before
   */
  fill(
    gradients: readonly Gradient[],
    variables: readonly Variable[],
    known: { has(variable: Variable): boolean },
    warns = true,
  ): void {
    const op = operation.current()
    this.clear()
    checkVariables(op, variables)
    if (gradients.length !== variables.length) throw wrongCount(op, gradients.length, variables.length)
    for (let i = 0; i < gradients.length; i++) {
      const [gradient, variable] = [gradients[i], variables[i]]
      if (!known.has(variable)) checkVariable(op, variable)
      if (gradient === null || gradient === undefined) continue
      if (!(gradient instanceof Tensor)) throw notGradient(op, gradient, variable)
      this.gradients.push(gradient)
      this.variables.push(variable)
    }
    this.checkShapes(op)
    this.checkAlive(op)
    if (this.variables.length === 0) throw noGradients(op)
    if (warns && this.variables.length < variables.length) warnMissing(op, gradients, variables)
  }

  /** Lets go of the tensors. */
  clear(): void {
    this.gradients.length = 0
    this.variables.length = 0
  }

  private checkShapes(op: string): void {
    const { gradients, variables } = this
    for (let i = 0; i < gradients.length; i++)
      if (!sameShape(gradients[i].shape, variables[i].shape)) throw wrongShape(op, gradients[i], variables[i])
  }

  /** Refuses gradients that were freed, and sparse ones with rows outside of the variable. */
  private checkAlive(op: string): void {
    const { gradients, variables } = this
    for (let i = 0; i < gradients.length; i++) {
      const g = gradients[i]
      if (g instanceof IndexedSlices) checkRows(op, g, variables[i])
      else if (backend.isAlive?.(g.buffer) === false) throw outlived(op, variables[i])
    }
  }
}

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

/** @throws OptionError or DTypeError when an optimizer cannot update this */
function checkVariable(op: string, variable: unknown): asserts variable is Variable {
  if (!(variable instanceof Variable)) {
    const hint = holds(variable) ? `Pass ${holds(variable)}.trainableVariables.` : 'Make one with variable(data).'
    throw new OptionError(`${op}: ${describe(variable)} is not a variable. ${hint}`)
  }
  if (!isFloat(variable.dtype)) {
    throw new DTypeError(
      `${op}: variable ${variable.name} holds ${variable.dtype}. Optimizers update float32 and float64.`,
    )
  }
}

/** @throws OptionError or DTypeError unless this is a list of variables that an optimizer can update */
export function checkAll(op: string, variables: readonly Variable[]): void {
  checkVariables(op, variables)
  for (const variable of variables) checkVariable(op, variable)
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

/** The error of optimizers that cannot make a step with gradients alone. */
export function needsLoss(owner: string, reason: string): GradientError {
  return new GradientError(
    `${owner}: apply received gradients, but ${reason}, so step, applyGradients and fit do not support it. Use minimize(() => loss, variables).`,
  )
}

/**
 * Returns the gradients that `backward` left in the variables.
 * @throws GradientError when no variable has a gradient
 */
export function storedGradients(variables: readonly Variable[]): Gradient[] {
  checkSome('step', variables)
  if (variables.every((v) => !v?.gradient)) {
    for (const variable of variables) checkVariable('step', variable)
    throw new GradientError(
      `step: none of the ${variables.length} variables has a gradient yet. Call loss.backward() before step(variables).`,
    )
  }
  const gradients = new Array<Gradient>(variables.length)
  for (let i = 0; i < variables.length; i++) gradients[i] = variables[i]?.gradient
  return gradients
}

/** Describes a value in a few words. */
export function describe(x: unknown): string {
  if (x instanceof Tensor) return `a tensor of shape ${formatShape(x.shape)}`
  if (Array.isArray(x)) return 'an array'
  if (holds(x) && foreign(x) === null) return `the ${holds(x)} ${(x as { name: string }).name}`
  return foreign(x) ?? (x === null || x === undefined ? String(x) : `${typeof x} ${String(x)}`)
}

/** Returns `model` or `layer` for an object with variables, null for anything else. */
function holds(x: unknown): 'model' | 'layer' | null {
  if (typeof x !== 'object' || x === null || !('trainableVariables' in x)) return null
  return 'compile' in x ? 'model' : 'layer'
}

/** @throws OptionError when the variables are not a list, or there are none */
function checkSome(op: string, variables: unknown): void {
  checkVariables(op, variables)
  if ((variables as unknown[]).length > 0) return
  throw new OptionError(
    `${op}: the list of variables is empty, so nothing would be trained. A model has weights once it was called or given an inputShape; trainableVariables excludes frozen layers.`,
  )
}

/** @throws OptionError or GradientError when a sparse gradient has a row outside the variable, or was freed */
function checkRows(op: string, { values, indices, shape }: IndexedSlices, variable: Variable): void {
  if ([values, indices].some(({ buffer }) => backend.isAlive?.(buffer) === false)) throw outlived(op, variable)
  if (backend.isPending?.(indices.buffer)) return
  const wrong = (indices.dataSync() as Int32Array).find((index) => !(index >= 0 && index < shape[0]))
  if (wrong === undefined) return
  throw new OptionError(
    `${op}: the sparse gradient of ${variable.name} has row ${wrong}, the variable rows 0 to ${shape[0] - 1}. Check the indices.`,
  )
}

function notGradient(op: string, gradient: unknown, { name }: Variable): OptionError {
  return new OptionError(
    `${op}: the gradient of ${name} is ${describe(gradient)}, not a tensor. Write tensor(data), or null for none.`,
  )
}

function wrongShape(op: string, gradient: Tensor, variable: Variable): ShapeError {
  return new ShapeError(
    `${op}: the gradient of ${variable.name} has shape ${formatShape(gradient.shape)}, the variable ${formatShape(variable.shape)}. Pass gradients and variables in the same order.`,
  )
}

function outlived(op: string, { name }: Variable): GradientError {
  return new GradientError(
    `${op}: the gradient of ${name} belonged to a tidy() or training step that is over. Make the step inside the same tidy(), or return the gradient from it.`,
  )
}

function wrongCount(op: string, gradients: number, variables: number): OptionError {
  return new OptionError(
    `${op}: ${gradients} gradients for ${variables} variables. Pass one gradient (or null) for each variable, in the same order.`,
  )
}

function noGradients(op: string): GradientError {
  return new GradientError(
    `${op}: No gradients provided for any variable. Check that the loss is computed from these variables, outside of noGrad.`,
  )
}

function warnMissing(op: string, gradients: readonly Gradient[], variables: readonly Variable[]): void {
  const missing = variables.filter((_, i) => !gradients[i])
  const names = missing.map((v) => v.path).join(', ')
  console.warn(
    missing.every((v) => !v.trainable)
      ? `${op}: the variables [${names}] are frozen (trainable: false) and have no gradient. The update leaves them out; pass model.trainableVariables to avoid this warning.`
      : `${op}: Gradients do not exist for variables [${names}] when minimizing the loss. The update leaves them out.`,
  )
}
