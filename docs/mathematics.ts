/**
 * The mathematics of operations that are not formulas of numbers (those have theirs in `src/tensor/operations/ops.ts`): index by index, and how
 * the gradient comes back. The reference draws these lines (`plugin/mathematics-tex.ts`), and a test computes them and compares
 * with the operation itself and with its gradient (`test/docs/mathematics.test.ts`), so a line here cannot be wrong.
 *
 * The language is mathjs's: indices count from 0; `sum(k, x[k], k <= i)` is the sum over all k with k ≤ i (also `prod`, `max`,
 * `min`); a comparison is 1 or 0. `y` is the output, `g` the gradient of the loss with respect to it, `dx` that with respect to
 * `x`. Capitals are the same tensors as matrices. Lines may define a name for those after them.
 */

/** An operation's mathematics. */
export interface Mathematics {
  /** Defines the result. */
  readonly is: readonly string[]
  /** Defines the gradients of the inputs, or explains in words why there is none. */
  readonly back: readonly string[] | string
  /** Explains the letters and the case. TeX between dollars. */
  readonly note?: string
}

const vector = 'Written for a vector; along the axes of a larger tensor it is the same.'
const rows = 'Written for axis 0 of a matrix; other axes likewise.'
const flags = 'None: the result is bool.'
const whole = 'None: the result is whole numbers.'
const drawn = 'None: the numbers are drawn, not computed.'

/** Operation → its mathematics. */
export const mathematics: Readonly<Record<string, Mathematics>> = {
  // Reductions
  sum: { is: ['y = sum(i, x[i])'], back: ['dx[i] = g'], note: vector },
  mean: { is: ['y = sum(i, x[i]) / n'], back: ['dx[i] = g / n'], note: `Of $n$ elements. ${vector}` },
  prod: { is: ['y = prod(i, x[i])'], back: ['dx[i] = g * prod(k, x[k], k != i)'], note: vector },
  max: {
    is: ['y = max(i, x[i])'],
    back: ['dx[i] = g * (x[i] == y) / sum(k, x[k] == y)'],
    note: `Elements that tie share the gradient. ${vector}`,
  },
  min: {
    is: ['y = min(i, x[i])'],
    back: ['dx[i] = g * (x[i] == y) / sum(k, x[k] == y)'],
    note: `Elements that tie share the gradient. ${vector}`,
  },
  any: { is: ['y = max(i, x[i] != 0)'], back: flags, note: vector },
  all: { is: ['y = min(i, x[i] != 0)'], back: flags, note: vector },
  countNonzero: { is: ['y = sum(i, x[i] != 0)'], back: whole, note: vector },
  argMax: { is: ['y = min(i, i, x[i] == max(k, x[k]))'], back: whole, note: `The first of several. ${vector}` },
  argMin: { is: ['y = min(i, i, x[i] == min(k, x[k]))'], back: whole, note: `The first of several. ${vector}` },
  logSumExp: {
    is: ['y = log(sum(i, exp(x[i])))'],
    back: ['dx[i] = g * exp(x[i] - y)'],
    note: `The largest element is subtracted first and added in the end, so that nothing overflows. ${vector}`,
  },
  softmax: {
    is: ['y[i] = exp(x[i]) / sum(k, exp(x[k]))'],
    back: ['dx[i] = y[i] * (g[i] - sum(k, g[k] * y[k]))'],
    note: vector,
  },
  logSoftmax: {
    is: ['y[i] = x[i] - log(sum(k, exp(x[k])))'],
    back: ['dx[i] = g[i] - exp(y[i]) * sum(k, g[k])'],
    note: vector,
  },
  glu: {
    is: ['y[i] = x[i] / (1 + exp(-x[i + n]))'],
    back: ['dx[i] = i < n ? g[i] / (1 + exp(-x[i + n])) : g[i - n] * x[i - n] * exp(-x[i]) / (1 + exp(-x[i]))^2'],
    note: `Of $2n$ elements. ${vector}`,
  },
  sparsemax: {
    is: ['t = (sum(i, x[i], y[i] > 0) - 1) / sum(i, y[i] > 0)', 'y[i] = x[i] > t ? x[i] - t : 0'],
    back: ['m = sum(k, g[k], y[k] > 0) / sum(k, y[k] > 0)', 'dx[i] = y[i] > 0 ? g[i] - m : 0'],
    note: `With the threshold $t$ the results add up to 1. ${vector}`,
  },
  layerNorm: {
    is: ['m = sum(i, x[i]) / n', 's = sqrt(sum(i, (x[i] - m)^2) / n + e)', 'y[i] = (x[i] - m) / s * c[i] + b[i]'],
    back: [
      'z[i] = (x[i] - m) / s',
      'dx[i] = (g[i] * c[i] - sum(k, g[k] * c[k]) / n - z[i] * sum(k, g[k] * c[k] * z[k]) / n) / s',
      'dc[i] = g[i] * z[i]',
      'db[i] = g[i]',
    ],
    note: `Of $n$ elements; $c$ is \`gamma\`, $b$ is \`beta\`, $e$ is \`epsilon\`. ${vector}`,
  },
  rmsNorm: {
    is: ['s = sqrt(sum(i, x[i]^2) / n + e)', 'y[i] = x[i] / s * c[i]'],
    back: ['dx[i] = (g[i] * c[i] - x[i] / s * sum(k, g[k] * c[k] * x[k] / s) / n) / s', 'dc[i] = g[i] * x[i] / s'],
    note: `Of $n$ elements; $c$ is \`gamma\`, $e$ is \`epsilon\`. ${vector}`,
  },
  batchNorm: {
    is: [
      'm[j] = sum(i, x[i, j]) / n',
      's[j] = sqrt(sum(i, (x[i, j] - m[j])^2) / n + e)',
      'y[i, j] = (x[i, j] - m[j]) / s[j] * c[j] + b[j]',
    ],
    back: [
      'p[j] = sum(i, g[i, j]) / n',
      'q[j] = sum(i, g[i, j] * (x[i, j] - m[j])) / (n * s[j])',
      'dx[i, j] = c[j] / s[j] * (g[i, j] - p[j] - q[j] * (x[i, j] - m[j]) / s[j])',
      'dc[j] = n * q[j]',
      'db[j] = n * p[j]',
    ],
    note: 'For $n$ examples of $j$ features, with their own mean and variance; $c$ is `gamma`, $b$ is `beta`, $e$ is `epsilon`.',
  },
  cumsum: { is: ['y[i] = sum(k, x[k], k <= i)'], back: ['dx[k] = sum(i, g[i], i >= k)'], note: vector },
  cumprod: {
    is: ['y[i] = prod(k, x[k], k <= i)'],
    back: ['dx[k] = sum(i, g[i] * prod(j, x[j], j <= i and j != k), i >= k)'],
    note: vector,
  },
  cumMax: {
    is: ['y[i] = max(k, x[k], k <= i)'],
    back: ['p[i] = max(k, k, k <= i and x[k] == y[i])', 'dx[k] = sum(i, g[i], p[i] == k)'],
    note: vector,
  },
  cumMin: {
    is: ['y[i] = min(k, x[k], k <= i)'],
    back: ['p[i] = max(k, k, k <= i and x[k] == y[i])', 'dx[k] = sum(i, g[i], p[i] == k)'],
    note: vector,
  },
  variance: {
    is: ['m = sum(i, x[i]) / n', 'y = sum(i, (x[i] - m)^2) / (n - c)'],
    back: ['dx[i] = 2 * g * (x[i] - m) / (n - c)'],
    note: `Of $n$ elements, with the correction $c$ (default 1). ${vector}`,
  },
  std: {
    is: ['m = sum(i, x[i]) / n', 'y = sqrt(sum(i, (x[i] - m)^2) / (n - c))'],
    back: ['dx[i] = g * (x[i] - m) / ((n - c) * y)'],
    note: `Of $n$ elements, with the correction $c$ (default 1). ${vector}`,
  },
  moments: {
    is: ['m = sum(i, x[i]) / n', 'v = sum(i, (x[i] - m)^2) / n'],
    back: ['dx[i] = h / n + 2 * g * (x[i] - m) / n'],
    note: `$m$ is \`mean\`, $v$ is \`variance\`; $h$ and $g$ are their gradients. ${vector}`,
  },
  norm: {
    is: ['y = sum(i, abs(x[i])^p)^(1 / p)'],
    back: ['dx[i] = g * sign(x[i]) * (abs(x[i]) / y)^(p - 1)'],
    note: `For an order $p$ other than 0 and $\\pm\\infty$; default 2. ${vector}`,
  },
  median: {
    is: ['h = (n - 1) / 2', 'y = (s[floor(h)] + s[ceil(h)]) / 2'],
    back: ['dx[i] = g * ((p[floor(h)] == i) + (p[ceil(h)] == i)) / 2'],
    note: `$s$ are the $n$ elements in order, and $p$ are their places: $s_i = x_{p_i}$. ${vector}`,
  },
  quantile: {
    is: ['h = q * (n - 1)', 't = h - floor(h)', 'y = (1 - t) * s[floor(h)] + t * s[ceil(h)]'],
    back: ['dx[i] = g * ((1 - t) * (p[floor(h)] == i) + t * (p[ceil(h)] == i))'],
    note: `$s$ are the $n$ elements in order, and $p$ are their places: $s_i = x_{p_i}$. ${vector}`,
  },
  histogram: {
    is: ['y[k] = sum(i, 1, e[k] <= x[i] and (x[i] < e[k + 1] or k == n - 1 and x[i] == e[n]))'],
    back: whole,
    note: '$y$ are the counts of the $n$ bins, $e$ their edges.',
  },

  nanSum: {
    is: ['y = sum(i, x[i], x[i] == x[i])'],
    back: ['dx[i] = x[i] == x[i] ? g : 0'],
    note: `$x_i = x_i$ holds for all that is not NaN. ${vector}`,
  },
  nanMean: {
    is: ['m = sum(i, x[i] == x[i])', 'y = sum(i, x[i], x[i] == x[i]) / m'],
    back: ['dx[i] = x[i] == x[i] ? g / m : 0'],
    note: `$x_i = x_i$ holds for all that is not NaN. ${vector}`,
  },
  nanMedian: {
    is: ['m = sum(i, x[i] == x[i])', 'h = (m - 1) / 2', 'y = (s[floor(h)] + s[ceil(h)]) / 2'],
    back: ['dx[i] = g * ((p[floor(h)] == i) + (p[ceil(h)] == i)) / 2'],
    note: `$x_i = x_i$ holds for all that is not NaN; $s$ are the elements in order, NaN last, and $p$ are their places. ${vector}`,
  },
  cov: {
    is: ['m[i] = sum(k, x[i, k]) / n', 'y[i, j] = sum(k, (x[i, k] - m[i]) * (x[j, k] - m[j])) / (n - c)'],
    back: ['dx[i, k] = sum(j, (g[i, j] + g[j, i]) * (x[j, k] - m[j])) / (n - c)'],
    note: 'Of $n$ observations without weights, with the correction $c$ (default 1).',
  },
  corrcoef: {
    is: [
      'm[i] = sum(k, x[i, k]) / n',
      's[i] = sqrt(sum(k, (x[i, k] - m[i])^2))',
      'y[i, j] = sum(k, (x[i, k] - m[i]) * (x[j, k] - m[j])) / (s[i] * s[j])',
    ],
    back: [
      'dx[i, k] = sum(j, (g[i, j] + g[j, i]) * ((x[j, k] - m[j]) / s[j] - y[i, j] * (x[i, k] - m[i]) / s[i])) / s[i]',
    ],
    note: 'Of $n$ observations without weights.',
  },
  diff: {
    is: ['y[i] = x[i + 1] - x[i]'],
    back: ['dx[i] = (i > 0 ? g[i - 1] : 0) - (i < n - 1 ? g[i] : 0)'],
    note: `Once, of $n$ elements. ${vector}`,
  },
  trapezoid: {
    is: ['y = h * sum(i, x[i] * (i == 0 or i == n - 1 ? 1 / 2 : 1))'],
    back: ['dx[i] = h * g * (i == 0 or i == n - 1 ? 1 / 2 : 1)'],
    note: `Of $n$ heights $x$ that are $h$ apart. ${vector}`,
  },
  logCumSumExp: {
    is: ['y[i] = log(sum(k, exp(x[k]), k <= i))'],
    back: ['dx[k] = sum(i, g[i] * exp(x[k] - y[i]), i >= k)'],
    note: `The largest element so far is subtracted first and added in the end, so that nothing overflows. ${vector}`,
  },

  // Shapes
  reshape: {
    is: ['y[k] = x[k]'],
    back: ['dx[k] = g[k]'],
    note: 'Where $k$ counts all elements, the last axis fastest.',
  },
  flatten: {
    is: ['y[k] = x[k]'],
    back: ['dx[k] = g[k]'],
    note: 'Where $k$ counts all elements, the last axis fastest.',
  },
  transpose: { is: ['y[i, j] = x[j, i]'], back: ['dx[j, i] = g[i, j]'], note: 'For a matrix.' },
  permute: { is: ['y[i, j, k] = x[k, i, j]'], back: ['dx[k, i, j] = g[i, j, k]'], note: 'For the axes $[1, 2, 0]$.' },
  swapAxes: {
    is: ['y[k, j, i] = x[i, j, k]'],
    back: ['dx[i, j, k] = g[k, j, i]'],
    note: 'For the axes 0 and 2 of three.',
  },
  expandDims: { is: ['y[0, i] = x[i]'], back: ['dx[i] = g[0, i]'], note: 'For axis 0 of a vector.' },
  squeeze: { is: ['y[i] = x[0, i]'], back: ['dx[0, i] = g[i]'], note: 'For axis 0 of a matrix with one row.' },
  broadcastTo: { is: ['y[i, j] = x[j]'], back: ['dx[j] = sum(i, g[i, j])'], note: 'From a vector to a matrix.' },
  sumTo: { is: ['y[j] = sum(i, x[i, j])'], back: ['dx[i, j] = g[j]'], note: 'From a matrix to a vector.' },
  concat: {
    is: ['y[i] = i < n ? a[i] : b[i - n]'],
    back: ['da[i] = g[i]', 'db[i] = g[n + i]'],
    note: `Of two, the first with $n$ elements. ${vector}`,
  },
  stack: {
    is: ['y[k, i] = k == 0 ? a[i] : b[i]'],
    back: ['da[i] = g[0, i]', 'db[i] = g[1, i]'],
    note: 'Of two vectors, along axis 0.',
  },
  unstack: {
    is: ['y[k, i] = x[k, i]'],
    back: ['dx[k, i] = g[k, i]'],
    note: `$y_{ki}$ is element $i$ of the $k$-th result. ${rows}`,
  },
  split: {
    is: ['y[k, i] = x[k * m + i]'],
    back: ['dx[i] = g[floor(i / m), mod(i, m)]'],
    note: `$y_{ki}$ is element $i$ of the $k$-th result; each has $m$ elements. ${vector}`,
  },
  tile: {
    is: ['y[i] = x[mod(i, n)]'],
    back: ['dx[i] = sum(k, g[k * n + i], k < t)'],
    note: `$n$ elements, $t$ times. ${vector}`,
  },
  repeat: {
    is: ['y[i] = x[floor(i / t)]'],
    back: ['dx[i] = sum(k, g[i * t + k], k < t)'],
    note: `Each element $t$ times. ${vector}`,
  },
  flip: { is: ['y[i] = x[n - 1 - i]'], back: ['dx[i] = g[n - 1 - i]'], note: `Of $n$ elements. ${vector}` },
  roll: {
    is: ['y[i] = x[mod(i - s, n)]'],
    back: ['dx[i] = g[mod(i + s, n)]'],
    note: `$n$ elements, moved on by $s$. ${vector}`,
  },
  pad: {
    is: ['y[i] = i >= b and i < b + n ? x[i - b] : c'],
    back: ['dx[i] = g[b + i]'],
    note: `$n$ elements with $b$ before them, in mode \`constant\` with the value $c$. ${vector}`,
  },

  diagonal: {
    is: ['y[i] = x[i, i + k]'],
    back: ['dx[i, j] = j == i + k ? g[i] : 0'],
    note: 'For a matrix, with an offset $k$ of 0 or more.',
  },
  diagEmbed: {
    is: ['y[i, j] = j == i + k ? x[i] : 0'],
    back: ['dx[i] = g[i, i + k]'],
    note: 'For a vector, with an offset $k$ of 0 or more.',
  },

  // Indexing and sorting
  slice: {
    is: ['y[i] = x[a + s * i]'],
    back: ['dx[k] = sum(i, g[i], a + s * i == k)'],
    note: `For $a{:}b{:}s$: from $a$ on, in steps of $s$. ${vector}`,
  },
  withSlice: {
    is: ['y[i] = i >= a and i < b ? v[i - a] : x[i]'],
    back: ['dx[i] = i >= a and i < b ? 0 : g[i]', 'dv[i] = g[a + i]'],
    note: `$v$ is the value that goes to $a{:}b$. ${vector}`,
  },
  gather: {
    is: ['y[i, j] = x[p[i], j]'],
    back: ['dx[k, j] = sum(i, g[i, j], p[i] == k)'],
    note: `$p$ are the indices. Rows that are picked twice get both gradients. ${rows}`,
  },
  gatherND: {
    is: ['y[i] = x[p[i, 0], p[i, 1]]'],
    back: ['dx[k, l] = sum(i, g[i], p[i, 0] == k and p[i, 1] == l)'],
    note: 'For a matrix; $p$ are the indices.',
  },
  takeAlongAxis: {
    is: ['y[i, j] = x[i, p[i, j]]'],
    back: ['dx[i, k] = sum(j, g[i, j], p[i, j] == k)'],
    note: 'For axis 1 of a matrix; $p$ are the indices.',
  },
  scatterAdd: {
    is: ['y[k, j] = x[k, j] + sum(i, u[i, j], p[i] == k)'],
    back: ['dx[k, j] = g[k, j]', 'du[i, j] = g[p[i], j]'],
    note: `$p$ are the indices, $u$ the updates. ${rows}`,
  },
  booleanMask: {
    is: ['y[i] = x[p[i]]'],
    back: ['dx[k] = sum(i, g[i], p[i] == k)'],
    note: '$p$ are the positions where the mask is true, in ascending order.',
  },
  argWhere: { is: ['x[y[i, 0]] != 0', 'sum(i, 1, y[i, 0] == k) == (x[k] != 0)'], back: whole, note: 'For a vector.' },
  oneHot: { is: ['y[i, k] = p[i] == k'], back: 'None: indices have no gradient.', note: '$p$ are the indices.' },
  sort: {
    is: ['y[i] = x[p[i]]'],
    back: ['dx[k] = sum(i, g[i], p[i] == k)'],
    note: `$p$ is what argSort gives: $y_i \\le y_{i+1}$. ${vector}`,
  },
  argSort: { is: ['x[y[i]] <= x[y[i + 1]]'], back: whole, note: vector },
  topK: {
    is: ['y[i] = x[p[i]]', 'y[i] >= y[i + 1]'],
    back: ['dx[k] = sum(i, g[i], p[i] == k)'],
    note: `$y$ are the values, $p$ the indices: the first $k$ of what argSort gives in descending order. ${vector}`,
  },
  segmentSum: {
    is: ['y[k, j] = sum(i, x[i, j], p[i] == k)'],
    back: ['dx[i, j] = g[p[i], j]'],
    note: `$p$ are the segments. ${rows}`,
  },
  scatterND: {
    is: ['y[k, l] = sum(i, u[i], p[i, 0] == k and p[i, 1] == l)'],
    back: ['du[i] = g[p[i, 0], p[i, 1]]'],
    note: 'Into a matrix; $p$ are the indices, $u$ the updates.',
  },
  bincount: {
    is: ['y[k] = sum(i, w[i], p[i] == k)'],
    back: ['dw[i] = g[p[i]]'],
    note: '$p$ are the numbers that are counted, $w$ their weights.',
  },
  unique: {
    is: ['y[p[i]] == x[i]', 'sum(i, 1, p[i] == k) == c[k]'],
    back: 'None: the values are copied.',
    note: '$y$ are the values, $p$ is `inverse`, $c$ are the counts.',
  },
  searchSorted: {
    is: ['y[i] = sum(k, s[k] < x[i])'],
    back: whole,
    note: "$s$ is sorted. For `side: 'right'`, $\\le$ in place of $<$.",
  },

  // Attention
  scaledDotProductAttention: {
    is: [
      'p[i, j] = exp(c * sum(d, q[i, d] * k[j, d])) / sum(l, exp(c * sum(d, q[i, d] * k[l, d])))',
      'y[i, d] = sum(j, p[i, j] * v[j, d])',
    ],
    back: [
      'dv[j, d] = sum(i, p[i, j] * g[i, d])',
      'dq[i, d] = c * sum(j, p[i, j] * sum(l, g[i, l] * (v[j, l] - y[i, l])) * k[j, d])',
      'dk[j, d] = c * sum(i, p[i, j] * sum(l, g[i, l] * (v[j, l] - y[i, l])) * q[i, d])',
    ],
    note: 'Without a mask; $p$ are the weights, $c$ is `scale`. For matrices; batches of them likewise.',
  },
  embedding: {
    is: ['y[i, j] = w[p[i], j]'],
    back: ['dw[k, j] = sum(i, g[i, j], p[i] == k)'],
    note: '$p$ are the indices, $w$ is the table. Rows that are read twice get both gradients.',
  },

  // Convolutions and pooling
  conv1d: {
    is: ['y[i, f] = sum(k, sum(c, x[i + k, c] * w[k, c, f]))'],
    back: [
      'dx[j, c] = sum(i, sum(k, sum(f, g[i, f] * w[k, c, f], i + k == j)))',
      'dw[k, c, f] = sum(i, x[i + k, c] * g[i, f])',
    ],
    note: 'For one sequence, with $w$ the kernel, strides 1 and padding `valid`. Numbers outside of $x$ count as 0.',
  },
  conv2d: {
    is: ['y[i, j, f] = sum(k, sum(l, x[i + k, j + l] * w[k, l, f]))'],
    back: [
      'dx[a, b] = sum(i, sum(j, sum(k, sum(l, sum(f, g[i, j, f] * w[k, l, f], i + k == a and j + l == b)))))',
      'dw[k, l, f] = sum(i, sum(j, x[i + k, j + l] * g[i, j, f]))',
    ],
    note: 'For one image of one channel, with $w$ the kernel, strides 1 and padding `valid`; channels are added up.',
  },
  depthwiseConv2d: {
    is: ['y[i, j, c] = sum(k, sum(l, x[i + k, j + l, c] * w[k, l, c]))'],
    back: [
      'dx[a, b, c] = sum(i, sum(j, sum(k, sum(l, g[i, j, c] * w[k, l, c], i + k == a and j + l == b))))',
      'dw[k, l, c] = sum(i, sum(j, x[i + k, j + l, c] * g[i, j, c]))',
    ],
    note: 'For one image and one kernel $w$ for each channel, with strides 1 and padding `valid`.',
  },
  conv1dTranspose: {
    is: ['y[j, f] = sum(i, sum(k, sum(c, x[i, c] * w[k, f, c], i * s + k == j)))'],
    back: [
      'dx[i, c] = sum(k, sum(f, g[i * s + k, f] * w[k, f, c]))',
      'dw[k, f, c] = sum(i, x[i, c] * g[i * s + k, f])',
    ],
    note: 'For one sequence, with $w$ the kernel and strides $s$.',
  },
  conv2dTranspose: {
    is: ['y[a, b] = sum(i, sum(j, sum(k, sum(l, x[i, j] * w[k, l], i + k == a and j + l == b))))'],
    back: [
      'dx[i, j] = sum(k, sum(l, g[i + k, j + l] * w[k, l]))',
      'dw[k, l] = sum(i, sum(j, x[i, j] * g[i + k, j + l]))',
    ],
    note: 'For one image, channel and filter, with $w$ the kernel and strides 1.',
  },
  maxPool: {
    is: ['y[i] = max(k, x[k], floor(k / n) == i)'],
    back: ['p[i] = min(k, k, floor(k / n) == i and x[k] == y[i])', 'dx[k] = sum(i, g[i], p[i] == k)'],
    note: 'For one sequence and channel, and windows of $n$ side by side.',
  },
  averagePool: {
    is: ['y[i] = sum(k, x[k], floor(k / n) == i) / n'],
    back: ['dx[k] = g[floor(k / n)] / n'],
    note: 'For one sequence and channel, and windows of $n$ side by side.',
  },

  // Linear algebra
  matmul: {
    is: ['Y = A * B', 'y[i, j] = sum(k, a[i, k] * b[k, j])'],
    back: ["dA = G * B'", "dB = A' * G"],
    note: 'For matrices; batches of them likewise.',
  },
  dense: {
    is: ['y[i, j] = sum(k, x[i, k] * w[k, j]) + b[j]'],
    back: ["dX = G * W'", "dW = X' * G", 'db[j] = sum(i, g[i, j])'],
    note: 'Without `relu`. With it, negative outputs become 0, and so does $g$ there.',
  },
  dot: { is: ['y = sum(i, a[i] * b[i])'], back: ['da[i] = g * b[i]', 'db[i] = g * a[i]'] },
  outer: {
    is: ['y[i, j] = a[i] * b[j]'],
    back: ['da[i] = sum(j, g[i, j] * b[j])', 'db[j] = sum(i, g[i, j] * a[i])'],
  },
  cross: {
    is: ['y[i] = a[mod(i + 1, 3)] * b[mod(i + 2, 3)] - a[mod(i + 2, 3)] * b[mod(i + 1, 3)]'],
    back: [
      'da[i] = b[mod(i + 1, 3)] * g[mod(i + 2, 3)] - b[mod(i + 2, 3)] * g[mod(i + 1, 3)]',
      'db[i] = g[mod(i + 1, 3)] * a[mod(i + 2, 3)] - g[mod(i + 2, 3)] * a[mod(i + 1, 3)]',
    ],
  },
  normalize: {
    is: ['r = sqrt(sum(i, x[i]^2))', 'y[i] = x[i] / r'],
    back: ['dx[i] = (g[i] - y[i] * sum(k, g[k] * y[k])) / r'],
    note: `For order 2 and a length $r$ above $\\varepsilon$. ${vector}`,
  },
  cosineSimilarity: {
    is: ['r = sqrt(sum(i, a[i]^2))', 's = sqrt(sum(i, b[i]^2))', 'y = sum(i, a[i] * b[i]) / (r * s)'],
    back: ['da[i] = g * (b[i] / s - y * a[i] / r) / r', 'db[i] = g * (a[i] / r - y * b[i] / s) / s'],
    note: `For lengths $r$ and $s$ above $\\varepsilon$. ${vector}`,
  },
  trace: { is: ['y = sum(i, x[i, i])'], back: ['dx[i, j] = g * (i == j)'] },
  einsum: {
    is: ['y[i, l] = sum(j, sum(k, a[i, j] * b[j, k] * c[k, l]))'],
    back: [
      'da[i, j] = sum(k, sum(l, g[i, l] * b[j, k] * c[k, l]))',
      'db[j, k] = sum(i, sum(l, a[i, j] * g[i, l] * c[k, l]))',
      'dc[k, l] = sum(i, sum(j, a[i, j] * b[j, k] * g[i, l]))',
    ],
    note: "For `ij,jk,kl->il`: the sum over all letters that are missing on the right. For a gradient, $g$ takes the operand's place.",
  },
  solve: { is: ['A * X == B'], back: ["dB = inv(A') * G", "dA = -dB * X'"] },
  inverse: { is: ['Y = inv(A)'], back: ["dA = -Y' * G * Y'"] },
  determinant: {
    is: ['y = det(A)'],
    back: ["dA = g * y * inv(A')"],
    note: 'The gradient exists for invertible matrices.',
  },
  cholesky: {
    is: ["L * L' == A"],
    back: ["S = inv(L') * phi(L' * G) * inv(L)", "dA = (S + S') / 2"],
    note: '$\\Phi$ takes the lower triangle and half of the diagonal.',
  },
  qr: {
    is: ['Q * R == A', "Q' * Q == I"],
    back: ["M = R * H' - G' * Q", "dA = (G + Q * (tril(M) + tril(M, -1)')) * inv(R')"],
    note: "$G$ and $H$ are the gradients of $Q$ and $R$; $\\operatorname{tril}(M)$ is $M$'s lower triangle, $\\operatorname{tril}(M, -1)$ that below the diagonal.",
  },
  triangularSolve: {
    is: ['A * X == B'],
    back: ["dB = inv(A') * G", "dA = -tril(dB * X')"],
    note: 'For a lower triangle.',
  },
  slogdet: {
    is: ['y = log(abs(det(A)))'],
    back: ["dA = g * inv(A')"],
    note: '$y$ is `logDeterminant`. The gradient exists for invertible matrices; that of the sign is 0.',
  },
  eigh: {
    is: ['a[i, j] = sum(k, v[i, k] * w[k] * v[j, k])', "V' * V == I"],
    back: [
      "H = V' * G",
      'da[i, j] = sum(k, sum(l, (v[i, k] * v[j, l] + v[j, k] * v[i, l]) / 2 * (k == l ? q[k] : h[k, l] / (w[l] - w[k]))))',
    ],
    note: '$w$ are the values, $V$ the vectors; $q$ and $G$ are their gradients.',
  },
  svd: {
    is: ['a[i, j] = sum(k, u[i, k] * s[k] * v[k, j])', "U' * U == I"],
    back: ['da[i, j] = sum(k, u[i, k] * g[k] * v[k, j])'],
    note: '$v$ is `vt`. The gradient is that of the singular values alone; that of the vectors is in the source.',
  },
  pinv: {
    is: ['A * Y * A == A', 'Y * A * Y == Y', "(A * Y)' == A * Y", "(Y * A)' == Y * A"],
    back: ["dA = -Y' * G * Y' + (I - A * Y) * G' * Y * Y' + Y' * Y * G' * (J - Y * A)"],
    note: '$I$ and $J$ are identity matrices.',
  },
  lstsq: {
    is: ["A' * A * X == A' * B"],
    back: ["M = inv(A' * A)", 'dB = A * M * G', "dA = (B - A * X) * (M * G)' - A * M * G * X'"],
    note: 'Where the columns of $A$ are linearly independent.',
  },
  matrixNorm: {
    is: ['y = sqrt(sum(i, sum(j, x[i, j]^2)))'],
    back: ['dx[i, j] = g * x[i, j] / y'],
    note: "For the order `'fro'`.",
  },

  // Sampling
  bernoulli: { is: ['y[i] = u[i] < p'], back: drawn, note: '$u$ is uniform in $[0, 1)$.' },
  permutation: { is: ['sum(i, y[i] == k) == 1'], back: drawn, note: 'Every $k$ once; all orders are equally likely.' },
  randomInt: {
    is: ['y[i] >= a and y[i] < b and floor(y[i]) == y[i]'],
    back: drawn,
    note: '$a$ is `low`, $b$ is `high`; all are equally likely.',
  },
  multinomial: {
    is: ['c[k] = sum(j, w[j], j <= k) / sum(j, w[j])', 'y[i] = sum(k, 1, c[k] <= u[i])'],
    back: drawn,
    note: '$w$ are the weights, $u$ is uniform in $[0, 1)$. With replacement.',
  },
  shuffle: {
    is: ['y[i, j] = x[p[i], j]'],
    back: ['dx[k, j] = sum(i, g[i, j], p[i] == k)'],
    note: `$p$ is a random permutation. ${rows}`,
  },
}
