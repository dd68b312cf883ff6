/**
 * What the reference describes: all that the entries of the package export.
 */
export * from '../src/data.js'
export * from '../src/datasets.js'
export * from '../src/index.js'
export * from '../src/io.js'
