/**
 * The gradients and variables of one call, checked and without those that have no gradient.
 */
import { DTypeError, GradientError, OptionError, ShapeError } from '../../errors.js'
import { backend } from '../../tensor/backend.js'
import { isFloat } from '../../tensor/dtype.js'
import { IndexedSlices } from '../../tensor/indexed-slices.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { Variable } from '../../tensor/variable.js'
import type { Gradient } from './any-optimizer.js'
import { checkVariables, describe, holds } from './arguments.js'

/** The operation that messages name: `apply`, or one that calls it. */
let current: string | null = null

/** Runs `apply` as a part of another operation, which messages name. */
export function asPartOf(op: string, run: () => void): void {
  const before = current
  current ??= op
  try {
    run()
  } finally {
    current = before
  }
}

/** The operation that `apply` is a part of, or `apply`. */
export const currentOperation = () => current ?? 'apply'

/** Two lists of the same length, reused from call to call. */
export class Pairs {
  readonly gradients: Tensor[] = []
  readonly variables: Variable[] = []

  /** Takes in the pairs of a call; warns about variables without a gradient, and throws when none has one. */
  fill(gradients: readonly Gradient[], variables: readonly Variable[], warns = true): void {
    const op = currentOperation()
    this.clear()
    checkVariables(op, variables)
    if (gradients.length !== variables.length) throw wrongCount(op, gradients.length, variables.length)
    for (let i = 0; i < gradients.length; i++) {
      const gradient = gradients[i]
      if (gradient === null || gradient === undefined) {
        checkVariable(op, variables[i])
        continue
      }
      checkPair(op, gradient, variables[i])
      this.gradients.push(gradient)
      this.variables.push(variables[i])
    }
    if (this.variables.length === 0) throw noGradients(op)
    if (warns && this.variables.length < variables.length) warnMissing(op, gradients, variables)
  }

  /** Lets go of the tensors. */
  clear(): void {
    this.gradients.length = 0
    this.variables.length = 0
  }
}

/** @throws OptionError or DTypeError when an optimizer cannot update this */
export function checkVariable(op: string, variable: unknown): asserts variable is Variable {
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

function checkPair(op: string, gradient: unknown, variable: Variable): void {
  checkVariable(op, variable)
  if (!(gradient instanceof Tensor)) {
    throw new OptionError(
      `${op}: the gradient of ${variable.name} is ${describe(gradient)}, not a tensor. Write tensor(data), or null for none.`,
    )
  }
  if (!sameShape(gradient.shape, variable.shape)) {
    throw new ShapeError(
      `${op}: the gradient of ${variable.name} has shape ${formatShape(gradient.shape)}, the variable ${formatShape(variable.shape)}. Pass gradients and variables in the same order.`,
    )
  }
  if (gradient instanceof IndexedSlices) checkRows(op, gradient, variable)
  else if (backend.isAlive?.(gradient.buffer) === false) throw outlived(op, variable)
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
