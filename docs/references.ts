/**
 * Where things come from whose comments do not say so themselves: a paper, or Keras's page. The reference shows it under "See". A
 * test asserts that everything with a source has one.
 */

type Source = readonly [words: string, url: string]

const keras = (page: string): Source => ['Keras', `https://keras.io/api/${page}/`]
const paper = (words: string, id: string): Source => [words, `https://arxiv.org/abs/${id}`]
const activations = keras('layers/activations')
const optax: Source = ['Optax', 'https://optax.readthedocs.io/en/latest/api/optimizer_schedules.html']

/** Export → its source. */
export const references: Readonly<Record<string, Source>> = {
  // Activations
  relu: ['Nair and Hinton 2010', 'https://www.cs.toronto.edu/~fritz/absps/reluICML.pdf'],
  sigmoid: activations,
  softplus: activations,
  softsign: activations,
  logSigmoid: activations,
  relu6: activations,
  hardTanh: activations,
  softmax: activations,
  logSoftmax: activations,
  gelu: paper('Hendrycks and Gimpel 2016', '1606.08415'),
  leakyRelu: ['Maas et al. 2013', 'https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf'],
  prelu: paper('He et al. 2015', '1502.01852'),
  elu: paper('Clevert et al. 2015', '1511.07289'),
  selu: paper('Klambauer et al. 2017', '1706.02515'),
  celu: paper('Barron 2017', '1704.07483'),
  silu: paper('Elfwing et al. 2017', '1702.03118'),
  swish: paper('Ramachandran et al. 2017', '1710.05941'),
  mish: paper('Misra 2019', '1908.08681'),
  hardSigmoid: paper('Courbariaux et al. 2015', '1511.00363'),
  hardSwish: paper('Howard et al. 2019', '1905.02244'),
  hardShrink: activations,
  softShrink: activations,
  tanhShrink: activations,
  glu: paper('Dauphin et al. 2016', '1612.08083'),
  sparsemax: paper('Martins and Astudillo 2016', '1602.02068'),

  // Layers and training
  Activation: keras('layers/core_layers/activation'),
  Dense: keras('layers/core_layers/dense'),
  Flatten: keras('layers/reshaping_layers/flatten'),
  MaxPooling1D: keras('layers/pooling_layers/max_pooling1d'),
  MaxPooling2D: keras('layers/pooling_layers/max_pooling2d'),
  AveragePooling1D: keras('layers/pooling_layers/average_pooling1d'),
  AveragePooling2D: keras('layers/pooling_layers/average_pooling2d'),
  GlobalMaxPooling1D: keras('layers/pooling_layers/global_max_pooling1d'),
  GlobalMaxPooling2D: keras('layers/pooling_layers/global_max_pooling2d'),
  GlobalAveragePooling1D: keras('layers/pooling_layers/global_average_pooling1d'),
  ZeroPadding1D: keras('layers/reshaping_layers/zero_padding1d'),
  ZeroPadding2D: keras('layers/reshaping_layers/zero_padding2d'),
  UpSampling1D: keras('layers/reshaping_layers/up_sampling1d'),
  UpSampling2D: keras('layers/reshaping_layers/up_sampling2d'),
  Layer: keras('layers/base_layer'),
  Model: keras('models/model_training_apis'),
  Recurrent: keras('layers/recurrent_layers'),
  Sequential: keras('models/sequential'),
  EarlyStopping: keras('callbacks/early_stopping'),
  meanSquaredError: keras('losses/regression_losses'),
  meanAbsoluteError: keras('losses/regression_losses'),
  meanAbsolutePercentageError: keras('losses/regression_losses'),
  huber: ['Huber 1964', 'https://doi.org/10.1214/aoms/1177703732'],
  sparseCategoricalCrossentropy: keras('losses/probabilistic_losses'),
  categoricalCrossentropy: keras('losses/probabilistic_losses'),
  binaryCrossentropy: keras('losses/probabilistic_losses'),
  meanSquaredLogarithmicError: keras('losses/regression_losses'),
  logCosh: keras('losses/regression_losses'),
  poisson: keras('losses/probabilistic_losses'),
  klDivergence: keras('losses/probabilistic_losses'),
  hinge: keras('losses/hinge_losses'),
  squaredHinge: keras('losses/hinge_losses'),
  categoricalHinge: keras('losses/hinge_losses'),
  accuracy: keras('metrics/accuracy_metrics'),
  binaryAccuracy: keras('metrics/accuracy_metrics'),

  // Optimizers and schedules
  Optimizer: keras('optimizers'),
  MultiOptimizer: keras('optimizers'),
  OptimizerMap: keras('optimizers'),
  nonNeg: keras('layers/constraints'),
  maxNorm: keras('layers/constraints'),
  unitNorm: keras('layers/constraints'),
  minMaxNorm: keras('layers/constraints'),
  newtonSchulz: ['Jordan 2024', 'https://kellerjordan.github.io/posts/muon/'],
  ExponentialDecay: keras('optimizers/learning_rate_schedules/exponential_decay'),
  InverseTimeDecay: keras('optimizers/learning_rate_schedules/inverse_time_decay'),
  PiecewiseConstantDecay: keras('optimizers/learning_rate_schedules/piecewise_constant_decay'),
  PolynomialDecay: keras('optimizers/learning_rate_schedules/polynomial_decay'),
  LearningRateSchedule: keras('optimizers/learning_rate_schedules'),
  Constant: optax,
  Join: optax,
  Linear: optax,
  Warmup: paper('Goyal et al. 2017', '1706.02677'),
}
