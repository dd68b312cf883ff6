/**
 * What each operation is called elsewhere: the one list behind the reference's "Elsewhere" tables and the guides "Coming from …".
 * A test asserts that every exported operation is here.
 */

/** The frameworks, in the order of the columns. */
export const frameworks = { numpy: 'NumPy', torch: 'PyTorch', keras: 'Keras', tfjs: 'TensorFlow.js' } as const

/** A framework. */
export type Framework = keyof typeof frameworks

/**
 * NumPy (`np`; `rng` is a generator), PyTorch (`torch`; `F` is `torch.nn.functional`), Keras (`ops` is `keras.ops`), TensorFlow.js;
 * '' where there is none.
 */
type Names = readonly [numpy: string, torch: string, keras: string, tfjs: string]

/** Operation → its names. */
// biome-ignore format: one line an operation
export const equivalents: Readonly<Record<string, Names>> = {
  // Tensors
  tensor: ['np.array(data)', 'torch.tensor(data)', 'ops.convert_to_tensor(data)', 'tf.tensor(data)'],
  variable: ['', 'torch.nn.Parameter(data)', 'keras.Variable(data)', 'tf.variable(data)'],
  zeros: ['np.zeros(shape)', 'torch.zeros(shape)', 'ops.zeros(shape)', 'tf.zeros(shape)'],
  zerosLike: ['np.zeros_like(x)', 'torch.zeros_like(x)', 'ops.zeros_like(x)', 'tf.zerosLike(x)'],
  ones: ['np.ones(shape)', 'torch.ones(shape)', 'ops.ones(shape)', 'tf.ones(shape)'],
  onesLike: ['np.ones_like(x)', 'torch.ones_like(x)', 'ops.ones_like(x)', 'tf.onesLike(x)'],
  full: ['np.full(shape, value)', 'torch.full(shape, value)', 'ops.full(shape, value)', 'tf.fill(shape, value)'],
  fullLike: ['np.full_like(x, value)', 'torch.full_like(x, value)', 'ops.full_like(x, value)', 'tf.fill(x.shape, value)'],
  arange: ['np.arange(start, stop, step)', 'torch.arange(start, stop, step)', 'ops.arange(start, stop, step)', 'tf.range(start, stop, step)'],
  linspace: ['np.linspace(start, stop, n)', 'torch.linspace(start, stop, n)', 'ops.linspace(start, stop, n)', 'tf.linspace(start, stop, n)'],
  eye: ['np.eye(n)', 'torch.eye(n)', 'ops.eye(n)', 'tf.eye(n)'],
  diag: ['np.diag(x, k)', 'torch.diag(x, k)', 'ops.diag(x, k)', 'tf.diag(x)'],
  tri: ['np.tri(n, m, k)', 'torch.ones(n, m).tril(k)', 'ops.tri(n, m, k)', ''],
  tril: ['np.tril(x, k)', 'torch.tril(x, k)', 'ops.tril(x, k)', 'tf.linalg.bandPart(x, -1, 0)'],
  triu: ['np.triu(x, k)', 'torch.triu(x, k)', 'ops.triu(x, k)', 'tf.linalg.bandPart(x, 0, -1)'],
  meshgrid: ['np.meshgrid(x, y)', "torch.meshgrid(x, y, indexing='xy')", 'ops.meshgrid(x, y)', 'tf.meshgrid(x, y)'],
  fromFunction: ['np.fromfunction(f, shape)', '', '', ''],
  randomNormal: ['rng.normal(mean, std, shape)', 'torch.normal(mean, std, shape)', 'keras.random.normal(shape, mean, stddev)', 'tf.randomNormal(shape, mean, std)'],
  randomUniform: ['rng.uniform(low, high, shape)', 'torch.empty(shape).uniform_(low, high)', 'keras.random.uniform(shape, low, high)', 'tf.randomUniform(shape, low, high)'],
  truncatedNormal: ['', 'torch.nn.init.trunc_normal_(x)', 'keras.random.truncated_normal(shape)', 'tf.truncatedNormal(shape)'],
  randomInt: ['rng.integers(low, high, shape)', 'torch.randint(low, high, shape)', 'keras.random.randint(shape, low, high)', "tf.randomUniform(shape, low, high, 'int32')"],
  setSeed: ['np.random.default_rng(seed)', 'torch.manual_seed(seed)', 'keras.utils.set_random_seed(seed)', ''],
  bernoulli: ['rng.random(shape) < p', 'torch.bernoulli(p)', 'keras.random.binomial(shape, 1, p)', ''],
  multinomial: ['rng.choice(n, count, p=p)', 'torch.multinomial(weights, count)', 'keras.random.categorical(logits, count)', 'tf.multinomial(logits, count)'],
  permutation: ['rng.permutation(n)', 'torch.randperm(n)', 'keras.random.shuffle(ops.arange(n))', 'tf.util.createShuffledIndices(n)'],
  shuffle: ['rng.permutation(x)', 'x[torch.randperm(len(x))]', 'keras.random.shuffle(x)', ''],

  // Arithmetic
  add: ['a + b', 'a + b', 'a + b', 'tf.add(a, b)'],
  sub: ['a - b', 'a - b', 'a - b', 'tf.sub(a, b)'],
  mul: ['a * b', 'a * b', 'a * b', 'tf.mul(a, b)'],
  div: ['a / b', 'a / b', 'a / b', 'tf.div(a, b)'],
  pow: ['a ** b', 'a ** b', 'a ** b', 'tf.pow(a, b)'],
  mod: ['np.mod(a, b)', 'torch.remainder(a, b)', 'ops.mod(a, b)', 'tf.mod(a, b)'],
  floorDiv: ['a // b', 'a // b', 'ops.floor_divide(a, b)', 'tf.floorDiv(a, b)'],
  squaredDifference: ['(a - b) ** 2', '(a - b) ** 2', 'ops.square(a - b)', 'tf.squaredDifference(a, b)'],
  lerp: ['a + t * (b - a)', 'torch.lerp(a, b, t)', 'a + t * (b - a)', ''],
  maximum: ['np.maximum(a, b)', 'torch.maximum(a, b)', 'ops.maximum(a, b)', 'tf.maximum(a, b)'],
  minimum: ['np.minimum(a, b)', 'torch.minimum(a, b)', 'ops.minimum(a, b)', 'tf.minimum(a, b)'],
  neg: ['-x', '-x', '-x', 'tf.neg(x)'],
  abs: ['np.abs(x)', 'torch.abs(x)', 'ops.abs(x)', 'tf.abs(x)'],
  sign: ['np.sign(x)', 'torch.sign(x)', 'ops.sign(x)', 'tf.sign(x)'],
  square: ['np.square(x)', 'torch.square(x)', 'ops.square(x)', 'tf.square(x)'],
  sqrt: ['np.sqrt(x)', 'torch.sqrt(x)', 'ops.sqrt(x)', 'tf.sqrt(x)'],
  rsqrt: ['1 / np.sqrt(x)', 'torch.rsqrt(x)', 'ops.rsqrt(x)', 'tf.rsqrt(x)'],
  reciprocal: ['np.reciprocal(x)', 'torch.reciprocal(x)', 'ops.reciprocal(x)', 'tf.reciprocal(x)'],
  clip: ['np.clip(x, low, high)', 'torch.clamp(x, low, high)', 'ops.clip(x, low, high)', 'tf.clipByValue(x, low, high)'],
  where: ['np.where(c, a, b)', 'torch.where(c, a, b)', 'ops.where(c, a, b)', 'tf.where(c, a, b)'],
  cast: ['x.astype(dtype)', 'x.to(dtype)', 'ops.cast(x, dtype)', 'tf.cast(x, dtype)'],

  // Comparisons and logic
  equal: ['a == b', 'a == b', 'ops.equal(a, b)', 'tf.equal(a, b)'],
  notEqual: ['a != b', 'a != b', 'ops.not_equal(a, b)', 'tf.notEqual(a, b)'],
  less: ['a < b', 'a < b', 'ops.less(a, b)', 'tf.less(a, b)'],
  lessEqual: ['a <= b', 'a <= b', 'ops.less_equal(a, b)', 'tf.lessEqual(a, b)'],
  greater: ['a > b', 'a > b', 'ops.greater(a, b)', 'tf.greater(a, b)'],
  greaterEqual: ['a >= b', 'a >= b', 'ops.greater_equal(a, b)', 'tf.greaterEqual(a, b)'],
  logicalAnd: ['np.logical_and(a, b)', 'torch.logical_and(a, b)', 'ops.logical_and(a, b)', 'tf.logicalAnd(a, b)'],
  logicalOr: ['np.logical_or(a, b)', 'torch.logical_or(a, b)', 'ops.logical_or(a, b)', 'tf.logicalOr(a, b)'],
  logicalXor: ['np.logical_xor(a, b)', 'torch.logical_xor(a, b)', 'ops.logical_xor(a, b)', 'tf.logicalXor(a, b)'],
  logicalNot: ['np.logical_not(x)', 'torch.logical_not(x)', 'ops.logical_not(x)', 'tf.logicalNot(x)'],
  isNaN: ['np.isnan(x)', 'torch.isnan(x)', 'ops.isnan(x)', 'tf.isNaN(x)'],
  isFinite: ['np.isfinite(x)', 'torch.isfinite(x)', 'ops.isfinite(x)', 'tf.isFinite(x)'],
  isInf: ['np.isinf(x)', 'torch.isinf(x)', 'ops.isinf(x)', 'tf.isInf(x)'],

  // Rounding, exponentials, trigonometry
  floor: ['np.floor(x)', 'torch.floor(x)', 'ops.floor(x)', 'tf.floor(x)'],
  ceil: ['np.ceil(x)', 'torch.ceil(x)', 'ops.ceil(x)', 'tf.ceil(x)'],
  round: ['np.round(x)', 'torch.round(x)', 'ops.round(x)', 'tf.round(x)'],
  exp: ['np.exp(x)', 'torch.exp(x)', 'ops.exp(x)', 'tf.exp(x)'],
  expm1: ['np.expm1(x)', 'torch.expm1(x)', 'ops.expm1(x)', 'tf.expm1(x)'],
  log: ['np.log(x)', 'torch.log(x)', 'ops.log(x)', 'tf.log(x)'],
  log1p: ['np.log1p(x)', 'torch.log1p(x)', 'ops.log1p(x)', 'tf.log1p(x)'],
  log2: ['np.log2(x)', 'torch.log2(x)', 'ops.log2(x)', ''],
  log10: ['np.log10(x)', 'torch.log10(x)', 'ops.log10(x)', ''],
  sin: ['np.sin(x)', 'torch.sin(x)', 'ops.sin(x)', 'tf.sin(x)'],
  cos: ['np.cos(x)', 'torch.cos(x)', 'ops.cos(x)', 'tf.cos(x)'],
  tan: ['np.tan(x)', 'torch.tan(x)', 'ops.tan(x)', 'tf.tan(x)'],
  asin: ['np.arcsin(x)', 'torch.asin(x)', 'ops.arcsin(x)', 'tf.asin(x)'],
  acos: ['np.arccos(x)', 'torch.acos(x)', 'ops.arccos(x)', 'tf.acos(x)'],
  atan: ['np.arctan(x)', 'torch.atan(x)', 'ops.arctan(x)', 'tf.atan(x)'],
  atan2: ['np.arctan2(a, b)', 'torch.atan2(a, b)', 'ops.arctan2(a, b)', 'tf.atan2(a, b)'],
  sinh: ['np.sinh(x)', 'torch.sinh(x)', 'ops.sinh(x)', 'tf.sinh(x)'],
  cosh: ['np.cosh(x)', 'torch.cosh(x)', 'ops.cosh(x)', 'tf.cosh(x)'],
  tanh: ['np.tanh(x)', 'torch.tanh(x)', 'ops.tanh(x)', 'tf.tanh(x)'],
  asinh: ['np.arcsinh(x)', 'torch.asinh(x)', 'ops.arcsinh(x)', 'tf.asinh(x)'],
  acosh: ['np.arccosh(x)', 'torch.acosh(x)', 'ops.arccosh(x)', 'tf.acosh(x)'],
  atanh: ['np.arctanh(x)', 'torch.atanh(x)', 'ops.arctanh(x)', 'tf.atanh(x)'],
  erf: ['', 'torch.erf(x)', 'ops.erf(x)', 'tf.erf(x)'],

  // Activations
  relu: ['np.maximum(x, 0)', 'F.relu(x)', 'ops.relu(x)', 'tf.relu(x)'],
  relu6: ['np.clip(x, 0, 6)', 'F.relu6(x)', 'ops.relu6(x)', 'tf.relu6(x)'],
  leakyRelu: ['', 'F.leaky_relu(x, slope)', 'ops.leaky_relu(x, slope)', 'tf.leakyRelu(x, slope)'],
  prelu: ['', 'F.prelu(x, slope)', 'keras.layers.PReLU()', 'tf.prelu(x, slope)'],
  elu: ['', 'F.elu(x, alpha)', 'ops.elu(x, alpha)', 'tf.elu(x)'],
  selu: ['', 'F.selu(x)', 'ops.selu(x)', 'tf.selu(x)'],
  celu: ['', 'F.celu(x, alpha)', 'ops.celu(x, alpha)', ''],
  gelu: ['', 'F.gelu(x)', 'ops.gelu(x, approximate=False)', ''],
  sigmoid: ['1 / (1 + np.exp(-x))', 'torch.sigmoid(x)', 'ops.sigmoid(x)', 'tf.sigmoid(x)'],
  logSigmoid: ['', 'F.logsigmoid(x)', 'ops.log_sigmoid(x)', 'tf.logSigmoid(x)'],
  softplus: ['np.logaddexp(x, 0)', 'F.softplus(x)', 'ops.softplus(x)', 'tf.softplus(x)'],
  softsign: ['x / (1 + np.abs(x))', 'F.softsign(x)', 'ops.softsign(x)', "tf.layers.activation({ activation: 'softsign' })"],
  silu: ['', 'F.silu(x)', 'ops.silu(x)', "tf.layers.activation({ activation: 'swish' })"],
  swish: ['', 'F.silu(x)', 'ops.silu(x)', "tf.layers.activation({ activation: 'swish' })"],
  mish: ['', 'F.mish(x)', 'keras.activations.mish(x)', "tf.layers.activation({ activation: 'mish' })"],
  hardSigmoid: ['', 'F.hardsigmoid(x)', 'ops.hard_sigmoid(x)', ''],
  hardSwish: ['', 'F.hardswish(x)', 'ops.hard_swish(x)', ''],
  hardTanh: ['np.clip(x, -1, 1)', 'F.hardtanh(x)', 'ops.hard_tanh(x)', 'tf.clipByValue(x, -1, 1)'],
  softmax: ['', 'torch.softmax(x, axis)', 'ops.softmax(x, axis)', 'tf.softmax(x, axis)'],
  logSoftmax: ['', 'torch.log_softmax(x, axis)', 'ops.log_softmax(x, axis)', 'tf.logSoftmax(x, axis)'],

  // Reductions
  sum: ['np.sum(x, axes)', 'torch.sum(x, axes)', 'ops.sum(x, axes)', 'tf.sum(x, axes)'],
  mean: ['np.mean(x, axes)', 'torch.mean(x, axes)', 'ops.mean(x, axes)', 'tf.mean(x, axes)'],
  prod: ['np.prod(x, axes)', 'torch.prod(x, axis)', 'ops.prod(x, axes)', 'tf.prod(x, axes)'],
  max: ['np.max(x, axes)', 'torch.amax(x, axes)', 'ops.max(x, axes)', 'tf.max(x, axes)'],
  min: ['np.min(x, axes)', 'torch.amin(x, axes)', 'ops.min(x, axes)', 'tf.min(x, axes)'],
  argMax: ['np.argmax(x, axis)', 'torch.argmax(x, axis)', 'ops.argmax(x, axis)', 'tf.argMax(x, axis)'],
  argMin: ['np.argmin(x, axis)', 'torch.argmin(x, axis)', 'ops.argmin(x, axis)', 'tf.argMin(x, axis)'],
  all: ['np.all(x, axes)', 'torch.all(x, axes)', 'ops.all(x, axes)', 'tf.all(x, axes)'],
  any: ['np.any(x, axes)', 'torch.any(x, axes)', 'ops.any(x, axes)', 'tf.any(x, axes)'],
  countNonzero: ['np.count_nonzero(x, axes)', 'torch.count_nonzero(x, axes)', 'ops.count_nonzero(x, axes)', ''],
  logSumExp: ['np.logaddexp.reduce(x)', 'torch.logsumexp(x, axes)', 'ops.logsumexp(x, axes)', 'tf.logSumExp(x, axes)'],
  variance: ['np.var(x, axes, ddof=1)', 'torch.var(x, axes)', 'ops.var(x, axes) (correction 0)', 'tf.moments(x, axes).variance (correction 0)'],
  std: ['np.std(x, axes, ddof=1)', 'torch.std(x, axes)', 'ops.std(x, axes) (correction 0)', 'tf.moments(x, axes).variance.sqrt() (correction 0)'],
  moments: ['', 'torch.var_mean(x, axes, correction=0)', 'ops.moments(x, axes)', 'tf.moments(x, axes)'],
  norm: ['np.linalg.norm(x.flatten(), order)', 'torch.linalg.vector_norm(x, order, axes)', 'ops.norm(ops.ravel(x), order)', 'tf.norm(x.flatten(), order)'],
  median: ['np.median(x, axes)', 'torch.quantile(x, 0.5)', 'ops.median(x, axes)', ''],
  quantile: ['np.quantile(x, q, axes)', 'torch.quantile(x, q, axis)', 'ops.quantile(x, q, axes)', ''],
  histogram: ['np.histogram(x, bins)', 'torch.histogram(x, bins)', 'ops.histogram(x, bins)', ''],
  cumsum: ['np.cumsum(x, axis)', 'torch.cumsum(x, axis)', 'ops.cumsum(x, axis)', 'tf.cumsum(x, axis)'],
  cumprod: ['np.cumprod(x, axis)', 'torch.cumprod(x, axis)', 'ops.cumprod(x, axis)', 'tf.cumprod(x, axis)'],
  cumMax: ['np.maximum.accumulate(x, axis)', 'torch.cummax(x, axis)', 'ops.associative_scan(ops.maximum, x)', ''],
  cumMin: ['np.minimum.accumulate(x, axis)', 'torch.cummin(x, axis)', 'ops.associative_scan(ops.minimum, x)', ''],

  // Shapes
  reshape: ['np.reshape(x, shape)', 'torch.reshape(x, shape)', 'ops.reshape(x, shape)', 'tf.reshape(x, shape)'],
  flatten: ['np.ravel(x)', 'torch.flatten(x)', 'ops.ravel(x)', 'x.flatten()'],
  transpose: ['np.transpose(x, axes)', 'torch.permute(x, axes)', 'ops.transpose(x, axes)', 'tf.transpose(x, axes)'],
  permute: ['np.transpose(x, axes)', 'torch.permute(x, axes)', 'ops.transpose(x, axes)', 'tf.transpose(x, axes)'],
  swapAxes: ['np.swapaxes(x, a, b)', 'torch.swapaxes(x, a, b)', 'ops.swapaxes(x, a, b)', ''],
  expandDims: ['np.expand_dims(x, axis)', 'torch.unsqueeze(x, axis)', 'ops.expand_dims(x, axis)', 'tf.expandDims(x, axis)'],
  squeeze: ['np.squeeze(x, axis)', 'torch.squeeze(x, axis)', 'ops.squeeze(x, axis)', 'tf.squeeze(x, [axis])'],
  broadcastTo: ['np.broadcast_to(x, shape)', 'torch.broadcast_to(x, shape)', 'ops.broadcast_to(x, shape)', 'tf.broadcastTo(x, shape)'],
  sumTo: ['', 'x.sum_to_size(shape)', '', ''],
  concat: ['np.concatenate(xs, axis)', 'torch.cat(xs, axis)', 'ops.concatenate(xs, axis)', 'tf.concat(xs, axis)'],
  stack: ['np.stack(xs, axis)', 'torch.stack(xs, axis)', 'ops.stack(xs, axis)', 'tf.stack(xs, axis)'],
  unstack: ['np.unstack(x, axis=axis)', 'torch.unbind(x, axis)', 'ops.unstack(x, axis=axis)', 'tf.unstack(x, axis)'],
  split: ['np.split(x, parts, axis)', 'torch.tensor_split(x, parts, axis)', 'ops.split(x, parts, axis)', 'tf.split(x, parts, axis)'],
  tile: ['np.tile(x, times)', 'torch.tile(x, times)', 'ops.tile(x, times)', 'tf.tile(x, times)'],
  repeat: ['np.repeat(x, times, axis)', 'torch.repeat_interleave(x, times, axis)', 'ops.repeat(x, times, axis)', ''],
  pad: ['np.pad(x, widths)', 'F.pad(x, widths)', 'ops.pad(x, widths)', 'tf.pad(x, widths)'],
  flip: ['np.flip(x, axes)', 'torch.flip(x, axes)', 'ops.flip(x, axes)', 'tf.reverse(x, axes)'],
  roll: ['np.roll(x, shift, axes)', 'torch.roll(x, shift, axes)', 'ops.roll(x, shift, axes)', ''],

  // Indexing and sorting
  slice: ['x[1:3, ::-1]', 'x[1:3]', 'x[1:3, ::-1]', 'tf.stridedSlice(x, begin, end, strides)'],
  withSlice: ['x[1:3] = value', 'torch.slice_scatter(x, value, …)', 'ops.slice_update(x, start, value)', ''],
  gather: ['np.take(x, i, axis)', 'torch.index_select(x, axis, i)', 'ops.take(x, i, axis)', 'tf.gather(x, i, axis)'],
  gatherND: ['x[tuple(i.T)]', 'x[tuple(i.T)]', '', 'tf.gatherND(x, i)'],
  takeAlongAxis: ['np.take_along_axis(x, i, axis)', 'torch.gather(x, axis, i)', 'ops.take_along_axis(x, i, axis)', ''],
  scatterAdd: ['np.add.at(x, i, updates)', 'x.index_add(axis, i, updates)', '', 'tf.add(x, tf.scatterND(i, updates, x.shape))'],
  booleanMask: ['x[mask]', 'x[mask]', 'x[mask]', 'await tf.booleanMaskAsync(x, mask)'],
  oneHot: ['np.eye(depth)[i]', 'F.one_hot(i, depth)', 'ops.one_hot(i, depth)', 'tf.oneHot(i, depth)'],
  sort: ['np.sort(x, axis)', 'torch.sort(x, axis).values', 'ops.sort(x, axis)', ''],
  argSort: ['np.argsort(x, axis)', 'torch.argsort(x, axis)', 'ops.argsort(x, axis)', ''],
  topK: ['', 'torch.topk(x, k, axis)', 'ops.top_k(x, k)', 'tf.topk(x, k)'],

  // Linear algebra
  matmul: ['a @ b', 'a @ b', 'a @ b', 'tf.matMul(a, b)'],
  dot: ['np.dot(a, b)', 'torch.dot(a, b)', 'ops.dot(a, b)', 'tf.dot(a, b)'],
  outer: ['np.outer(a, b)', 'torch.outer(a, b)', 'ops.outer(a, b)', 'tf.outerProduct(a, b)'],
  dense: ['x @ w + b', 'F.linear(x, w.T, b)', 'ops.matmul(x, w) + b', 'tf.matMul(x, w).add(b)'],
  trace: ['np.trace(x)', 'torch.trace(x)', 'ops.trace(x)', ''],
  einsum: ["np.einsum('ij,jk', a, b)", "torch.einsum('ij,jk', a, b)", "ops.einsum('ij,jk', a, b)", "tf.einsum('ij,jk->ik', a, b)"],
  solve: ['np.linalg.solve(a, b)', 'torch.linalg.solve(a, b)', 'ops.solve(a, b)', ''],
  inverse: ['np.linalg.inv(a)', 'torch.linalg.inv(a)', 'ops.inv(a)', ''],
  determinant: ['np.linalg.det(a)', 'torch.linalg.det(a)', 'ops.det(a)', ''],
  cholesky: ['np.linalg.cholesky(a)', 'torch.linalg.cholesky(a)', 'ops.cholesky(a)', ''],
  qr: ['np.linalg.qr(a)', 'torch.linalg.qr(a)', 'ops.qr(a)', 'tf.linalg.qr(a)'],
  toMathjs: ['', '', '', ''],
  fromMathjs: ['', '', '', ''],
}

/** The name of an operation in a framework, or '' where it has none. */
export function nameIn(operation: string, framework: Framework): string {
  return equivalents[operation]?.[Object.keys(frameworks).indexOf(framework)] ?? ''
}
