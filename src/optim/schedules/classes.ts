/**
 * The schedules that can be read from configurations. New ones are added here.
 */
import { Constant } from './constant.js'
import { CosineDecay } from './cosine-decay.js'
import { CosineDecayRestarts } from './cosine-decay-restarts.js'
import { ExponentialDecay } from './exponential-decay.js'
import { InverseSquareRoot } from './inverse-square-root.js'
import { InverseTimeDecay } from './inverse-time-decay.js'
import { Join } from './join.js'
import { Linear } from './linear.js'
import { CosineOneCycle, LinearOneCycle } from './one-cycle.js'
import { PiecewiseConstantDecay } from './piecewise-constant-decay.js'
import { PolynomialDecay } from './polynomial-decay.js'
import type { Config } from './schedule.js'
import { Warmup } from './warmup.js'

/** The constructor of a schedule that can be read from a configuration. */
interface ReadableSchedule {
  readonly name: string
  fromConfig(config: Config): unknown
}

/** A function, because some of these classes read others in turn: while they are loaded, this list cannot be made. */
export function schedules(): ReadableSchedule[] {
  const single = [Constant, CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseSquareRoot, InverseTimeDecay]
  const more = [Linear, LinearOneCycle, CosineOneCycle, PiecewiseConstantDecay, PolynomialDecay]
  return [...single, ...more, Join, Warmup]
}
