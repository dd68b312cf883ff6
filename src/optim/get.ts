/**
 * Optimizers by name and from configurations: `optimizers.get('adamw')`.
 */
import { OptionError } from '../errors.js'
import { AdaBelief } from './adabelief.js'
import { Adadelta } from './adadelta.js'
import { Adafactor } from './adafactor.js'
import { Adagrad } from './adagrad.js'
import { Adam } from './adam.js'
import { Adamax } from './adamax.js'
import { AdamW } from './adamw.js'
import { AnyOptimizer } from './any-optimizer.js'
import { Ftrl } from './ftrl.js'
import { Lamb } from './lamb.js'
import { LBFGS } from './lbfgs.js'
import { Lion } from './lion.js'
import { Lookahead } from './lookahead.js'
import { LossScaleOptimizer } from './loss-scale-optimizer.js'
import { MultiOptimizer } from './multi-optimizer.js'
import { Muon } from './muon.js'
import { Nadam } from './nadam.js'
import { RAdam } from './radam.js'
import { deserialize, findClass, type OptimizerClass, register, type SerializedOptimizer } from './registry.js'
import { RMSprop } from './rmsprop.js'
import { SAM } from './sam.js'
import { ScheduleFreeAdamW } from './schedule-free-adamw.js'
import { Constant } from './schedules/constant.js'
import { CosineDecay } from './schedules/cosine-decay.js'
import { CosineDecayRestarts } from './schedules/cosine-decay-restarts.js'
import { ExponentialDecay } from './schedules/exponential-decay.js'
import { InverseSquareRoot } from './schedules/inverse-square-root.js'
import { InverseTimeDecay } from './schedules/inverse-time-decay.js'
import { Join } from './schedules/join.js'
import { Linear } from './schedules/linear.js'
import { CosineOneCycle, LinearOneCycle } from './schedules/one-cycle.js'
import { PiecewiseConstantDecay } from './schedules/piecewise-constant-decay.js'
import { PolynomialDecay } from './schedules/polynomial-decay.js'
import { registerSchedules } from './schedules/registry.js'
import { Warmup } from './schedules/warmup.js'
import { SGD } from './sgd.js'

/** What `optimizers.get` takes. */
export type OptimizerLike = AnyOptimizer | string | SerializedOptimizer

/** Makes nabla's optimizers and schedules known by their names. */
export function registerOptimizers(): void {
  registerSchedules([
    Constant,
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseSquareRoot,
    InverseTimeDecay,
    Join,
    Linear,
    CosineOneCycle,
    LinearOneCycle,
    PiecewiseConstantDecay,
    PolynomialDecay,
    Warmup,
  ])
  register(kerasOptimizers(), otherOptimizers())
}

/** Those that Keras has: they are serialized as Keras's, which reads them. */
function kerasOptimizers(): OptimizerClass[] {
  const ruled = [Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Ftrl, Lamb, Lion, Muon, Nadam, RMSprop]
  return [...ruled, ScheduleFreeAdamW, SGD, LossScaleOptimizer, MultiOptimizer]
}

/** Those that only nabla has. */
function otherOptimizers(): OptimizerClass[] {
  return [AdaBelief, LBFGS, Lookahead, RAdam, SAM]
}

/**
 * The optimizer of this name (in any case), of this configuration, or the one given.
 *
 * @param custom your own classes, to be found too
 * @param identifier a name, a configuration, or an optimizer
 * @returns null for null, as in Keras
 * @throws OptionError for an unknown name or anything else
 * @example
 * String(optimizers.get('sgd')) // => 'SGD(learningRate: 0.01, momentum: 0, nesterov: false)'
 */
export function get(identifier: OptimizerLike, custom?: readonly OptimizerClass[]): AnyOptimizer
export function get(identifier: OptimizerLike | null, custom?: readonly OptimizerClass[]): AnyOptimizer | null
export function get(identifier: OptimizerLike | null, custom: readonly OptimizerClass[] = []): AnyOptimizer | null {
  if (identifier === null || identifier instanceof AnyOptimizer) return identifier
  if (typeof identifier === 'string') return new (findClass(identifier, custom))()
  if (typeof identifier?.class_name === 'string') return deserialize(identifier, custom)
  throw new OptionError(
    `optimizers.get: ${describe(identifier)} is no optimizer. Give a name, a configuration { class_name, config } or an instance.`,
  )
}

function describe(identifier: unknown): string {
  return typeof identifier === 'function' ? `the class ${identifier.name}` : String(identifier)
}
