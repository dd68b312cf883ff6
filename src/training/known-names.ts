/**
 * Optimizers and metrics by name, for `compile`. `src/names.ts`, which a program loads with nabla, provides them; bundlers leave that file out,
 * so that nobody's page holds all optimizers and metrics.
 */
import { OptionError } from '../errors.js'
import type { TrainingOptimizer } from './compile.js'
import type { Metric } from './metrics/metric.js'

/** Finds what has a name. */
interface KnownNames {
  /** Makes the optimizer of a name. */
  optimizer(name: string): TrainingOptimizer
  /** Makes the metric of a name; undefined if there is none. */
  metric(name: string): Metric<unknown> | undefined
  /** The names of the metrics. */
  metrics(): readonly string[]
}

let known: KnownNames | null = null

/** Makes names known to `compile`. */
export function provideNames(names: KnownNames): void {
  known = names
}

/** @throws OptionError for an unknown name, and where a bundler has left out the optimizers */
export function optimizerOfName(name: string): TrainingOptimizer {
  if (known) return known.optimizer(name)
  throw new OptionError(
    `compile: the optimizer ${JSON.stringify(name)} is not in this bundle, which holds only what is imported. Import its class, such as Adam, and give an instance: new Adam(); or optimizers.get('${name}').`,
  )
}

/** Returns the metric of this name, if it is known. */
export function metricOfName(name: string): Metric<unknown> | undefined {
  return known?.metric(name)
}

/** The names of the metrics that are known. */
export function metricNames(): readonly string[] {
  return known?.metrics() ?? []
}

/** Returns the hint for an unknown metric. */
export function metricHint(): string {
  return known ? 'give a function or a metric' : 'import the class of another metric and give an instance: new AUC()'
}
