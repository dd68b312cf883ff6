/**
 * L-BFGS.
 */
import { OptionError } from '../errors.js'
import { type Config, checkConfig, fromKeras, toKeras } from '../keras-names.js'
import { autoName, checkArgument, positive, resolve, string, whole } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { AnyOptimizer, type OptimizerState } from './base/any-optimizer.js'
import { checkAll, checkMinimize, evaluateLoss, needsLoss } from './base/arguments.js'
import { checkNames, checkNumbers, countIn, exportVariables, readState, scalarVariable } from './base/exported-state.js'
import type { Hyperparameter } from './base/options.js'
import { Snapshot } from './base/variable-state.js'
import { Curvature, dot } from './lbfgs/curvature.js'
import { lineSearch, type Point } from './lbfgs/line-search.js'
import { checkPlace, isFinitePlace, moveTo, type Place, placeOf } from './lbfgs/place.js'
import { type Reading, readAsync, readNow } from './lbfgs/reading.js'

/** Options of `LBFGS`. */
export interface LBFGSOptions {
  /** The first step that the line search tries. Default 1. */
  learningRate?: number
  /** The number of pairs of moves and gradient changes to keep. Default 10. */
  historySize?: number
  /** Iterations per call of `minimize`. Default 20. */
  maxIterations?: number
  /** Evaluations of the loss per line search. Default 25. */
  maxEvaluations?: number
  /** Stop when no element of the gradient is larger. Default 1e-7. */
  toleranceGradient?: number
  /** Stop when the loss changes by less. Default 1e-9. */
  toleranceChange?: number
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

const rules = {
  defaults: {
    learningRate: 1,
    historySize: 10,
    maxIterations: 20,
    maxEvaluations: 25,
    toleranceGradient: 1e-7,
    toleranceChange: 1e-9,
    name: null,
  },
  ranges: {
    learningRate: positive,
    historySize: whole(1),
    maxIterations: whole(1),
    maxEvaluations: whole(1),
    toleranceGradient: positive,
    toleranceChange: positive,
    name: string,
  },
} as const

/**
 * L-BFGS: approximates the curvature from the last moves and finds each step by a line search. For small problems whose
 * loss is the same at every call (full batches, no dropout); there it needs far fewer steps than gradient descent. It
 * evaluates the loss several times a step, so use `minimize`.
 *
 * $$ w \leftarrow w - \alpha H g, \qquad H \approx (\nabla^2 L)^{-1} \text{ from the pairs } s = \Delta w,\ y = \Delta g $$
 *
 * α satisfies the strong Wolfe conditions. `learningRate` is the first α tried (default 1), `historySize` the number of
 * pairs (10). Each call of `minimize` makes up to `maxIterations` (20) steps, as PyTorch's `step` does, which has a
 * history of 100 and no line search by default. Variables must not have constraints: a projected point need not be better than
 * the one before. State: the pairs, in float64.
 *
 * @example
 * const w = variable([-1.2, 1], { dtype: 'float64' })
 * const [x, y] = [() => w.slice([0]), () => w.slice([1])]
 * const rosenbrock = () => x().sub(1).square().add(y().sub(x().square()).square().mul(100)).sum()
 * const optimizer = new LBFGS()
 * for (let i = 0; i < 3; i++) optimizer.minimize(rosenbrock, [w])
 * w.toArray() // => [1.000, 1.000]
 * @see Liu and Nocedal 1989, https://doi.org/10.1007/BF01589116
 */
export class LBFGS extends AnyOptimizer {
  readonly name: string
  /** The options, defaults filled in. */
  readonly options: Required<Omit<LBFGSOptions, 'name'>>
  readonly useEma = false
  private readonly curvature: Curvature
  private made = 0
  private built: readonly Variable[] = []
  private rate: number
  private isBusy = false

  /**
   * Makes an L-BFGS optimizer, which calls the loss as often as its line search needs.
   * @throws OptionError for an unknown option, or one that is not a positive number (for counts, a whole one)
   */
  constructor(options: LBFGSOptions = {}) {
    super()
    const { name, ...own } = resolve('LBFGS', options, rules)
    this.options = own
    this.rate = own.learningRate
    this.curvature = new Curvature(own.historySize)
    this.name = name ?? autoName('LBFGS')
  }

  get iterations(): number {
    return this.made
  }

  /** The first step that the line search tries. */
  get learningRate(): number {
    return this.rate
  }

  set learningRate(value: Hyperparameter) {
    checkArgument('LBFGS', 'learningRate', value, positive)
    this.rate = value as number
  }

  /** None: the line search needs the gradients of the loss itself. */
  get lossScaleFactor(): null {
    return null
  }

  set lossScaleFactor(value: Hyperparameter | null) {
    if (value === null) return
    throw new OptionError(
      `LBFGS: lossScaleFactor is ${String(value)}, but L-BFGS does not support loss scaling. Omit it.`,
    )
  }

  get variables(): Variable[] {
    return [scalarVariable(this.name, 'iteration', this.made)]
  }

  builtVariables(): readonly Variable[] {
    return this.built
  }

  build(variables: readonly Variable[]): void {
    checkAll('build', variables)
    const constrained = variables.find(({ constraint }) => constraint)
    if (constrained) throw isConstrained(constrained)
    if (this.built.length === 0) this.built = [...variables]
    if (this.built.length !== variables.length || variables.some((v, i) => v !== this.built[i])) {
      throw new OptionError(
        `build: ${this.name} was built for [${this.built.map((v) => v.path)}], not for [${variables.map((v) => v.path)}]. Use one optimizer per set of variables.`,
      )
    }
  }

  /** @throws GradientError always: L-BFGS needs the loss */
  apply(): never {
    throw needsLoss('LBFGS', 'L-BFGS evaluates the loss several times per step')
  }

  /** @throws GradientError always, as `apply` */
  override check(): never {
    return this.apply()
  }

  /**
   * Up to `maxIterations` steps.
   * @returns the loss before them
   */
  override minimize(loss: () => Tensor, variables: readonly Variable[]): Tensor {
    return readNow(this.minimizing(loss, variables))
  }

  override minimizeAsync(loss: () => Tensor, variables: readonly Variable[]): Promise<Tensor> {
    return readAsync(this.minimizing(loss, variables))
  }

  /** Nothing to do: the variables hold the best point. */
  finalizeVariableValues(): void {}

  /** @throws OptionError always: L-BFGS makes many steps per call */
  explain(): never {
    throw new OptionError(
      'explain: L-BFGS makes many steps per call, which cannot be explained. Set maxIterations: 1 and compare the losses.',
    )
  }

  scaleLoss(loss: Tensor): Tensor {
    return loss
  }

  exportState(): OptimizerState {
    const state: OptimizerState = exportVariables([], { iteration: Float64Array.of(this.made) })
    this.curvature.pairs.forEach(({ s, y }, i) => {
      state[`s_${i}`] = s.slice()
      state[`y_${i}`] = y.slice()
    })
    return state
  }

  importState(state: OptimizerState): void {
    const saved = readState('importState', state, this.built.length > 0)
    const count = Math.ceil((Object.keys(saved).length - 1) / 2)
    const names = Array.from({ length: Math.max(0, count) }, (_, i) => [`s_${i}`, `y_${i}`])
    checkNames('importState', Object.keys(saved), ['iteration', ...names.flat()])
    if (count > this.options.historySize) throw tooManyPairs(count, this.options.historySize)
    const size = this.built.reduce((sum, variable) => sum + variable.size, 0)
    for (const name of names.flat()) checkNumbers('importState', name, saved[name], size, 'float64')
    this.made = countIn('importState', saved, 'iteration')
    this.curvature.pairs = names.map(([s, y]) => ({ s: Float64Array.from(saved[s]), y: Float64Array.from(saved[y]) }))
  }

  getConfig(): Config {
    const options = Object.entries({ ...this.options, learningRate: this.learningRate })
    return { name: this.name, ...Object.fromEntries(options.map(([name, value]) => [toKeras(name), value])) }
  }

  /** Makes an optimizer of a configuration. */
  static fromConfig(config: Config): LBFGS {
    checkConfig('fromConfig', config)
    return new LBFGS(fromKeras(config) as LBFGSOptions)
  }

  /** `LBFGS(learningRate: 1, historySize: 10, …)` */
  override toString(): string {
    const shown = Object.entries({ ...this.options, learningRate: this.learningRate })
    return `LBFGS(${shown.map(([name, value]) => `${name}: ${value}`).join(', ')})`
  }

  private *minimizing(loss: () => Tensor, variables: readonly Variable[]): Reading<Tensor> {
    checkMinimize(loss, variables)
    if (this.isBusy) throw isBusy(this.name)
    this.isBusy = true
    const before = new Snapshot(variables)
    const [pairs, { made, built }] = [[...this.curvature.pairs], this]
    let isDone = false
    try {
      const first = evaluateLoss(loss)
      this.build(variables)
      yield* this.descend(loss, first, variables)
      isDone = true
      return first
    } finally {
      this.isBusy = false
      // Also when reading fails, which ends the generator
      if (!isDone) {
        before.restore()
        this.curvature.pairs = pairs
        this.made = made
        this.built = built
      }
    }
  }

  private *descend(loss: () => Tensor, first: Tensor, variables: readonly Variable[]): Reading<void> {
    const { maxIterations, toleranceGradient, toleranceChange } = this.options
    let place = yield* placeOf(first, variables)
    checkPlace(place, variables)
    for (let i = 0; i < maxIterations; i++) {
      if (largest(place.gradient) <= toleranceGradient) break
      const next = yield* this.iterate(loss, variables, place)
      if (next === place) break
      this.made++
      const change = Math.abs(next.value - place.value)
      place = next
      if (change < toleranceChange) break
    }
    moveTo(variables, place.x)
  }

  /** One step; the same place when none is better. */
  private *iterate(loss: () => Tensor, variables: readonly Variable[], place: Place): Reading<Place> {
    let direction = this.curvature.direction(place.gradient)
    let slope = dot(direction, place.gradient)
    if (!(slope < 0)) {
      this.curvature.pairs = []
      direction = place.gradient.map((g) => -g)
      slope = -dot(place.gradient, place.gradient)
    }
    let best = place
    const f = function* (step: number): Reading<Point> {
      moveTo(
        variables,
        place.x.map((x, i) => x + step * direction[i]),
      )
      const there = yield* placeOf(evaluateLoss(loss), variables)
      if (!isFinitePlace(there)) return { step, value: Number.POSITIVE_INFINITY, slope: Number.NaN }
      if (there.value < best.value) best = there
      return { step, value: there.value, slope: dot(there.gradient, direction) }
    }
    const unknownScale = this.curvature.pairs.length === 0 ? Math.min(1, 1 / sumOfMagnitudes(place.gradient)) : 1
    const start = { step: 0, value: place.value, slope }
    const found = yield* lineSearch(f, start, this.learningRate * unknownScale, this.options.maxEvaluations)
    const next = found.step === 0 ? place : best
    this.curvature.remember(place, next)
    return next
  }
}

function largest(a: Float64Array): number {
  return a.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
}

function sumOfMagnitudes(a: Float64Array): number {
  return a.reduce((sum, x) => sum + Math.abs(x), 0)
}

function isBusy(name: string): OptionError {
  return new OptionError(
    `minimize: ${name} is in the middle of another minimize, whose line search moves the variables. Await it first: await minimizeAsync(…).`,
  )
}

function isConstrained({ path }: Variable): OptionError {
  return new OptionError(
    `LBFGS: the variable ${path} has a constraint, which a line search cannot satisfy. Remove the constraint, or use another optimizer, such as Adam.`,
  )
}

function tooManyPairs(count: number, historySize: number): OptionError {
  return new OptionError(
    `importState: the state has ${count} pairs, but historySize is ${historySize}. Build the optimizer with the same options.`,
  )
}
