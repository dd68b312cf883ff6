/**
 * What the reference describes: all that the entries of the package export.
 */
export * from '../src/data.js'
export * from '../src/datasets.js'
export * from '../src/index.js'
export * from '../src/inspect.js'
export * from '../src/io.js'

// Exported by way of `names.ts`, where TypeDoc does not find its comment
/** Optimizers by name or configuration, as in `keras.optimizers`: `optimizers.get('adamw')`. */
export * as optimizers from '../src/optim/catalog.js'
