/**
 * The optimizers inside a `MultiOptimizer`, and the share that each has in a call.
 */
import type { Variable } from '../../tensor/variable.js'
import type { AnyOptimizer, Gradient } from '../base/any-optimizer.js'
import { checkOptimizer, OptimizerMap } from './optimizer-map.js'

/** Chooses the optimizer of a variable. */
export type Choice = OptimizerMap | ((variable: Variable) => AnyOptimizer)

/** One of the optimizers, with its share of a call. */
interface Share {
  readonly optimizer: AnyOptimizer
  readonly gradients: Gradient[]
  readonly variables: Variable[]
}

/** The optimizers, and their variables. */
export class Shares {
  /** The optimizers, in order of their groups; those that a function chooses in order of appearance. */
  readonly optimizers: AnyOptimizer[]
  private readonly optimizerOf = new Map<Variable, AnyOptimizer>()

  constructor(private readonly choice: Choice) {
    this.optimizers = choice instanceof OptimizerMap ? choice.optimizers : []
  }

  /** The variables that have an optimizer. */
  get variables(): readonly Variable[] {
    return [...this.optimizerOf.keys()]
  }

  /** The optimizer of a variable. */
  optimizerFor(variable: Variable): AnyOptimizer {
    const optimizer = this.optimizerOf.get(variable) ?? this.choose(variable)
    checkOptimizer('MultiOptimizer', `the optimizer for ${variable.path}`, optimizer)
    return optimizer
  }

  /** The share of each optimizer in a call. */
  of(variables: readonly Variable[], gradients: readonly Gradient[] = []): Share[] {
    const shares = new Map<AnyOptimizer, Share>()
    variables.forEach((variable, i) => {
      const optimizer = this.optimizerFor(variable)
      const share = shares.get(optimizer) ?? { optimizer, gradients: [], variables: [] }
      shares.set(optimizer, share)
      share.gradients.push(gradients[i])
      share.variables.push(variable)
    })
    return [...shares.values()]
  }

  /**
   * Keeps who updates these variables from now on.
   * @param welcome called with an optimizer that was not there before
   */
  keep(shares: readonly Share[], welcome: (optimizer: AnyOptimizer) => void): void {
    for (const { optimizer, variables } of shares) {
      if (!this.optimizers.includes(optimizer)) {
        welcome(optimizer)
        this.optimizers.push(optimizer)
      }
      for (const variable of variables) this.optimizerOf.set(variable, optimizer)
    }
  }

  private choose(variable: Variable): AnyOptimizer {
    return this.choice instanceof OptimizerMap ? this.choice.get(variable) : this.choice(variable)
  }
}
