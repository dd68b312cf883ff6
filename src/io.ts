/**
 * The entry `nabla/io`: files that last. It stands on `nabla`, and shares its tensors.
 */
import './index.js'

export { fromSafetensors, type NamedTensors, type Safetensors, toSafetensors } from './io/safetensors.js'
