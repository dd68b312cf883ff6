/**
 * The rule for plain numbers and arrays: they take the dtype of the tensors beside them, where it can hold them. One row for each
 * function that takes several operands; every operand is given as a plain array once, beside tensors of every dtype.
 */
import test from 'ava'
import ts from 'typescript'
import * as nabla from '../../../src/index.js'
import {
  bernoulli,
  cast,
  Dropout,
  type DType,
  formula,
  grad,
  gradcheck,
  jacobian,
  multinomial,
  type NestedArray,
  ones,
  type Tensor,
  type TensorLike,
  tensor,
  variable,
  zeros,
} from '../../../src/index.js'
import { filesBelow, nodes, syntaxTree } from '../../source.js'

interface Row {
  /** The operands, none of which float32 holds. */
  readonly operands: readonly NestedArray[]
  readonly call: (...operands: TensorLike[]) => Tensor | readonly Tensor[]
  /** Derivatives are asked for, so whole numbers are floats, too. */
  readonly isFloat?: boolean
}

const [x, y, z] = [
  [0.1, 0.7],
  [0.3, 0.2],
  [0.9, 1.1],
]
const square = [
  [1.1, 0.3],
  [0.2, 0.7],
]

/** Functions that are called with operands alone. */
function plain(names: readonly string[], operands: readonly NestedArray[], isFloat = false): Record<string, Row> {
  const functions = nabla as unknown as Record<string, Row['call']>
  return Object.fromEntries(names.map((name) => [name, { operands, isFloat, call: functions[name] }]))
}

const product = (a: Tensor, b: Tensor) => a.mul(b).add(a).sum()

const rows: Record<string, Row> = {
  ...plain(
    [
      'add',
      'sub',
      'mul',
      'div',
      'mod',
      'floorDiv',
      'squaredDifference',
      'maximum',
      'minimum',
      'hypot',
      'copysign',
      'heaviside',
      'logaddexp',
      'xlogy',
    ],
    [x, y],
  ),
  ...plain(['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'], [x, x]),
  ...plain(['pow', 'atan2', 'prelu', 'logicalAnd', 'logicalOr', 'logicalXor', 'dot', 'outer'], [x, y]),
  ...plain(['lerp', 'clip'], [x, y, z]),
  ...plain(['isClose', 'cosineSimilarity'], [x, x]),
  ...plain(
    ['cross'],
    [
      [0.1, 0.2, 0.7],
      [0.3, 0.9, 0.6],
    ],
  ),
  trapezoid: { operands: [x, y], call: (a, b) => nabla.trapezoid(a, { x: b }) },
  diff: { operands: [x, y], call: (a, b) => nabla.diff(a, 1, 0, { prepend: b }) },
  ...plain(['matmul', 'solve'], [square, y]),
  dense: { operands: [square, square, y], call: (a, b, c) => nabla.dense(a, b, c, { relu: true }) },
  ...plain(['conv1d', 'conv1dTranspose'], [[[x, y]], [square]], true),
  ...plain(['conv2d', 'conv2dTranspose', 'depthwiseConv2d'], [[[[x, y]]], [[square]]], true),
  cov: { operands: [square, x], call: (a, b) => nabla.cov(a, { aweights: b }) },
  corrcoef: { operands: [square, x], call: (a, b) => nabla.corrcoef(a, { aweights: b }) },
  histogram: {
    operands: [x, y],
    call: (a, b) => Object.values(nabla.histogram(a, 2, { weights: b, range: [-1, 2 ** 32] })),
  },
  'derivative of a formula': { operands: [x, y], call: (a, b) => formula('a * b + 1').derivative('a')(a, b) },
  ...plain(['meanSquaredError', 'meanAbsoluteError', 'meanAbsolutePercentageError', 'huber'], [x, y], true),
  ...plain(['binaryCrossentropy'], [x, y], true),
  ...plain(['categoricalCrossentropy'], [square, square], true),
  sparseCategoricalCrossentropy: {
    operands: [[0, 1], square],
    call: (labels, scores) => nabla.sparseCategoricalCrossentropy(labels, scores),
    isFloat: true,
  },
  ...plain(['meanSquaredLogarithmicError', 'logCosh', 'poisson', 'binaryFocalCrossentropy'], [x, y], true),
  ...plain(['hinge', 'squaredHinge', 'dice'], [x, y], true),
  ...plain(['categoricalFocalCrossentropy', 'categoricalHinge', 'klDivergence'], [square, square], true),
  ...plain(
    ['gaussianNLL', 'tripletMargin', 'scaledDotProductAttention'],
    [x, y, z].map((row) => [row]),
    true,
  ),
  ...plain(['lstsq', 'triangularSolve'], [square, y]),
  searchSorted: { operands: [x, y], call: (a, b) => nabla.searchSorted(a, b) },
  where: { operands: [x, y], call: (a, b) => nabla.where(tensor([true, false]), a, b) },
  formula: { operands: [x, y], call: (a, b) => formula('a * b + 1')(a, b) },
  'formula by name': { operands: [x, y], call: (a, b) => formula('a * b + 1')({ a, b }) },
  'formula of several lines': {
    operands: [x, y],
    call: (a, b) => Object.values(formula('u = a * b\nv = u + a')(a, b)),
  },
  stack: { operands: [x, y], call: (...xs) => nabla.stack(xs) },
  concat: { operands: [x, y], call: (...xs) => nabla.concat(xs) },
  meshgrid: { operands: [x, y], call: (...xs) => nabla.meshgrid(xs) },
  einsum: { operands: [x, y], call: (a, b) => nabla.einsum('i,j->ij', a, b) },
  scatterAdd: { operands: [x, y], call: (a, b) => nabla.scatterAdd(a, [0, 1], b) },
  withSlice: { operands: [x, [0.3]], call: (a, b) => nabla.withSlice(a, '0:1', b) },
  grad: { operands: [x, y], call: (a, b) => grad(product)(a, b), isFloat: true },
  grads: { operands: [x, y], call: (a, b) => nabla.grads(product)(a, b), isFloat: true },
  valueAndGrad: { operands: [x, y], call: (a, b) => nabla.valueAndGrad(product)(a, b), isFloat: true },
  jacobian: { operands: [x, y], call: (a, b) => jacobian((p, q) => p.mul(q))(a, b), isFloat: true },
  hessian: { operands: [x, y], call: (a, b) => nabla.hessian((p, q) => p.mul(p).mul(q).sum())(a, b), isFloat: true },
  vjp: {
    operands: [x, y],
    call: (a, b) => {
      const [value, pullback] = nabla.vjp(product, a, b)
      return [value, ...pullback(1)]
    },
    isFloat: true,
  },
  jvp: { operands: [x, y], call: (a, b) => nabla.jvp((p) => p.square(), [a], [b]), isFloat: true },
  hvp: { operands: [x, y], call: (a, b) => nabla.hvp((p) => p.mul(p).mul(p).sum(), a, b), isFloat: true },
  checkpoint: { operands: [x, y], call: (a, b) => nabla.checkpoint((p, q) => p.mul(q), a, b), isFloat: true },
  vectorize: { operands: [x, y], call: (a, b) => nabla.vectorize((p, q) => p.mul(q))(a, b), isFloat: true },
  customGradient: {
    operands: [x, y],
    call: (a, b) =>
      nabla.customGradient(
        (p, q) => p.mul(q),
        (g, { inputs: [p, q] }) => [g.mul(q), g.mul(p)],
      )(a, b),
    isFloat: true,
  },
}

/** They take several sets of numbers that are no operands of one operation. */
const apart: Record<string, string> = {
  batches: 'examples and targets',
  gather: 'indices',
  takeAlongAxis: 'indices',
  gatherND: 'indices',
  booleanMask: 'a mask',
  embedding: 'indices',
  scatterND: 'indices',
  segmentSum: 'indices',
  confusionMatrix: 'labels and predictions, which are counted',
  classificationReport: 'labels and predictions, which are counted',
  gradcheck: 'all are float64',
  gradgradcheck: 'all are float64',
  backward: 'a gradient, below',
  gradientsOfLeaves: 'a gradient, as backward',
  trace: 'one matrix; the other function of this name is not exported',
}

/** Exported functions that mention several operands, or return a function of some. */
function functionsOfSeveral(): string[] {
  const found = new Set<string>()
  for (const file of filesBelow('src', '.ts')) {
    for (const node of nodes(syntaxTree(file))) {
      if (!ts.isFunctionDeclaration(node) || !node.name || !(node.name.text in nabla)) continue
      const types = node.parameters.map((p) => p.type?.getText() ?? '')
      const lists = [...types, node.type?.getText() ?? ''].filter((type) => /TensorLike\[\]/.test(type))
      const single = types.filter((type) => /^(Tensor|TensorLike)$/.test(type))
      const isOfSeveral = lists.length > 0 || (single.length > 1 && single.includes('TensorLike'))
      if (isOfSeveral) found.add(node.name.text)
    }
  }
  return [...found].sort()
}

test('every function of several operands has a row', (t) => {
  const known = [...Object.keys(rows), ...Object.keys(apart)]
  t.deepEqual(
    functionsOfSeveral().filter((name) => !known.includes(name)),
    [],
  )
  t.true(functionsOfSeveral().length > 50)
})

const map = (data: NestedArray, f: (n: number) => number): NestedArray =>
  Array.isArray(data) ? data.map((part) => map(part, f)) : f(data as number)

const whole = (data: NestedArray) => map(data, (n) => 2 ** 24 + 1 + Math.round(10 * n))
const small = (data: NestedArray) => map(data, (n) => Math.round(10 * n))
const truth = (data: NestedArray) => map(data, (n) => Number(n > 0.25))

const results = (values: Tensor | readonly Tensor[]) =>
  [values].flat().map((value) => ({ dtype: (value as Tensor).dtype, numbers: (value as Tensor).toArray() }))

/** What a call gives, or the error that it throws. */
function outcome(row: Row, operands: readonly TensorLike[]): unknown {
  try {
    return results(row.call(...operands))
  } catch (error) {
    return String(error)
  }
}

/** The tensors' dtype and numbers, the plain operand's numbers, and the dtype that it must take. */
const settings: [
  beside: DType,
  (data: NestedArray) => NestedArray,
  (data: NestedArray) => NestedArray,
  wanted: DType,
][] = [
  ['float64', (data) => data, (data) => data, 'float64'],
  ['float32', (data) => data, (data) => data, 'float32'],
  ['int32', whole, whole, 'int32'],
  ['int32', small, (data) => data, 'float32'],
  ['int32', small, (data) => map(data, (n) => 2 ** 31 + Math.round(n)), 'float32'],
  ['bool', truth, small, 'int32'],
]

for (const [name, row] of Object.entries(rows)) {
  test(`${name}: a plain operand takes the dtype of those beside it`, (t) => {
    for (const [beside, ofTensor, ofPlain, wanted] of settings) {
      const taken = row.isFloat && wanted === 'int32' ? 'float32' : wanted
      row.operands.forEach((_, i) => {
        const others = row.operands.map((data) => tensor(ofTensor(data), { dtype: beside }))
        const operand = ofPlain(row.operands[i])
        const got = outcome(row, others.with(i, operand as never))
        const want = outcome(row, others.with(i, tensor(operand, { dtype: taken })))
        t.deepEqual(got, want, `operand ${i} beside ${beside}`)
      })
    }
  })
}

test('a plain number takes the dtype beside it as an array does', (t) => {
  const names = ['add', 'sub', 'mul', 'div', 'mod', 'floorDiv', 'squaredDifference', 'maximum', 'minimum', 'equal']
  for (const name of [...names, 'less', 'atan2', 'where', 'withSlice', 'scatterAdd', 'formula', 'lerp', 'clip']) {
    const row = rows[name]
    for (const [beside, ofTensor, ofPlain] of settings) {
      row.operands.forEach((_, i) => {
        if (name === 'withSlice' || name === 'scatterAdd' ? i === 0 : row.operands.length === 3 && i > 0) return
        const others = row.operands.map((data) => tensor(ofTensor(data), { dtype: beside }))
        const n = ofPlain(0.3) as number
        t.deepEqual(
          outcome(row, others.with(i, n as never)),
          outcome(row, others.with(i, [n] as never)),
          `${name} ${i}`,
        )
      })
    }
  }
})

test('typed arrays and booleans have a dtype of their own; all other typed arrays are plain', (t) => {
  const d = tensor([0.1, 0.7], { dtype: 'float64' })
  t.is(d.add(Float32Array.of(0.1, 0.2)).toArray<number[]>()[0], 0.1 + Math.fround(0.1))
  t.is(ones([2]).add(Float64Array.of(0.1, 0.2)).toArray<number[]>()[0], 1.1)
  t.is(nabla.add(Float64Array.of(0.1), [0.2]).item(), 0.1 + 0.2)
  t.is(nabla.stack([Float64Array.of(0.1), [0.2]]).toArray<number[][]>()[1][0], 0.2)
  t.is(d.add(Uint32Array.of(2 ** 32 - 1, 0)).toArray<number[]>()[0], 2 ** 32 - 1 + 0.1)
  t.is(tensor([1], { dtype: 'int32' }).add(Uint8Array.of(2)).dtype, 'int32')
  t.is(tensor([1], { dtype: 'int32' }).add(Float32Array.of(2)).dtype, 'float32')
  t.is(tensor([1], { dtype: 'int32' }).add([true]).dtype, 'int32')
  t.is(tensor([true]).maximum([true]).dtype, 'bool')
  t.is(nabla.add([1, 2], [3, 4]).dtype, 'float32')
  t.is(nabla.add([true, true], [3, 4]).dtype, 'float32')
  t.is(cast([0.1], 'float64').item(), 0.1)
  t.is(cast(0.1, 'float64').item(), 0.1)
  t.is(cast([2 ** 24 + 1], 'int32').item(), 2 ** 24 + 1)
  t.is(cast([1.7], 'int32').item(), 1)
})

test('a negative exponent of integers is a float, as a number and in an array', (t) => {
  const whole = tensor([2, 4], { dtype: 'int32' })
  t.deepEqual(whole.pow([-1, 2]).toArray(), [0.5, 16])
  t.deepEqual(whole.pow(-1).toArray(), [0.5, 0.25])
  t.is(whole.pow([1, 2]).dtype, 'int32')
  t.throws(() => whole.pow(Int32Array.of(-1, 2)), { instanceOf: nabla.DTypeError })
})

test('variables are assigned, and gradients begun, in the dtype of the variable', (t) => {
  const v = variable([1, 1], { dtype: 'float64' })
  t.deepEqual(v.assignAdd([0.1, 0.7]).toArray(), [1.1, 1.7])
  t.deepEqual(v.assignSub([0.1, 0.7]).toArray(), [1.1 - 0.1, 1.7 - 0.7])
  t.deepEqual(v.assign([0.1, 0.7]).toArray(), [0.1, 0.7])
  const count = variable([2 ** 24], { dtype: 'int32', trainable: false })
  t.deepEqual(count.assignAdd([1]).toArray(), [2 ** 24 + 1])
  t.deepEqual(count.assignAdd(1).toArray(), [2 ** 24 + 2])
  v.mul(1).backward([0.1, 0.7])
  t.deepEqual(v.grad?.toArray(), [0.1, 0.7])
  const [, pullback] = nabla.vjp((p) => p.mul(1), v)
  t.deepEqual(pullback([0.1, 0.7])[0].toArray(), [0.1, 0.7])
  const w = variable(1, { dtype: 'float64' })
  w.mul(1).backward(0.1)
  t.is(w.grad?.item(), 0.1)
})

test('indices, probabilities and what gradcheck is given are read as they are', (t) => {
  const size = 2 ** 24 + 2
  const long = zeros([size], { dtype: 'bool' }).withSlice([2 ** 24 + 1], true)
  t.deepEqual(long.gather([2 ** 24 + 1]).toArray(), [true])
  t.deepEqual(long.takeAlongAxis([2 ** 24 + 1]).toArray(), [true])
  t.deepEqual(long.gatherND([[2 ** 24 + 1]]).toArray(), [true])
  t.is(
    bernoulli([4], { p: [0, 1, 0, 1] })
      .sum()
      .item(),
    2,
  )
  t.deepEqual(multinomial([1e-300, 0], 1).toArray(), [0]) // which float32 takes for 0
  t.true(
    gradcheck(
      (p) => {
        t.true([0.1, 0.1 + 1e-3, 0.1 - 1e-3].some((n) => Math.abs(n - p.item()) < 1e-2))
        return p.square()
      },
      [0.1],
    ),
  )
  let seen = 0
  gradcheck(
    (p) => {
      seen ||= p.item()
      return p.mul(2)
    },
    [0.1],
  )
  t.is(seen, 0.1)
})

test('Dropout scales float64 by the float64 factor', (t) => {
  const kept = new Dropout(0.1, { seed: 1 }).call(ones([20], { dtype: 'float64' }), { training: true })
  t.is(kept.dtype, 'float64')
  t.deepEqual([...new Set(kept.dataSync())].sort(), [0, 1 / 0.9])
  const single = new Dropout(0.1, { seed: 1 }).call(ones([20]), { training: true })
  t.is(single.dtype, 'float32')
  t.deepEqual([...new Set(single.dataSync())].sort(), [0, Math.fround(1 / 0.9)])
})

test('what float32 rounds is not sorted, averaged or squared in float32', (t) => {
  const big = tensor([2 ** 24 + 1, 2 ** 24 + 3, 2 ** 24 + 5], { dtype: 'int32' })
  t.is(big.median().item(), 2 ** 24 + 3)
  t.deepEqual(big.quantile([0, 0.25, 1]).toArray(), [2 ** 24 + 1, 2 ** 24 + 2, 2 ** 24 + 5])
  t.is(
    tensor([2 ** 31 - 1, 2 ** 31 - 2], { dtype: 'int32' })
      .median()
      .item(),
    2 ** 31 - 1.5,
  )
  t.is(big.variance().item(), 4)
  t.is(big.variance().dtype, 'float32')
  t.is(big.std().item(), 2)
  t.deepEqual(big.softmax().toArray(), tensor([0, 2, 4], { dtype: 'float64' }).softmax().cast('float32').toArray())
  t.is(big.softmax().dtype, 'float32')
  t.is(big.logSumExp().dtype, 'float32')
  t.is(big.moments().variance.item(), Math.fround(8 / 3))
  const rows = tensor([[2 ** 24 + 1, 2 ** 24 + 3], [7, 5]], { dtype: 'int32' }) // biome-ignore format: as a matrix
  t.deepEqual([nabla.cov(rows).toArray(), nabla.cov(rows).dtype], [[[2, -2], [-2, 2]], 'float32']) // biome-ignore format: as a matrix
  t.is(nabla.cov(rows.slice('0:1')).item(), 2)
  t.deepEqual(nabla.corrcoef(rows).toArray(), [[1, -1], [-1, 1]]) // biome-ignore format: as a matrix
  const near = tensor([2 ** 24 + 1, -(2 ** 24)], { dtype: 'int32' })
  t.is(nabla.trapezoid(near).item(), 0.5)
  t.is(nabla.trapezoid(near, { x: [1, 2] }).dtype, 'float32')
  t.is(near.norm(1).item(), 2 ** 25)
  t.is(near.logCumSumExp().dtype, 'float32')
  const { counts, edges } = big.histogram(2)
  t.deepEqual([edges.dtype, edges.toArray()], ['float64', [2 ** 24 + 1, 2 ** 24 + 3, 2 ** 24 + 5]])
  t.deepEqual([counts.dtype, counts.toArray()], ['int32', [1, 2]])
  const matrix = tensor([[2 ** 24 + 1, 2 ** 24], [1, 1]], { dtype: 'int32' }) // biome-ignore format: as a matrix
  t.deepEqual([nabla.determinant(matrix).item(), nabla.determinant(matrix).dtype], [1, 'float32'])
  t.deepEqual(nabla.solve(matrix, tensor([1, 0], { dtype: 'int32' })).toArray(), [1, -1])
  t.is(tensor([0.1, 0.7, 0.2], { dtype: 'float64' }).median().item(), 0.2)
  t.is(tensor([0.1, 0.7], { dtype: 'float64' }).quantile(0.1).item(), 0.1 + 0.1 * (0.7 - 0.1))
})

test('solve promotes as every operation of two does', (t) => {
  for (const a of ['int32', 'float32', 'float64'] as const) {
    for (const b of ['int32', 'float32', 'float64'] as const) {
      const x = nabla.solve(tensor([[2, 0], [0, 4]], { dtype: a }), tensor([2, 8], { dtype: b })) // biome-ignore format: as a matrix
      t.deepEqual([x.dtype, x.toArray()], [a === 'float64' || b === 'float64' ? 'float64' : 'float32', [1, 2]])
    }
  }
})

test('a Jacobian of nothing has the dtype of the argument', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const y = jacobian((p) => p.square())(zeros([0, 2], { dtype }))
    t.is(y.dtype, dtype)
    t.deepEqual(y.shape, [0, 2, 0, 2])
  }
})
