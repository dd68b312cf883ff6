/**
 * Dynamic loss scaling.
 */
import { OptionError } from '../../errors.js'
import { checkArgument, positive, resolve, string, whole } from '../../options.js'
import { backend } from '../../tensor/backend.js'
import { areFinite, flagOf } from '../../tensor/operations/finite.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { AnyOptimizer, Gradient, OptimizerState } from '../base/any-optimizer.js'
import { checkGradients } from '../base/arguments.js'
import { checkNumbers, countIn, exportVariables, readState, scalarVariable } from '../base/exported-state.js'
import { baseDefaults } from '../base/options.js'
import { register } from './registry.js'
import { Wrapper } from './wrapper.js'

/** Options of `LossScaleOptimizer`. */
export interface LossScaleOptions {
  /** The first scale. Default 2¹⁵. */
  initialScale?: number
  /** After how many finite steps in a row the scale is doubled. Default 2000. */
  dynamicGrowthSteps?: number
  /** Default: the class in snake case, numbered. */
  name?: string | null
}

const rules = {
  defaults: { initialScale: 2 ** 15, dynamicGrowthSteps: 2000, name: null },
  ranges: { initialScale: positive, dynamicGrowthSteps: whole(1), name: string },
} as const

/**
 * Dynamic loss scaling: multiplies the loss so that small gradients do not vanish in a coarse number format, and finds
 * the largest scale that works. A step whose gradients are not all finite is left out, and the scale halved; after
 * `dynamicGrowthSteps` finite steps it is doubled.
 *
 * $$ g \leftarrow g / s, \qquad s \leftarrow s / 2 \ \text{if not finite}, \qquad s \leftarrow 2 s \ \text{after}\ n\ \text{finite steps} $$
 *
 * `initialScale` is the first s (default 2¹⁵), `dynamicGrowthSteps` n (2000), as in Keras. State: the scale and a
 * counter, and that of the inner optimizer. `minimize` scales the loss; otherwise use `scaleLoss(loss).backward()`.
 *
 * As PyTorch's `GradScaler`, whose first scale is 2¹⁶.
 *
 * @example
 * const w = variable([1, 2])
 * const optimizer = new LossScaleOptimizer(new SGD({ learningRate: 0.5 }), { initialScale: 4 })
 * optimizer.apply([tensor([4, Infinity])], [w])
 * w.toArray() // => [1, 2]
 * optimizer.scale // => 2
 * @see Micikevicius et al. 2017, https://arxiv.org/abs/1710.03740
 */
export class LossScaleOptimizer extends Wrapper {
  /**
   * Adds the class to those that are found by name.
   * @internal
   */
  static readonly isRegistered = /* @__PURE__ */ register(this, 'keras')

  /** The first factor. */
  readonly initialScale: number
  /** After how many good steps in a row the factor doubles. */
  readonly dynamicGrowthSteps: number
  private currentScale: number
  private finiteSteps = 0

  /**
   * Makes an optimizer that scales the loss, and skips steps whose gradients overflow.
   * @throws OptionError for an unknown option, or one that belongs to the inner optimizer
   */
  constructor(inner: AnyOptimizer, options: LossScaleOptions = {}) {
    const { initialScale, dynamicGrowthSteps, name } = resolve('LossScaleOptimizer', withoutBase(options), rules)
    super(inner, name, { initialScale, dynamicGrowthSteps })
    this.initialScale = initialScale
    this.dynamicGrowthSteps = dynamicGrowthSteps
    this.currentScale = initialScale
    inner.lossScaleFactor = null
  }

  /** The factor that the loss is multiplied by. */
  get scale(): number {
    return this.currentScale
  }

  override get variables(): Variable[] {
    const own = [scalarVariable(this.name, 'step_counter', this.finiteSteps)]
    return [...own, scalarVariable(this.name, 'dynamic_scale', this.scale), ...super.variables]
  }

  apply(gradients: readonly Gradient[], variables?: readonly Variable[]): void {
    checkGradients('apply', gradients)
    if (gradients.length === 0) return
    const targets = variables ?? this.inner.builtVariables()
    const unscaled = gradients.map((g, i) => this.unscaled(g, targets[i]))
    if (this.isFinite(gradients, unscaled, targets)) this.finiteStep(unscaled, variables)
    else this.nonFiniteStep(gradients, variables)
  }

  /** None: a step whose gradients are not finite is left out. */
  override mustBeFinite(): readonly Gradient[] {
    return []
  }

  /** The numbers that say whether the gradients are finite. */
  override readBeforeApply(gradients: readonly Gradient[]): Tensor[] {
    return gradients.filter((g) => g instanceof Tensor && g.size > 0).map((g) => knownFlag(g as Tensor))
  }

  /** Internal: keeps what a step may change, its own numbers too. */
  override saved(variables: readonly Variable[]): () => void {
    const undo = super.saved(variables)
    const { currentScale, finiteSteps } = this
    return () => {
      undo()
      this.currentScale = currentScale
      this.finiteSteps = finiteSteps
    }
  }

  override scaleLoss(loss: Tensor): Tensor {
    return loss.mul(this.scale)
  }

  override exportState(): OptimizerState {
    const own = { step_counter: Float64Array.of(this.finiteSteps), dynamic_scale: Float64Array.of(this.scale) }
    return exportVariables([], { ...own, ...super.exportState() })
  }

  override importState(state: OptimizerState): void {
    const saved = readState('importState', state)
    const { step_counter, dynamic_scale, ...inner } = saved
    if (!step_counter || !dynamic_scale) throw notScaled(saved)
    const finiteSteps = countIn('importState', saved, 'step_counter')
    checkNumbers('importState', 'dynamic_scale', dynamic_scale, 1)
    const [scale] = dynamic_scale
    checkArgument('importState', 'dynamic_scale', scale, positive)
    super.importState(inner)
    this.finiteSteps = finiteSteps
    this.currentScale = scale
  }

  private unscaled(gradient: Gradient, target: Variable | undefined): Gradient {
    return gradient instanceof Tensor && !target?.overwriteWithGradient ? gradient.div(this.currentScale) : gradient
  }

  /**
   * Returns true if the inner optimizer can take the gradients: those that it squares must have finite squares. On WebGPU it looks at the
   * numbers that were awaited, see `readBeforeApply`.
   */
  private isFinite(
    gradients: readonly Gradient[],
    unscaled: readonly Gradient[],
    targets: readonly Variable[],
  ): boolean {
    if (!backend.isAsync) return areFinite(unscaled.map(tensorOnly), targets, this.inner)
    return gradients.every((g) => !(g instanceof Tensor) || g.size === 0 || knownFlag(g).item() !== 0)
  }

  private finiteStep(unscaled: readonly Gradient[], variables: readonly Variable[] | undefined): void {
    this.inner.apply(unscaled, variables)
    if (this.finiteSteps >= this.dynamicGrowthSteps - 1) {
      this.finiteSteps = 0
      this.currentScale *= 2
    } else this.finiteSteps++
  }

  private nonFiniteStep(gradients: readonly Gradient[], variables: readonly Variable[] | undefined): void {
    this.inner.check(gradients, variables)
    this.finiteSteps = 0
    this.currentScale /= 2
  }
}

/** Anything else is refused by the inner optimizer. */
const tensorOnly = (gradient: Gradient) => (gradient instanceof Tensor ? gradient : null)

const flags = new WeakMap<Tensor, Tensor>()

/** `flagOf`, for back ends that are read later: the same tensor for `readBeforeApply` and for `apply`. */
function knownFlag(gradient: Tensor): Tensor {
  const flag = flags.get(gradient) ?? flagOf(gradient)
  flags.set(gradient, flag)
  return flag
}

/** The options without those that all optimizers have; at their defaults, as older versions of Keras wrote them, they are accepted. */
function withoutBase(given: LossScaleOptions): LossScaleOptions {
  const options = { ...given } as Record<string, unknown>
  if (options.dynamic === false) {
    throw new OptionError(
      'LossScaleOptimizer: dynamic is false, but this scaling is always dynamic. For a fixed scale set lossScaleFactor on the optimizer itself.',
    )
  }
  delete options.dynamic
  for (const [name, standard] of Object.entries(baseDefaults)) {
    if (name === 'name' || !(name in options)) continue
    if (options[name] !== standard) throw belongsInside(name, options[name])
    delete options[name]
  }
  return options
}

function belongsInside(name: string, value: unknown): OptionError {
  return new OptionError(
    `LossScaleOptimizer: ${name} was given (${value}), but it belongs to the optimizer inside. Set it on the inner optimizer.`,
  )
}

function notScaled(state: OptimizerState): OptionError {
  return new OptionError(
    `importState: step_counter or dynamic_scale is missing in a state of ${Object.keys(state)}. Give the state of a LossScaleOptimizer.`,
  )
}
