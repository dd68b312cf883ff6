/**
 * What the golden runner needs of nabla, public or not.
 */
export {
  type AnyOptimizer,
  type DType,
  LossScaleOptimizer,
  MultiOptimizer,
  type Muon,
  newtonSchulz,
  OptimizerMap,
  type Tensor,
  tensor,
  type Variable,
  zerosLike,
} from '../../src/index.js'
export { toCamelCase } from '../../src/options.js'
