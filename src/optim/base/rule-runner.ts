/**
 * Runs the lines of a step on the arrays of a variable: rules are prepared once and kept.
 */
import type { DataBuffer } from '../../kernels/backend.js'
import { Recent } from '../../kernels/recent.js'
import { Tensor } from '../../tensor/tensor.js'
import type { StepScalars } from './hyperparameters.js'
import { computeFormula, prepareRule, type RunRule } from './rule.js'
import type { VariableState } from './variable-state.js'

/** The rules of one optimizer, prepared for its scalars. */
export class RuleRunner {
  private readonly prepared = new Recent<string, RunRule>(100)

  constructor(
    /** The class, for messages. */
    private readonly owner: string,
    readonly scalars: StepScalars,
    /** As kernels, or interpreted. */
    readonly fused: boolean,
  ) {}

  /** A rule over these arrays and scalars, prepared. */
  prepare(rule: string, arrays: readonly string[], scalars: readonly string[] = this.scalars.names): RunRule {
    // The own names only ever grow, so that their number identifies them, which is cheaper to write.
    const key = `${rule}\n${arrays}\n${scalars === this.scalars.names ? scalars.length : scalars}`
    let run = this.prepared.get(key)
    if (!run) {
      run = prepareRule(this.owner, rule, arrays, scalars, this.fused)
      this.prepared.set(key, run)
    }
    return run
  }

  /** Runs a rule on a variable and what is kept for it. */
  run(state: VariableState, gradient: DataBuffer, rule: RunRule): void {
    state.buffers[0] = gradient
    rule(state.buffers, this.scalars.values, state.variable.shape)
    state.buffers[0] = state.variable.buffer
  }

  /** Prepares a rule and runs it. */
  runText(state: VariableState, gradient: DataBuffer, rule: string): void {
    this.run(state, gradient, this.prepare(rule, state.arrays))
  }

  /** The last value of a formula over the same names, as a tensor. */
  compute(state: VariableState, gradient: DataBuffer, formula: string): Tensor {
    const { arrays, buffers, variable } = state
    const { names, values } = this.scalars
    const entries = new Map<string, Tensor | number>(names.map((name, i) => [name, values[i]]))
    arrays.forEach((name, i) => {
      entries.set(name, new Tensor(i === 0 ? gradient : buffers[i], variable.shape))
    })
    return computeFormula(formula, entries, this.fused)
  }
}
