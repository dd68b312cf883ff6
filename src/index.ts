/**
 * nabla: tensors, gradients, formulas as kernels, layers and Keras's optimizers. The whole public API, file by file.
 */
import { installMethods } from './tensor/methods.js'

installMethods()

export { type CustomContext, checkpoint, customGradient, stopGradient, vectorize } from './autograd/custom.js'
export type { BackpropagateOptions, GradientHook } from './autograd/engine.js'
export { grad, grads, noGrad, type TensorFunction, valueAndGrad } from './autograd/grad.js'
export { type GradcheckOptions, gradcheck, gradgradcheck } from './autograd/gradcheck.js'
export { hessian, hvp, jacobian, jvp, vjp } from './autograd/transforms.js'
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
export {
  BackendError,
  DTypeError,
  FormulaError,
  GradientError,
  NablaError,
  OptionError,
  ShapeError,
} from './errors.js'
export type { DType, Shape, TypedArray } from './kernels/backend.js'
export { getThreads, setThreads } from './kernels/cpu/threads/pool.js'
export { accuracy, binaryAccuracy } from './layers/accuracy.js'
export { Activation } from './layers/activation.js'
export type { ActivationLike, ActivationName } from './layers/activations.js'
export { type Callback, History, type TrainParams } from './layers/callbacks.js'
export type { CompileOptions, ModelOptimizer, TrainingOptimizer } from './layers/compile.js'
export { Dense, type DenseOptions } from './layers/dense.js'
export { Dropout, type DropoutOptions } from './layers/dropout.js'
export { EarlyStopping, type EarlyStoppingOptions } from './layers/early-stopping.js'
export type { FitOptions } from './layers/fit.js'
export { Flatten } from './layers/flatten.js'
export type { Initializer, InitializerLike, InitializerName, InitializerOptions } from './layers/initializers.js'
export { type CallOptions, Layer, type LayerOptions, type WeightOptions } from './layers/layer.js'
export type { Logs } from './layers/logs.js'
export type { LossLike, LossName } from './layers/loss-names.js'
export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  huber,
  type LossFunction,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './layers/losses.js'
export type { MetricFunction, MetricLike } from './layers/metrics.js'
export { type BatchOptions, Model } from './layers/model.js'
export { Sequential } from './layers/sequential.js'
export type { LayerDescription } from './layers/summary.js'
export { AdaBelief, type AdaBeliefOptions } from './optim/adabelief.js'
export { Adadelta, type AdadeltaOptions } from './optim/adadelta.js'
export { Adafactor, type AdafactorOptions } from './optim/adafactor.js'
export { Adagrad, type AdagradOptions } from './optim/adagrad.js'
export { Adam, type AdamOptions } from './optim/adam.js'
export { Adamax, type AdamaxOptions } from './optim/adamax.js'
export { AdamW, type AdamWOptions } from './optim/adamw.js'
export { AnyOptimizer, type Gradient, type OptimizerState } from './optim/any-optimizer.js'
export { maxNorm, minMaxNorm, nonNeg, unitNorm } from './optim/constraints.js'
export type { WeightDecayExclusions } from './optim/exclusions.js'
export { Explanation, type VariableReport } from './optim/explain.js'
export { Ftrl, type FtrlOptions } from './optim/ftrl.js'
export { Lamb, type LambOptions } from './optim/lamb.js'
export { LBFGS, type LBFGSOptions } from './optim/lbfgs.js'
export { Lion, type LionOptions } from './optim/lion.js'
export { Lookahead, type LookaheadOptions } from './optim/lookahead.js'
export { LossScaleOptimizer, type LossScaleOptions } from './optim/loss-scale-optimizer.js'
export { MultiOptimizer, type MultiOptimizerOptions } from './optim/multi-optimizer.js'
export { Muon, type MuonOptions, newtonSchulz } from './optim/muon.js'
export { Nadam, type NadamOptions } from './optim/nadam.js'
export { Optimizer } from './optim/optimizer.js'
export { type GroupKey, type Groups, OptimizerMap } from './optim/optimizer-map.js'
/** Optimizers by name or configuration, as in `keras.optimizers`: `optimizers.get('adamw')`. */
export * as optimizers from './optim/optimizers.js'
export type { Hyperparameter, OptimizerOptions } from './optim/options.js'
export { RAdam, type RAdamOptions } from './optim/radam.js'
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.js'
export { SAM, type SAMOptions } from './optim/sam.js'
export { ScheduleFreeAdamW, type ScheduleFreeAdamWOptions } from './optim/schedule-free-adamw.js'
export { Constant, type ConstantOptions } from './optim/schedules/constant.js'
export { CosineDecay, type CosineDecayOptions } from './optim/schedules/cosine-decay.js'
export { CosineDecayRestarts, type CosineDecayRestartsOptions } from './optim/schedules/cosine-decay-restarts.js'
export { ExponentialDecay } from './optim/schedules/exponential-decay.js'
export { InverseSquareRoot, type InverseSquareRootOptions } from './optim/schedules/inverse-square-root.js'
export { InverseTimeDecay } from './optim/schedules/inverse-time-decay.js'
export { Join, type JoinOptions } from './optim/schedules/join.js'
export { Linear, type LinearOptions } from './optim/schedules/linear.js'
export {
  CosineOneCycle,
  LinearOneCycle,
  type LinearOneCycleOptions,
  type OneCycleOptions,
} from './optim/schedules/one-cycle.js'
export {
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
} from './optim/schedules/piecewise-constant-decay.js'
export { PolynomialDecay, type PolynomialDecayOptions } from './optim/schedules/polynomial-decay.js'
export { type Config, LearningRateSchedule } from './optim/schedules/schedule.js'
export type { DecayOptions } from './optim/schedules/time-decay.js'
export { Warmup, type WarmupOptions } from './optim/schedules/warmup.js'
export { SGD, type SGDOptions } from './optim/sgd.js'
export type { VariableStep } from './optim/variable-step.js'
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
  abs,
  add,
  cast,
  cbrt,
  ceil,
  clip,
  copysign,
  div,
  floor,
  floorDiv,
  frac,
  heaviside,
  hypot,
  lerp,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  pow,
  reciprocal,
  round,
  rsqrt,
  sign,
  sqrt,
  square,
  squaredDifference,
  sub,
  trunc,
} from './tensor/arithmetic.js'
export { flip, repeat, roll, split, stack, tile, unstack } from './tensor/arranging.js'
export {
  type BackendInfo,
  type GpuOptions,
  getBackend,
  type MemoryInfo,
  memory,
  setBackend,
} from './tensor/backends.js'
export { backward, gradientsOfLeaves } from './tensor/backward.js'
export {
  type CloseOptions,
  equal,
  greater,
  greaterEqual,
  isClose,
  isFinite,
  isInf,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  type NanToNumOptions,
  nanToNum,
  notEqual,
  where,
} from './tensor/comparisons.js'
export { type CorrelationOptions, type CovarianceOptions, corrcoef, cov } from './tensor/covariance.js'
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
export { cholesky, determinant, inverse, qr, solve } from './tensor/decompositions.js'
export { type DiffOptions, diff, type TrapezoidOptions, trapezoid } from './tensor/differences.js'
export { einsum } from './tensor/einsum.js'
export {
  acosh,
  asinh,
  atanh,
  cosh,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  log10,
  logaddexp,
  logit,
  sinh,
  tanh,
  xlogy,
} from './tensor/exponentials.js'
export type { TensorParts } from './tensor/foreign.js'
export { type Formula, type FormulaResult, formula } from './tensor/formula.js'
export { diag, diagEmbed, diagonal, fromFunction, meshgrid, tri, tril, triu } from './tensor/grids.js'
export { IndexedSlices } from './tensor/indexed-slices.js'
export { argWhere, booleanMask, gatherND, scatterAdd, takeAlongAxis, withSlice } from './tensor/indexing.js'
export type { JsonNumber } from './tensor/json-numbers.js'
export { dense, dot, type MatmulOptions, matmul, outer, trace } from './tensor/linalg.js'
export { fromMathjs, type MathjsMatrix, toMathjs } from './tensor/mathjs.js'
// Its declarations say which methods tensors have, so they must be reachable from here
export type { TensorMethods } from './tensor/methods.js'
export type { NestedArray, NestedNumbers, NumericArray } from './tensor/nested.js'
export { type PadOptions, pad } from './tensor/padding.js'
export { type RandomOptions, randomNormal, randomUniform, setSeed, truncatedNormal } from './tensor/random.js'
export {
  all,
  any,
  argMax,
  argMin,
  countNonzero,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  nanMean,
  nanSum,
  prod,
  type ReductionOptions,
  softmax,
  sum,
} from './tensor/reductions.js'
export { cumMax, cumMin, cumprod, cumsum, logCumSumExp, type RunningOptions } from './tensor/running.js'
export { bernoulli, multinomial, permutation, randomInt, type SeedOptions, shuffle } from './tensor/sampling.js'
export type { Axes } from './tensor/shape.js'
export {
  broadcastTo,
  concat,
  expandDims,
  flatten,
  gather,
  oneHot,
  permute,
  reshape,
  slice,
  squeeze,
  sumTo,
  swapAxes,
  transpose,
} from './tensor/shaping.js'
export type { SliceEntry, SliceSpec } from './tensor/slicing.js'
export {
  argSort,
  median,
  nanMedian,
  type QuantileOptions,
  quantile,
  type SortOptions,
  sort,
  topK,
} from './tensor/sorting.js'
export {
  type HistogramOptions,
  histogram,
  moments,
  type NormOrder,
  norm,
  std,
  type VarianceOptions,
  variance,
} from './tensor/statistics.js'
export { type SavedTensor, Tensor } from './tensor/tensor.js'
export { tidy } from './tensor/tidy.js'
export { acos, asin, atan, atan2, cos, sin, sinc, tan } from './tensor/trigonometry.js'
export { type Constraint, Variable, type VariableOptions, variable } from './tensor/variable.js'
export { cosineSimilarity, cross, type NormalizeOptions, normalize } from './tensor/vectors.js'
