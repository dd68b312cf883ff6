/**
 * Room for the state of an optimizer before the first step.
 */
import type { Model } from './model.js'

/** Builds the model's optimizer, so that its state can be read and replaced. */
export function buildOptimizer({ optimizer, trainableVariables }: Model): void {
  if (optimizer.builtVariables().length === 0) optimizer.build(trainableVariables)
}
