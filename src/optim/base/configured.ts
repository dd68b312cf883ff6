/**
 * The options side of an optimizer: checking them, the learning rate, the name, configurations in Keras's spelling,
 * printing. `optimizer.ts` has the steps.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig, fromKeras, isKerasObject, toKeras } from '../../keras-names.js'
import { autoName } from '../../options.js'
import { deserializeSchedule } from '../schedules/composed.js'
import { LearningRateSchedule, serializeSchedule } from '../schedules/schedule.js'
import { AnyOptimizer } from './any-optimizer.js'
import { evaluateAt } from './hyperparameters.js'
import {
  baseDefaults,
  checkHyperparameter,
  checkLossScale,
  type Hyperparameter,
  type OptimizerOptions,
  resolveOptions,
} from './options.js'

/** Every option with a value. */
export type Resolved<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/** Options of nabla that Keras's configurations do not have. */
const notInConfig = ['jitCompile']

/**
 * The base of optimizers with options. (Its constructor has no comment, so that editors show those of the classes that inherit it.)
 * @throws OptionError for an unknown option, or a value of the wrong kind or out of range
 */
export abstract class ConfiguredOptimizer<Options extends OptimizerOptions> extends AnyOptimizer {
  /** The optimizer's own options and their defaults. The shared ones need not be repeated. */
  static readonly defaults: Readonly<Record<string, unknown>> = { learningRate: 0.001 }
  /** The optimizer's own options that may be null although their default is not. */
  static readonly nullable: readonly string[] = []

  readonly name: string
  /** The options, defaults filled in. */
  readonly options: Resolved<Options>
  /** The number of calls of `apply` so far; schedules are evaluated at this step. */
  protected applied = 0

  constructor(options: NoInfer<Options> = {} as Options) {
    super()
    const { name: op, defaults, nullable } = new.target as unknown as typeof ConfiguredOptimizer
    const resolved = resolveOptions(op, options, { learningRate: 0.001, ...defaults }, nullable)
    this.checkOptions(resolved as unknown as Resolved<Options>)
    this.options = resolved as unknown as Resolved<Options>
    this.name = (resolved.name as string | null) ?? autoName(op)
  }

  /** Checks options beyond their kind; called by the constructor. Throw an `OptionError` to reject them. */
  protected checkOptions(_options: Resolved<Options>): void {}

  /** Called after an option changed, so that rules are prepared again. */
  protected abstract optionsChanged(): void

  /** Returns the value of an option at the next step. */
  protected optionNow(name: keyof Options & string): number {
    return evaluateAt(this.constructor.name, name, this.options[name] as Hyperparameter, this.applied)
  }

  /** The options that all optimizers have. */
  protected get shared(): Resolved<OptimizerOptions> {
    return this.options as unknown as Resolved<OptimizerOptions>
  }

  get learningRate(): number {
    return evaluateAt(this.constructor.name, 'learningRate', this.shared.learningRate, this.applied)
  }

  set learningRate(value: Hyperparameter) {
    const old = this.shared.learningRate
    checkHyperparameter(this.constructor.name, 'learningRate', value)
    if (typeof value === 'number' && typeof old !== 'number') throw this.scheduled(old)
    this.setOption('learningRate', value)
  }

  /** The factor that the gradients are divided by, or null. */
  get lossScaleFactor(): Hyperparameter | null {
    return this.shared.lossScaleFactor
  }

  set lossScaleFactor(value: Hyperparameter | null) {
    checkLossScale(this.constructor.name, value)
    this.setOption('lossScaleFactor', value)
    this.optionsChanged()
  }

  get useEma(): boolean {
    return this.shared.useEma
  }

  getConfig(): Config {
    const config: Config = { name: this.name }
    for (const [name, value] of Object.entries(this.options)) {
      if (name !== 'name' && !notInConfig.includes(name)) config[toKeras(name)] = this.configOf(name, value)
    }
    return config
  }

  /**
   * Creates an optimizer from a configuration in Keras's spelling or nabla's, including those that Python Keras writes.
   * @throws OptionError for unknown entries
   */
  static fromConfig<O>(this: new (options: never) => O, config: Config): O {
    checkConfig('fromConfig', config)
    const { is_legacy_optimizer: _, ...entries } = config
    const options = fromKeras(entries)
    for (const [name, value] of Object.entries(options)) {
      if (isKerasObject(value)) options[name] = deserializeSchedule(value)
    }
    return new this(options as never)
  }

  /** `AdamW(learningRate: 0.001, weightDecay: 0.004, …)`: what differs from the shared defaults. */
  override toString(): string {
    const { defaults } = this.constructor as typeof ConfiguredOptimizer
    const own = new Set(['learningRate', ...Object.keys(defaults)])
    const standard: Readonly<Record<string, unknown>> = baseDefaults
    const shown = Object.entries(this.options).filter(([name, value]) => {
      return name !== 'name' && (own.has(name) || value !== standard[name])
    })
    shown.sort(([a], [b]) => Number(b === 'learningRate') - Number(a === 'learningRate'))
    return `${this.constructor.name}(${shown.map(([name, value]) => `${name}: ${describe(value)}`).join(', ')})`
  }

  private setOption(name: string, value: unknown): void {
    ;(this.options as Record<string, unknown>)[name] = value
  }

  private configOf(name: string, value: unknown): unknown {
    if (value instanceof LearningRateSchedule) return serializeSchedule(value)
    if (typeof value !== 'function') return value
    throw new OptionError(
      `getConfig: ${name} of ${this.name} is a function, which a configuration cannot hold. Use a schedule or a number.`,
    )
  }

  private scheduled(old: Hyperparameter): OptionError {
    return new OptionError(
      `learningRate: the learning rate of ${this.name} is ${kindOfRate(old)}, so a number cannot be set. Set a schedule or a function, or make a new optimizer with a number.`,
    )
  }
}

/** Describes a learning rate in words. */
export function kindOfRate(rate: Hyperparameter): string {
  return typeof rate === 'number'
    ? `the number ${rate}`
    : typeof rate === 'function'
      ? 'a function'
      : `the schedule ${rate}`
}

function describe(value: unknown): string {
  return typeof value === 'function' ? '() => …' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}
