/**
 * Makes optimizers and metrics known by their names: `compile({ optimizer: 'adamw', metrics: ['auc'] })`. A program that loads nabla loads this
 * file; a bundler leaves it out (`sideEffects` in package.json) unless `optimizers` is used, and with it all optimizers and metrics that are not
 * imported.
 */
import * as optimizers from './optim/catalog.js'
import { provideNames } from './training/known-names.js'
import { findMetric, metricClasses } from './training/metrics/catalog.js'

provideNames({
  optimizer: (name) => optimizers.get(name),
  metric: (name) => {
    const found = findMetric(name)
    return found && new found()
  },
  metrics: () => metricClasses().map(({ name }) => name[0].toLowerCase() + name.slice(1)),
})

/** Optimizers by name or configuration, as in `keras.optimizers`: `optimizers.get('adamw')`. */
export * as optimizers from './optim/catalog.js'
