/**
 * Different optimizers for different variables.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig, fromKeras } from '../../keras-names.js'
import { autoName, checkArgument, resolve, string } from '../../options.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { AnyOptimizer, type Gradient, type OptimizerState } from '../base/any-optimizer.js'
import { checkGradients, checkVariables, describe } from '../base/arguments.js'
import { Explanation } from '../base/explain.js'
import { countIn, exportVariables, readState, scalarVariable } from '../base/exported-state.js'
import { type Hyperparameter, rangeOf } from '../base/options.js'
import { evaluateAt } from '../base/step-scalars.js'
import { OptimizerMap } from './optimizer-map.js'
import { register } from './registry.js'
import { type Choice, Shares } from './shares.js'

/** Options of `MultiOptimizer`. */
export interface MultiOptimizerOptions {
  /** Set on every optimizer inside. Default null. */
  lossScaleFactor?: Hyperparameter | null
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

const lossScale = rangeOf('lossScaleFactor')

const rules = {
  defaults: { lossScaleFactor: null, name: null },
  ranges: { lossScaleFactor: lossScale, name: string },
} as const

/**
 * Parameter groups: each variable is updated by the optimizer that a map, or a function, chooses for it.
 *
 * `lossScaleFactor` is set on every optimizer inside. Learning rates belong to the optimizers inside:
 * `multi.optimizers[0].learningRate`. A global clipnorm is global within its group. As in Keras, every built variable
 * needs an entry in each call of `apply`. State: that of the optimizers, and a count.
 *
 * As PyTorch's parameter groups, where the groups share one algorithm.
 *
 * @example
 * const kernel = variable([1], { name: 'kernel' })
 * const bias = variable([1], { name: 'bias' })
 * const fast = new SGD({ learningRate: 1 })
 * const optimizer = new MultiOptimizer(new OptimizerMap(new SGD({ learningRate: 0.1 }), { bias: fast }))
 * optimizer.apply([tensor([1]), tensor([1])], [kernel, bias])
 * kernel.toArray() // => [0.9]
 * bias.toArray() // => [0]
 */
export class MultiOptimizer extends AnyOptimizer {
  /**
   * Adds the class to those that are found by name.
   * @internal
   */
  static readonly isRegistered = /* @__PURE__ */ register(this, 'keras')

  readonly name: string
  private readonly shares: Shares
  private scaleFactor: Hyperparameter | null
  private applied = 0
  /** The variables that each call of `apply` needs an entry for: those of the last `build` or `addVariables`. */
  private expected: readonly Variable[] = []

  /**
   * Makes one optimizer of several, each for its own variables.
   * @param choice groups, or a function that gives the optimizer of a variable
   * @throws OptionError for an unknown option
   */
  constructor(
    private readonly choice: Choice,
    options: MultiOptimizerOptions = {},
  ) {
    super()
    const { lossScaleFactor, name } = resolve('MultiOptimizer', options, rules)
    if (!(choice instanceof OptimizerMap) && typeof choice !== 'function') {
      throw new OptionError(
        `MultiOptimizer: got ${describe(choice)}. Give an OptimizerMap or a function of a variable.`,
      )
    }
    this.shares = new Shares(choice)
    this.scaleFactor = lossScaleFactor
    this.lossScaleFactor = lossScaleFactor
    this.name = name ?? autoName('MultiOptimizer')
  }

  /** The optimizers inside. */
  get optimizers(): readonly AnyOptimizer[] {
    return this.shares.optimizers
  }

  get iterations(): number {
    return this.applied
  }

  get learningRate(): number {
    throw withoutRate('read')
  }

  set learningRate(_value: Hyperparameter) {
    throw withoutRate('set')
  }

  get lossScaleFactor(): Hyperparameter | null {
    return this.scaleFactor
  }

  set lossScaleFactor(value: Hyperparameter | null) {
    checkArgument('MultiOptimizer', 'lossScaleFactor', value, lossScale)
    for (const optimizer of this.optimizers) optimizer.lossScaleFactor = value
    this.scaleFactor = value
  }

  get useEma(): boolean {
    return this.optimizers.some((optimizer) => optimizer.useEma)
  }

  get variables(): Variable[] {
    return [
      scalarVariable(this.name, 'iteration', this.applied),
      ...this.optimizers.flatMap(({ variables }) => variables),
    ]
  }

  /** The optimizer of a variable. */
  optimizerFor(variable: Variable): AnyOptimizer {
    return this.shares.optimizerFor(variable)
  }

  builtVariables(): readonly Variable[] {
    return this.shares.variables
  }

  build(variables: readonly Variable[]): void {
    checkVariables('build', variables)
    if (this.shares.variables.length > 0) return
    if (this.choice instanceof OptimizerMap) this.choice.warnUnmatched(variables)
    const shares = this.shares.of(variables)
    for (const { optimizer, variables: own } of shares) optimizer.build(own)
    this.keep(shares, variables)
    for (const optimizer of this.optimizers) if (optimizer.builtVariables().length === 0) optimizer.build([])
  }

  override addVariables(variables: readonly Variable[]): void {
    checkVariables('addVariables', variables)
    const shares = this.shares.of(variables)
    for (const { optimizer, variables: own } of shares) optimizer.addVariables(own)
    this.keep(shares, variables)
  }

  override check(gradients: readonly Gradient[], variables: readonly Variable[] = this.expected): void {
    checkVariables('apply', variables)
    const count = this.expected.length || variables.length
    if (gradients.length !== count || variables.length !== count) {
      throw new OptionError(
        `apply: ${gradients.length} gradients for ${count} variables. Pass one gradient (or null) for each variable that ${this.name} was built for.`,
      )
    }
    for (const share of this.shares.of(variables, gradients)) share.optimizer.check(share.gradients, share.variables)
  }

  apply(gradients: readonly Gradient[], variables: readonly Variable[] = this.expected): void {
    checkGradients('apply', gradients)
    if (gradients.length === 0) return
    this.check(gradients, variables)
    this.build(variables)
    const shares = this.shares.of(variables, gradients)
    let undo = () => {}
    try {
      this.evaluate(variables)
      if (shares.length > 1 && this.mayThrowMidway(variables)) undo = this.saved(variables)
      for (const share of shares) share.optimizer.apply(share.gradients, share.variables)
      this.applied++
    } catch (error) {
      undo()
      throw error
    } finally {
      this.forget()
    }
  }

  override evaluate(variables: readonly Variable[]): void {
    for (const share of this.shares.of(variables)) share.optimizer.evaluate(share.variables)
  }

  override forget(): void {
    for (const optimizer of this.optimizers) optimizer.forget()
  }

  override mayThrowMidway(variables: readonly Variable[]): boolean {
    return this.shares.of(variables).some((share) => share.optimizer.mayThrowMidway(share.variables))
  }

  override saved(variables: readonly Variable[]): () => void {
    const undo = this.shares.of(variables).map((share) => share.optimizer.saved(share.variables))
    const { applied } = this
    return () => {
      for (const one of undo) one()
      this.applied = applied
    }
  }

  override mustBeFinite(gradients: readonly Gradient[], variables: readonly Variable[]): readonly Gradient[] {
    return variables.map((v, i) => this.optimizerFor(v).mustBeFinite([gradients[i]], [v])[0])
  }

  override squaresGradient(variable: Variable): boolean {
    return this.optimizerFor(variable).squaresGradient(variable)
  }

  override readBeforeApply(gradients: readonly Gradient[]): Tensor[] {
    return this.optimizers.flatMap((optimizer) => optimizer.readBeforeApply(gradients))
  }

  override measured(): readonly Tensor[] {
    return this.optimizers.flatMap((optimizer) => optimizer.measured())
  }

  finalizeVariableValues(variables: readonly Variable[]): void {
    checkVariables('finalizeVariableValues', variables)
    for (const share of this.shares.of(variables)) share.optimizer.finalizeVariableValues(share.variables)
  }

  explain(variable?: Variable): Explanation {
    if (variable) return this.optimizerFor(variable).explain(variable)
    const all = this.optimizers.filter(({ iterations }) => iterations > 0).map((optimizer) => optimizer.explain())
    const variables = all.flatMap((explanation) => explanation.variables)
    const isOutdated = all.some((explanation) => explanation.isOutdated)
    return new Explanation(this.name, this.applied, Number.NaN, variables, isOutdated)
  }

  scaleLoss(loss: Tensor): Tensor {
    const { scaleFactor, applied } = this
    if (scaleFactor === null) return loss
    return loss.mul(evaluateAt('MultiOptimizer', 'lossScaleFactor', scaleFactor, applied))
  }

  exportState(): OptimizerState {
    const state: OptimizerState = exportVariables([], { iteration: Float64Array.of(this.applied) })
    this.optimizers.forEach((optimizer, i) => {
      for (const [name, array] of Object.entries(optimizer.exportState())) state[`${i}/${name}`] = array
    })
    return state
  }

  importState(state: OptimizerState): void {
    const saved = readState('importState', state)
    const applied = countIn('importState', saved, 'iteration')
    const unknown = Object.keys(saved).filter((name) => name !== 'iteration' && !this.isInGroup(name))
    if (unknown.length > 0) throw unknownEntries(unknown, this.optimizers.length)
    const before = this.optimizers.map((optimizer) => optimizer.exportState())
    try {
      this.optimizers.forEach((optimizer, i) => {
        optimizer.importState(part(saved, `${i}/`))
      })
    } catch (error) {
      this.optimizers.forEach((optimizer, i) => {
        optimizer.importState(before[i])
      })
      throw error
    }
    this.applied = applied
  }

  getConfig(): Config {
    if (!(this.choice instanceof OptimizerMap)) {
      throw new OptionError(
        'getConfig: a function chooses the optimizers, which a configuration cannot hold. Use an OptimizerMap.',
      )
    }
    if (typeof this.scaleFactor === 'function') {
      throw new OptionError(
        'getConfig: lossScaleFactor is a function, which a configuration cannot hold. Use a number.',
      )
    }
    const map = {
      module: 'keras.optimizers',
      class_name: 'OptimizerMap',
      config: this.choice.getConfig(),
      registered_name: null,
    }
    return { optimizer_map: map, loss_scale_factor: this.scaleFactor, name: this.name }
  }

  /** Makes an optimizer of a configuration. */
  static fromConfig(config: Config): MultiOptimizer {
    checkConfig('MultiOptimizer', config)
    const { optimizer_map, ...options } = config
    const map = (optimizer_map as { config?: Config } | null | undefined)?.config
    if (!map) throw withoutMap(optimizer_map)
    return new MultiOptimizer(OptimizerMap.fromConfig(map), fromKeras(options) as MultiOptimizerOptions)
  }

  /** `MultiOptimizer(SGD(…), Adam(…))` */
  override toString(): string {
    return `MultiOptimizer(${this.optimizers.join(', ')})`
  }

  private isInGroup(name: string): boolean {
    return this.optimizers.some((_, i) => name.startsWith(`${i}/`))
  }

  private keep(shares: ReturnType<Shares['of']>, variables: readonly Variable[]): void {
    this.shares.keep(shares, (optimizer) => {
      optimizer.lossScaleFactor = this.scaleFactor
    })
    this.expected = [...new Set(variables)]
  }
}

function part(state: OptimizerState, prefix: string): OptimizerState {
  const own = Object.entries(state).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length), array]))
}

function unknownEntries(names: readonly string[], count: number): OptionError {
  return new OptionError(
    `importState: the state does not fit, unknown [${names.join(', ')}], there are ${count} optimizers inside. Build the optimizer with the same groups for the same variables first.`,
  )
}

function withoutMap(given: unknown): OptionError {
  return new OptionError(
    `MultiOptimizer: the configuration has no optimizer_map, got ${describe(given)}. Give what getConfig() returned.`,
  )
}

function withoutRate(verb: string): OptionError {
  return new OptionError(
    `learningRate: it cannot be ${verb} on a MultiOptimizer, whose optimizers have one each. Use optimizers[i].learningRate.`,
  )
}
