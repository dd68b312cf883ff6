/**
 * Applying the constraints of variables after a step. (The constraints themselves: `layers/constraints.ts`.)
 */
import { setRecording } from '../../autograd/engine.js'
import type { Variable } from '../../tensor/variable.js'

/** Applies a variable's constraint; returns whether it has one. */
export function constrain(variable: Variable): boolean {
  const { constraint } = variable
  if (!constraint) return false
  setRecording(false, () => variable.assign(constraint(variable.detach())))
  return true
}
