/**
 * nabla: tensors, gradients, formulas as kernels, layers and Keras's optimizers. The whole public API, in reading order.
 */
import { installMethods } from './tensor/methods.js'

installMethods()

export { type CustomContext, checkpoint, customGradient, stopGradient, vectorize } from './autograd/custom.js'
export type { BackpropagateOptions, GradientHook } from './autograd/engine.js'
// Autograd
export { grad, grads, noGrad, type TensorFunction, valueAndGrad } from './autograd/grad.js'
export { type GradcheckOptions, gradcheck, gradgradcheck } from './autograd/gradcheck.js'
export { hessian, hvp, jacobian, jvp, vjp } from './autograd/transforms.js'
// Data
export { type BatchesOptions, batches } from './data/batches.js'
export {
  type LabelledPoints,
  makeBlobs,
  makeCircles,
  makeLine,
  makeMoons,
  makeSpirals,
  type ToyOptions,
  xor,
} from './data/toys.js'
// Errors
export {
  BackendError,
  DTypeError,
  FormulaError,
  GradientError,
  NablaError,
  OptionError,
  ShapeError,
} from './errors.js'
// Tensors
export type { DType, Shape, TypedArray } from './kernels/backend.js'
export { Activation } from './layers/activation.js'
export type { ActivationLike, ActivationName } from './layers/activations.js'
export { type Callback, History, type TrainParams } from './layers/callbacks.js'
export { Dense, type DenseOptions } from './layers/dense.js'
export { Dropout, type DropoutOptions } from './layers/dropout.js'
export type { FitOptions } from './layers/fit.js'
export { Flatten } from './layers/flatten.js'
export type { Initializer, InitializerLike, InitializerName, InitializerOptions } from './layers/initializers.js'
// Layers
export { type CallOptions, Layer, type LayerOptions, type WeightOptions } from './layers/layer.js'
export type { Logs } from './layers/logs.js'
export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  type LossFunction,
  type LossLike,
  type LossName,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './layers/losses.js'
export { accuracy, type MetricFunction, type MetricLike } from './layers/metrics.js'
// Training
export { type BatchOptions, type CompileOptions, Model, type TrainingOptimizer } from './layers/model.js'
export { Sequential } from './layers/sequential.js'
// Optimizers
export { Adam, type AdamOptions } from './optim/adam.js'
export { AdamW, type AdamWOptions } from './optim/adamw.js'
export { AnyOptimizer, type Gradient, type OptimizerState } from './optim/any-optimizer.js'
export * as optimizers from './optim/get.js'
export { Optimizer } from './optim/optimizer.js'
export type { Hyperparameter, OptimizerOptions } from './optim/options.js'
export { CosineDecay, type CosineDecayOptions } from './optim/schedules/cosine-decay.js'
export { CosineDecayRestarts, type CosineDecayRestartsOptions } from './optim/schedules/cosine-decay-restarts.js'
export { type DecayOptions, ExponentialDecay } from './optim/schedules/exponential-decay.js'
export { InverseTimeDecay } from './optim/schedules/inverse-time-decay.js'
export {
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
} from './optim/schedules/piecewise-constant-decay.js'
export { PolynomialDecay, type PolynomialDecayOptions } from './optim/schedules/polynomial-decay.js'
export { LearningRateSchedule } from './optim/schedules/schedule.js'
export { SGD, type SGDOptions } from './optim/sgd.js'
// Operations
export {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSigmoid,
  mish,
  prelu,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  swish,
} from './tensor/activations.js'
export {
  arange,
  eye,
  type FillOptions,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  type TensorLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './tensor/creation.js'
export {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cast,
  ceil,
  clip,
  cos,
  cosh,
  div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  floorDiv,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  lerp,
  less,
  lessEqual,
  log,
  log1p,
  log2,
  log10,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  squaredDifference,
  sub,
  tan,
  tanh,
  where,
} from './tensor/elementwise.js'
// Formulas
export { type Formula, formula } from './tensor/formula.js'
export { IndexedSlices } from './tensor/indexed-slices.js'
export { dense, type MatmulOptions, matmul } from './tensor/linalg.js'
// Its declarations say which methods tensors have, so they must be reachable from here
export type { TensorMethods } from './tensor/methods.js'
export { type RandomOptions, randomNormal, randomUniform, setSeed } from './tensor/random.js'
export {
  all,
  any,
  argMax,
  argMin,
  logSoftmax,
  max,
  mean,
  min,
  type ReductionOptions,
  softmax,
  sum,
} from './tensor/reductions.js'
export {
  broadcastTo,
  concat,
  expandDims,
  flatten,
  gather,
  oneHot,
  reshape,
  slice,
  squeeze,
  sumTo,
  swapAxes,
  transpose,
} from './tensor/shaping.js'
export type { SliceEntry, SliceSpec } from './tensor/slicing.js'
export { type NestedArray, Tensor } from './tensor/tensor.js'
export { type Constraint, Variable, type VariableOptions, variable } from './tensor/variable.js'
