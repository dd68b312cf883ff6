/**
 * The entry `nabla/datasets`: data sets by name, inside the package; nothing is downloaded.
 */
import './index.js'

export type { DataSource, NamedData } from './data/datasets/dataset-values.js'
export { digits } from './data/datasets/digits.js'
export { type NamesData, names } from './data/datasets/names.js'
export { blobs, circles, moons, spirals } from './data/datasets/shapes.js'
export { diabetes, iris, wine } from './data/datasets/tables.js'
