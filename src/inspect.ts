/**
 * The entry `nabla/inspect`: looking at models. It stands on `nabla`, and shares its tensors.
 */
import './index.js'

export { plot } from './inspect/plot.js'
