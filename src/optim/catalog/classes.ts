/**
 * The optimizers that are found by name and can be read from configurations. New ones are added here.
 */
import { AdaBelief } from '../adabelief.js'
import { Adadelta } from '../adadelta.js'
import { Adafactor } from '../adafactor.js'
import { Adagrad } from '../adagrad.js'
import { Adam } from '../adam.js'
import { Adamax } from '../adamax.js'
import { AdamW } from '../adamw.js'
import type { OptimizerClass } from '../base/registry.js'
import { Ftrl } from '../ftrl.js'
import { Lamb } from '../lamb.js'
import { LBFGS } from '../lbfgs.js'
import { Lion } from '../lion.js'
import { Muon } from '../muon.js'
import { Nadam } from '../nadam.js'
import { RAdam } from '../radam.js'
import { RMSprop } from '../rmsprop.js'
import { ScheduleFreeAdamW } from '../schedule-free-adamw.js'
import { SGD } from '../sgd.js'
import { Lookahead } from '../wrappers/lookahead.js'
import { LossScaleOptimizer } from '../wrappers/loss-scale-optimizer.js'
import { MultiOptimizer } from '../wrappers/multi-optimizer.js'
import { SAM } from '../wrappers/sam.js'

/** Those that Keras has: they are serialized as Keras's, which reads them. */
export function kerasOptimizers(): OptimizerClass[] {
  const ruled = [Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Ftrl, Lamb, Lion, Muon, Nadam, RMSprop]
  return [...ruled, ScheduleFreeAdamW, SGD, LossScaleOptimizer, MultiOptimizer]
}

/** Those that only nabla has. */
export function otherOptimizers(): OptimizerClass[] {
  return [AdaBelief, LBFGS, Lookahead, RAdam, SAM]
}
