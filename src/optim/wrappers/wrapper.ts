/**
 * The base of optimizers around another optimizer: what they do not say themselves, the inner one does.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig, fromKeras, toKeras } from '../../keras-names.js'
import { autoName } from '../../options.js'
import { foreign } from '../../tensor/foreign.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { AnyOptimizer, type Gradient, type OptimizerState } from '../base/any-optimizer.js'
import type { Explanation } from '../base/explain.js'
import type { Hyperparameter } from '../base/options.js'
import { readInner, serialize } from './registry.js'

/** An optimizer around another one. */
export abstract class Wrapper extends AnyOptimizer {
  readonly name: string

  /**
   * @param inner the optimizer that makes the steps
   * @param options those of the wrapper, by name
   */
  constructor(
    readonly inner: AnyOptimizer,
    name: string | null,
    private readonly own: Readonly<Record<string, number>>,
  ) {
    super()
    const op = new.target.name
    if (!(inner instanceof AnyOptimizer)) {
      throw new OptionError(
        `${op}: the inner optimizer is ${foreign(inner) ?? String(inner)}. Give an instance: new ${op}(new Adam()).`,
      )
    }
    this.name = name ?? autoName(op)
  }

  get iterations(): number {
    return this.inner.iterations
  }

  get learningRate(): number {
    return this.inner.learningRate
  }

  set learningRate(value: Hyperparameter) {
    this.inner.learningRate = value
  }

  get lossScaleFactor(): Hyperparameter | null {
    return this.inner.lossScaleFactor
  }

  set lossScaleFactor(value: Hyperparameter | null) {
    this.inner.lossScaleFactor = value
  }

  get useEma(): boolean {
    return this.inner.useEma
  }

  get variables(): Variable[] {
    return this.inner.variables
  }

  build(variables: readonly Variable[]): void {
    this.inner.build(variables)
  }

  override addVariables(variables: readonly Variable[]): void {
    this.inner.addVariables(variables)
  }

  builtVariables(): readonly Variable[] {
    return this.inner.builtVariables()
  }

  override check(gradients: readonly Gradient[], variables?: readonly Variable[]): void {
    this.inner.check(gradients, variables)
  }

  override evaluate(variables: readonly Variable[]): void {
    this.inner.evaluate(variables)
  }

  override forget(): void {
    this.inner.forget()
  }

  override mayThrowMidway(variables: readonly Variable[]): boolean {
    return this.inner.mayThrowMidway(variables)
  }

  override saved(variables: readonly Variable[]): () => void {
    return this.inner.saved(variables)
  }

  override mustBeFinite(gradients: readonly Gradient[], variables: readonly Variable[]): readonly Gradient[] {
    return this.inner.mustBeFinite(gradients, variables)
  }

  override squaresGradient(variable: Variable): boolean {
    return this.inner.squaresGradient(variable)
  }

  override readBeforeApply(gradients: readonly Gradient[]): Tensor[] {
    return this.inner.readBeforeApply(gradients)
  }

  override measured(): readonly Tensor[] {
    return this.inner.measured()
  }

  finalizeVariableValues(variables: readonly Variable[]): void {
    this.inner.finalizeVariableValues(variables)
  }

  explain(variable?: Variable): Explanation {
    return this.inner.explain(variable)
  }

  scaleLoss(loss: Tensor): Tensor {
    return this.inner.scaleLoss(loss)
  }

  exportState(): OptimizerState {
    return this.inner.exportState()
  }

  importState(state: OptimizerState): void {
    this.inner.importState(state)
  }

  getConfig(): Config {
    const own = Object.entries(this.own).map(([name, value]) => [toKeras(name), value])
    return { name: this.name, inner_optimizer: serialize(this.inner), ...Object.fromEntries(own) }
  }

  /** Makes an optimizer of a configuration. */
  static fromConfig<O>(this: new (inner: AnyOptimizer, options: never) => O, config: Config): O {
    checkConfig('fromConfig', config)
    const { inner_optimizer, ...options } = config
    // biome-ignore lint/complexity/noThisInStatic: the class that inherits this
    return new this(readInner(this.name, inner_optimizer), fromKeras(options) as never)
  }

  /** `Lookahead(Adam(…), …)` */
  override toString(): string {
    const own = Object.entries(this.own).map(([name, value]) => `, ${name}: ${value}`)
    return `${this.constructor.name}(${this.inner}${own.join('')})`
  }
}
