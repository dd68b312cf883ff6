/**
 * nabla: tensors, gradients, formulas as kernels, layers and Keras's optimizers. The whole public API, file by file.
 */
import { installMethods } from './tensor/operations/methods.js'

installMethods()

export type { BackpropagateOptions, GradientHook } from './autograd/engine.js'
export {
  type CustomContext,
  checkpoint,
  customGradient,
  stopGradient,
  vectorize,
} from './autograd/transforms/custom.js'
export { grad, grads, noGrad, type TensorFunction, valueAndGrad } from './autograd/transforms/grad.js'
export { type GradcheckOptions, gradcheck, gradgradcheck } from './autograd/transforms/gradcheck.js'
export { hessian, hvp, jacobian, jvp, vjp } from './autograd/transforms/transforms.js'
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
export type { Config } from './keras-names.js'
export type { DType, Shape, TypedArray } from './kernels/backend.js'
export { getThreads, setThreads } from './kernels/cpu/threads/pool.js'
export { Activation } from './layers/activation.js'
export {
  ELU,
  type ELUOptions,
  LeakyReLU,
  type LeakyReLUOptions,
  PReLU,
  type PReLUOptions,
  ReLU,
  type ReLUOptions,
  Softmax,
  type SoftmaxOptions,
} from './layers/activation-layers.js'
export type { ActivationLike, ActivationName } from './layers/activations.js'
export { Attention, type AttentionLayerOptions } from './layers/attention.js'
export { BatchNormalization, type BatchNormalizationOptions } from './layers/batch-normalization.js'
export { Bidirectional, type BidirectionalOptions } from './layers/bidirectional.js'
export { CategoryEncoding, type CategoryEncodingOptions } from './layers/category-encoding.js'
export { maxNorm, minMaxNorm, nonNeg, unitNorm } from './layers/constraints.js'
export { Conv1D, type Conv1DOptions, Conv2D, type Conv2DOptions } from './layers/convolution.js'
export type { SlidingOptions } from './layers/convolution-layer.js'
export { Conv1DTranspose, Conv2DTranspose, type ConvTransposeLayerOptions } from './layers/convolution-transpose.js'
export { Dense, type DenseOptions } from './layers/dense.js'
export { DepthwiseConv2D, type DepthwiseConv2DOptions, type DepthwiseKernelOptions } from './layers/depthwise.js'
export { Dot, type DotOptions } from './layers/dot.js'
export {
  Dropout,
  type DropoutOptions,
  type RandomLayerOptions,
  SpatialDropout1D,
  SpatialDropout2D,
} from './layers/dropout.js'
export { Embedding, type EmbeddingOptions } from './layers/embedding.js'
export type { ConstraintLike, InitializerLike, InitializerName, RegularizerLike } from './layers/families.js'
export {
  Normalization,
  type NormalizationOptions,
  Rescaling,
  type RescalingOptions,
} from './layers/feature-scaling.js'
export { Flatten } from './layers/flatten.js'
export { type InputOptions, input, SymbolicTensor } from './layers/functional.js'
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  type GlobalPoolingOptions,
} from './layers/global-pooling.js'
export { GroupNormalization, type GroupNormalizationOptions } from './layers/group-normalization.js'
export { GRU, type GRUOptions } from './layers/gru.js'
export type { CallHook } from './layers/hooks.js'
export type { Initializer, InitializerOptions } from './layers/initializers.js'
/** Functions that make the first values of weights, as in `keras.initializers`. */
export * as initializers from './layers/initializers.js'
export { Lambda, type LambdaFunction, type LambdaOptions } from './layers/lambda.js'
export { Layer, type Tensors } from './layers/layer.js'
export { LayerNormalization, type LayerNormalizationOptions } from './layers/layer-normalization.js'
export type { CallOptions, LayerOptions, Mask, Shapes, WeightOptions } from './layers/layer-options.js'
export { LSTM, type LSTMOptions } from './layers/lstm.js'
export { Masking, type MaskingOptions } from './layers/masking.js'
export {
  Add,
  Average,
  Concatenate,
  type ConcatenateOptions,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
} from './layers/merging.js'
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './layers/multi-head-attention.js'
export { GaussianDropout, GaussianNoise } from './layers/noise.js'
export type { ScaleShiftOptions } from './layers/normalization-options.js'
export {
  AveragePooling1D,
  AveragePooling2D,
  MaxPooling1D,
  MaxPooling2D,
  type PoolingOptions,
} from './layers/pooling.js'
export type { Regularizer } from './layers/regularizers.js'
/** Penalties of weights and outputs, as in `keras.regularizers`. */
export * as regularizers from './layers/regularizers.js'
export { Permute, RepeatVector, Reshape } from './layers/reshaping.js'
export { RMSNormalization, type RMSNormalizationOptions } from './layers/rms-normalization.js'
export { Recurrent, type RecurrentOptions } from './layers/rnn.js'
export { SeparableConv2D, type SeparableConv2DOptions } from './layers/separable.js'
export { SimpleRNN, type SimpleRNNOptions } from './layers/simple-rnn.js'
export { StringLookup, type StringLookupOptions, type Words } from './layers/string-lookup.js'
export type { LayerDescription } from './layers/summary.js'
export { TimeDistributed } from './layers/time-distributed.js'
export { UnitNormalization, type UnitNormalizationOptions } from './layers/unit-normalization.js'
export { UpSampling1D, UpSampling2D, type UpSampling2DOptions } from './layers/up-sampling.js'
export { type PaddingPair, ZeroPadding1D, ZeroPadding2D } from './layers/zero-padding.js'
export { optimizers } from './names.js'
export { AdaBelief, type AdaBeliefOptions } from './optim/adabelief.js'
export { Adadelta, type AdadeltaOptions } from './optim/adadelta.js'
export { Adafactor, type AdafactorOptions } from './optim/adafactor.js'
export { Adagrad, type AdagradOptions } from './optim/adagrad.js'
export { Adam, type AdamOptions } from './optim/adam.js'
export { Adamax, type AdamaxOptions } from './optim/adamax.js'
export { AdamW, type AdamWOptions } from './optim/adamw.js'
export { AnyOptimizer, type Gradient, type OptimizerState } from './optim/base/any-optimizer.js'
export { Explanation, type VariableReport } from './optim/base/explain.js'
export { Optimizer } from './optim/base/optimizer.js'
export type { Hyperparameter, OptimizerOptions, WeightDecayExclusions } from './optim/base/options.js'
export type { VariableStep } from './optim/base/variable-step.js'
export { Ftrl, type FtrlOptions } from './optim/ftrl.js'
export { Lamb, type LambOptions } from './optim/lamb.js'
export { LBFGS, type LBFGSOptions } from './optim/lbfgs.js'
export { Lion, type LionOptions } from './optim/lion.js'
export { Muon, type MuonOptions, newtonSchulz } from './optim/muon.js'
export { Nadam, type NadamOptions } from './optim/nadam.js'
export { RAdam, type RAdamOptions } from './optim/radam.js'
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.js'
export { ScheduleFreeAdamW, type ScheduleFreeAdamWOptions } from './optim/schedule-free-adamw.js'
export { Join, type JoinOptions, Warmup, type WarmupOptions } from './optim/schedules/composed.js'
export { Constant, type ConstantOptions } from './optim/schedules/constant.js'
export { CosineDecay, type CosineDecayOptions } from './optim/schedules/cosine-decay.js'
export { CosineDecayRestarts, type CosineDecayRestartsOptions } from './optim/schedules/cosine-decay-restarts.js'
export { ExponentialDecay } from './optim/schedules/exponential-decay.js'
export { InverseSquareRoot, type InverseSquareRootOptions } from './optim/schedules/inverse-square-root.js'
export { InverseTimeDecay } from './optim/schedules/inverse-time-decay.js'
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
export { LearningRateSchedule } from './optim/schedules/schedule.js'
export type { DecayOptions } from './optim/schedules/time-decay.js'
export { SGD, type SGDOptions } from './optim/sgd.js'
export { Lookahead, type LookaheadOptions } from './optim/wrappers/lookahead.js'
export { LossScaleOptimizer, type LossScaleOptions } from './optim/wrappers/loss-scale-optimizer.js'
export { MultiOptimizer, type MultiOptimizerOptions } from './optim/wrappers/multi-optimizer.js'
export { type GroupKey, type Groups, OptimizerMap } from './optim/wrappers/optimizer-map.js'
export { SAM, type SAMOptions } from './optim/wrappers/sam.js'
export {
  type BackendInfo,
  type GpuOptions,
  getBackend,
  type MemoryInfo,
  memory,
  setBackend,
} from './tensor/backends.js'
export { type TensorLike, type TensorOptions, tensor } from './tensor/creation.js'
export {
  arange,
  eye,
  type FillOptions,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './tensor/filling.js'
export type { TensorParts } from './tensor/foreign.js'
export { IndexedSlices } from './tensor/indexed-slices.js'
export type { JsonNumber } from './tensor/json-numbers.js'
export type { NestedArray, NestedNumbers, NumericArray } from './tensor/nested-arrays.js'
export {
  celu,
  elu,
  gelu,
  hardShrink,
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
  softShrink,
  softsign,
  swish,
  tanhShrink,
} from './tensor/operations/activations.js'
export {
  abs,
  add,
  copysign,
  div,
  floorDiv,
  lerp,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  sign,
  squaredDifference,
  sub,
} from './tensor/operations/arithmetic.js'
export { type AttentionOptions, embedding, scaledDotProductAttention } from './tensor/operations/attention.js'
export { glu, sparsemax } from './tensor/operations/axis-activations.js'
export { backward, gradientsOfLeaves } from './tensor/operations/backward.js'
export { broadcastTo, repeat, sumTo, tile } from './tensor/operations/broadcasting.js'
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
} from './tensor/operations/comparisons.js'
export {
  type AnyConvolutionOptions,
  type Conv1dOptions,
  type Conv2dOptions,
  type ConvTransposeOptions,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  type DepthwiseOptions,
  depthwiseConv2d,
} from './tensor/operations/convolution.js'
export { type CorrelationOptions, type CovarianceOptions, corrcoef, cov } from './tensor/operations/covariance.js'
export { cumMax, cumMin, cumprod, cumsum, logCumSumExp, type RunningOptions } from './tensor/operations/cumulative.js'
export { cholesky, determinant, inverse, qr, solve } from './tensor/operations/decompositions.js'
export { type DiffOptions, diff, type TrapezoidOptions, trapezoid } from './tensor/operations/differences.js'
export { einsum } from './tensor/operations/einsum.js'
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
} from './tensor/operations/exponentials.js'
export { argMax, argMin, max, min } from './tensor/operations/extremes.js'
export { type Formula, type FormulaResult, formula } from './tensor/operations/formula.js'
export { gather, gatherND, scatterAdd, takeAlongAxis } from './tensor/operations/gathering.js'
export { concat, split, stack, unstack } from './tensor/operations/joining.js'
export { dense, dot, type MatmulOptions, matmul, outer, trace } from './tensor/operations/linalg.js'
export { argWhere, booleanMask, oneHot } from './tensor/operations/masking.js'
export { fromMathjs, type MathjsMatrix, toMathjs } from './tensor/operations/mathjs.js'
export { diag, diagEmbed, diagonal, fromFunction, meshgrid, tri, tril, triu } from './tensor/operations/matrices.js'
// Its declarations say which methods tensors have, so they must be reachable from here
export type { TensorMethods } from './tensor/operations/methods.js'
export {
  type BatchNormOptions,
  batchNorm,
  type LayerNormOptions,
  layerNorm,
  type RmsNormOptions,
  rmsNorm,
} from './tensor/operations/normalization.js'
export { type PadOptions, pad } from './tensor/operations/padding.js'
export { averagePool, maxPool, type PoolOptions } from './tensor/operations/pooling.js'
export { cbrt, hypot, pow, reciprocal, rsqrt, sqrt, square } from './tensor/operations/powers.js'
export type { ReductionOptions } from './tensor/operations/reducing.js'
export { all, any, countNonzero, logSumExp, mean, nanMean, nanSum, prod, sum } from './tensor/operations/reductions.js'
export { cast, ceil, clip, floor, frac, heaviside, round, trunc } from './tensor/operations/rounding.js'
export {
  bernoulli,
  multinomial,
  permutation,
  randomInt,
  type SeedOptions,
  shuffle,
} from './tensor/operations/sampling.js'
export {
  type BincountOptions,
  bincount,
  type SearchSortedOptions,
  scatterND,
  searchSorted,
  segmentSum,
  unique,
} from './tensor/operations/segments.js'
export { expandDims, flatten, permute, reshape, squeeze, swapAxes, transpose } from './tensor/operations/shaping.js'
export {
  eigh,
  lstsq,
  type MatrixNormOrder,
  matrixNorm,
  type PinvOptions,
  pinv,
  svd,
} from './tensor/operations/singular-values.js'
export type { SliceEntry, SliceSpec } from './tensor/operations/slice-spec.js'
export { slice, withSlice } from './tensor/operations/slicing.js'
export { logSoftmax, softmax } from './tensor/operations/softmax.js'
export {
  argSort,
  median,
  nanMedian,
  type QuantileOptions,
  quantile,
  type SortOptions,
  sort,
  topK,
} from './tensor/operations/sorting.js'
export {
  type HistogramOptions,
  histogram,
  moments,
  type NormOrder,
  norm,
  std,
  type VarianceOptions,
  variance,
} from './tensor/operations/statistics.js'
export { slogdet, type TriangularSolveOptions, triangularSolve } from './tensor/operations/triangular.js'
export { acos, asin, atan, atan2, cos, sin, sinc, tan } from './tensor/operations/trigonometry.js'
export { flip, roll } from './tensor/operations/turning.js'
export { cosineSimilarity, cross, type NormalizeOptions, normalize } from './tensor/operations/vectors.js'
export type { Padding, Sizes } from './tensor/operations/windows.js'
export {
  getRandomState,
  type RandomOptions,
  randomNormal,
  randomUniform,
  setRandomState,
  setSeed,
  truncatedNormal,
} from './tensor/random.js'
export type { Axes } from './tensor/shape.js'
export { type SavedTensor, Tensor } from './tensor/tensor.js'
export { tidy } from './tensor/tidy.js'
export { type Constraint, Variable, type VariableOptions, variable } from './tensor/variable.js'
export type { BatchItem, BatchIterable } from './training/batch-source.js'
export { type Backup, BackupAndRestore, type BackupAndRestoreOptions } from './training/callbacks/backup-and-restore.js'
export type { Callback, TrainParams } from './training/callbacks/callback.js'
export { EarlyStopping, type EarlyStoppingOptions } from './training/callbacks/early-stopping.js'
export { History } from './training/callbacks/history.js'
export {
  LearningRateScheduler,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from './training/callbacks/learning-rates.js'
export {
  CSVLogger,
  type CSVLoggerOptions,
  LambdaCallback,
  RecordLogger,
  TerminateOnNaN,
} from './training/callbacks/logging.js'
export { ModelCheckpoint, type ModelCheckpointOptions } from './training/callbacks/model-checkpoint.js'
export type { MonitorMode } from './training/callbacks/monitor.js'
export { SwapEMAWeights, type SwapEMAWeightsOptions } from './training/callbacks/swap-ema-weights.js'
export type { CompileOptions, ModelOptimizer, TrainingOptimizer } from './training/compile.js'
export type { BatchOptions, EvaluateOptions } from './training/evaluate.js'
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateCurve,
} from './training/find-learning-rate.js'
export type { ValidationSplit } from './training/fit-data.js'
export type { FitOptions } from './training/fit-options.js'
/** Layers by name or configuration, as in `keras.layers`: `layers.get('dense', { units: 3 })`. */
export * as layers from './training/layer-catalog.js'
export type { Logs } from './training/logs.js'
export { losses } from './training/losses/catalog.js'
export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  type SmoothCrossentropyOptions,
  type SparseCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from './training/losses/crossentropy.js'
export {
  type BinaryFocalOptions,
  binaryFocalCrossentropy,
  type CategoricalFocalOptions,
  categoricalFocalCrossentropy,
} from './training/losses/focal.js'
export { categoricalHinge, hinge, squaredHinge } from './training/losses/hinge.js'
export {
  type DivergenceOptions,
  type GaussianNLLOptions,
  gaussianNLL,
  klDivergence,
  poisson,
} from './training/losses/likelihood.js'
export type { LossFunction, LossOptions, Reduction } from './training/losses/loss.js'
export type { LossLike, LossName, SerializedLoss } from './training/losses/named-losses.js'
export {
  type HuberOptions,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './training/losses/regression.js'
export {
  type CosineOptions,
  type DiceOptions,
  dice,
  type TripletOptions,
  tripletMargin,
} from './training/losses/similarity.js'
export { accuracy, binaryAccuracy } from './training/metrics/accuracy.js'
export { AUC, type AUCOptions } from './training/metrics/auc.js'
export { metrics } from './training/metrics/catalog.js'
export type { ClassAverage } from './training/metrics/class-counts.js'
export { classificationReport, type ReportOptions } from './training/metrics/classification-report.js'
export { ConfusionMatrix, type ConfusionMatrixOptions, confusionMatrix } from './training/metrics/confusion-matrix.js'
export { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from './training/metrics/f-score.js'
export type { MetricLike } from './training/metrics/get-metric.js'
export { MeanIoU, type MeanIoUOptions } from './training/metrics/mean-iou.js'
export {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  MeanAbsoluteError,
  MeanSquaredError,
  RootMeanSquaredError,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  type TopKOptions,
} from './training/metrics/means.js'
export { Metric, type MetricFunction, type MetricOptions, type UpdateOptions } from './training/metrics/metric.js'
export { Precision, type PrecisionOptions, Recall } from './training/metrics/precision-recall.js'
export { R2Score, type R2ScoreOptions } from './training/metrics/r2-score.js'
export { type FunctionalOptions, Model, type StepOptions } from './training/model.js'
export type { Data } from './training/named-data.js'
export type { ClassWeight } from './training/sample-weights.js'
export { Sequential } from './training/sequential.js'
export type { PerOutput } from './training/several-outputs.js'
