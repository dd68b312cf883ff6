/**
 * Lookahead, a wrapper of any optimizer: slow weights follow its fast ones. (What wrappers share: `wrapper.ts`.)
 */
import { probability, resolve, string, whole } from '../../options.js'
import { backend } from '../../tensor/backend.js'
import { Variable } from '../../tensor/variable.js'
import type { AnyOptimizer, Gradient, OptimizerState } from '../base/any-optimizer.js'
import { checkGradients } from '../base/arguments.js'
import { exportVariables, importVariables, readState } from '../base/exported-state.js'
import { prepareRule, type RunRule } from '../base/rule.js'
import { constrain, Snapshot } from '../base/variable-state.js'
import { register } from './registry.js'
import { Wrapper } from './wrapper.js'

/** Options of `Lookahead`. */
export interface LookaheadOptions {
  /** k, after how many steps of the inner optimizer the slow weights follow. Default 5. */
  syncPeriod?: number
  /** α, how much of the way they follow, 0 to 1. Default 0.5. */
  slowStepSize?: number
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

const options = {
  defaults: { syncPeriod: 5, slowStepSize: 0.5, name: null },
  ranges: { syncPeriod: whole(1), slowStepSize: probability, name: string },
} as const

const rule = 'slow = slow + slowStepSize * (w - slow)\nw = slow'

/**
 * Lookahead: any optimizer explores for k steps, then slow weights go part of the way, and the exploration starts there
 * again.
 *
 * $$ \phi \leftarrow \phi + \alpha (w - \phi), \qquad w \leftarrow \phi \qquad\text{after every } k \text{ steps} $$
 *
 * `syncPeriod` is k (default 5), `slowStepSize` α (0.5), as in the paper. A variable's constraint is applied to φ, too. State:
 * the slow weights φ, a copy of the weights at first, and the state of the inner optimizer. Neither Keras nor PyTorch has it.
 *
 * @example
 * const w = variable([1])
 * const optimizer = new Lookahead(new SGD({ learningRate: 1 }), { syncPeriod: 2 })
 * optimizer.apply([tensor([1])], [w])
 * optimizer.apply([tensor([1])], [w])
 * w.toArray() // => [0]
 * @see Zhang et al. 2019, https://arxiv.org/abs/1907.08610
 */
export class Lookahead extends Wrapper {
  /**
   * Adds the class to those that are found by name.
   * @internal
   */
  static readonly isRegistered = /* @__PURE__ */ register(this)

  /** k, after how many steps the slow weights follow. */
  readonly syncPeriod: number
  /** α, how much of the way they follow. */
  readonly slowStepSize: number
  private slow: { variable: Variable; slow: Variable }[] = []
  private follow: RunRule | null = null

  /**
   * Makes an optimizer of slow weights that follow the fast weights of the inner one.
   * @throws OptionError for an unknown option, or one out of range
   */
  constructor(inner: AnyOptimizer, given: LookaheadOptions = {}) {
    const { syncPeriod, slowStepSize, name } = resolve('Lookahead', given, options)
    super(inner, name, { syncPeriod, slowStepSize })
    this.syncPeriod = syncPeriod
    this.slowStepSize = slowStepSize
  }

  override get variables(): Variable[] {
    return [...super.variables, ...this.slow.map(({ slow }) => slow)]
  }

  override build(variables: readonly Variable[]): void {
    super.build(variables)
    this.followAll()
  }

  override addVariables(variables: readonly Variable[]): void {
    super.addVariables(variables)
    this.followAll()
  }

  apply(gradients: readonly Gradient[], variables: readonly Variable[] = this.builtVariables()): void {
    checkGradients('apply', gradients)
    if (gradients.length === 0) return
    this.check(gradients, variables)
    this.build(variables)
    const undo = variables.some(({ constraint }) => constraint) ? this.saved(variables) : null
    try {
      const before = this.iterations
      this.inner.apply(gradients, variables)
      if (this.iterations > before && this.iterations % this.syncPeriod === 0) this.sync(variables)
    } catch (error) {
      undo?.()
      throw error
    }
  }

  /** Internal: keeps what a step may change, its own numbers too. */
  override saved(variables: readonly Variable[]): () => void {
    const undo = super.saved(variables)
    const slow = new Snapshot(this.slow.map(({ slow }) => slow))
    return () => {
      undo()
      slow.restore()
    }
  }

  override exportState(): OptimizerState {
    return exportVariables(
      this.slow.map(({ slow }) => slow),
      super.exportState(),
    )
  }

  override importState(state: OptimizerState): void {
    const saved = readState('importState', state)
    const slow = this.slow.map(({ slow }) => slow)
    const entries = Object.entries(saved)
    const names = Object.keys(this.exportState()).slice(Object.keys(super.exportState()).length)
    const isKnown = names.every((name) => Object.hasOwn(saved, name))
    const isInner = ([name]: [string, unknown], i: number) =>
      isKnown ? !names.includes(name) : i < entries.length - slow.length
    const own = Object.fromEntries(entries.filter((entry, i) => !isInner(entry, i)))
    const before = new Snapshot(slow)
    importVariables('importState', own, slow, [], () => {})
    try {
      super.importState(Object.fromEntries(entries.filter(isInner)))
    } catch (error) {
      before.restore()
      throw error
    }
  }

  /** Gives each variable of the inner optimizer slow weights, in the same order; those that are there stay. */
  private followAll(): void {
    const variables = this.inner.builtVariables()
    if (variables.length === this.slow.length) return
    const slowOf = new Map(this.slow.map((pair) => [pair.variable, pair]))
    this.slow = variables.map((variable) => slowOf.get(variable) ?? slowCopy(variable))
  }

  /** Lets the slow weights follow; those of variables that are frozen and were not in this step stay. */
  private sync(moved: readonly Variable[]): void {
    this.follow ??= prepareRule('Lookahead', rule, ['w', 'slow'], ['slowStepSize'], true)
    for (const { variable, slow } of this.slow) {
      if (!variable.trainable && !moved.includes(variable)) continue
      this.follow([variable.buffer, slow.buffer], [this.slowStepSize], variable.shape)
      variable.version++
      if (constrain(variable)) backend.write(slow.buffer, variable.buffer)
    }
  }
}

function slowCopy(variable: Variable): { variable: Variable; slow: Variable } {
  const buffer = backend.allocate(variable.dtype, variable.size)
  backend.write(buffer, variable.buffer)
  return {
    variable,
    slow: new Variable(buffer, variable.shape, false, `${variable.path.replaceAll('/', '_')}_slow`, null),
  }
}
