/**
 * Checks of primitives beyond what the table of operations reaches: sizes, special numbers, dtypes, changes of the back end.
 */
import {
  arange,
  concat,
  eye,
  formula,
  getBackend,
  gradcheck,
  qr,
  randomNormal,
  setBackend,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '../../src/index.js'
import { equal, near, ok, throws } from './assert.js'
import { type Checks, difference } from './suite.js'

/** The same numbers in float64. Those of a WebGPU tensor have to be awaited before. */
const double = (x: Tensor) => tensor(x.dataSync(), { shape: x.shape, dtype: 'float64' })

/** The tensor, when its numbers have come. */
async function settled(x: Tensor): Promise<Tensor> {
  await x.data()
  return x
}

export const checks: Checks = {
  'the back end says what it is': async (api) => {
    const { name, detail } = getBackend()
    equal(name, 'gpu')
    ok(new RegExp(api, 'i').test(detail), detail)
  },

  'long sums are trees: 100,000 random numbers within 1e-6': async () => {
    const x = randomNormal([100_000], { seed: 1 }).add(1)
    const [sum] = await x.sum().data()
    const numbers = Array.from(await x.data())
    const exact = numbers.reduce((a, b) => a + b, 0)
    ok(Math.abs(sum - exact) < 1e-6 * exact, `${sum}, not ${exact}`)
    const squares = numbers.reduce((a, b) => a + b * b, 0)
    await near(x.square().mean(), [squares / 1e5], 1e-6)
    await near(x.dot(x).div(1e5), [squares / 1e5], 1e-6)
    await near(
      x
        .reshape([2, 1, -1])
        .matmul(x.reshape([2, -1, 1]))
        .sum()
        .div(1e5),
      [squares / 1e5],
      1e-6,
    )
  },

  'sums over more than 1000 numbers lose none': async () => {
    await near(zeros([5000]).add(1).sum(), [5000], 0)
    await near(zeros([3, 5000, 2]).add(1).sum(1).flatten(), [5000, 5000, 5000, 5000, 5000, 5000], 0)
    await near(
      zeros([2, 3000])
        .add(1)
        .matmul(zeros([3000, 2]).add(1))
        .flatten(),
      [3000, 3000, 3000, 3000],
      0,
    )
  },

  'powers of 1 and −1 and remainders by ±∞ are those of NumPy': async () => {
    const inf = Number.POSITIVE_INFINITY
    await near(tensor([1, 1, -1, 2, Number.NaN]).pow(tensor([inf, -inf, inf, 0, 0])), [1, 1, 1, 1, 1], 0)
    await near(tensor([0.5, 3, -3, 7]).mod(tensor([inf, inf, -inf, 4])), [0.5, 3, -3, 3], 0)
    equal(
      Array.from(
        await tensor([-0.5, 2])
          .mod(tensor([inf, -inf]))
          .data(),
      ),
      [inf, -inf],
    )
  },

  'matrix products of odd sizes, batches and both transposes': async () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [7, 13, 5],
      [33, 65, 17],
      [128, 3, 100],
    ]) {
      const a = randomNormal([m, k], { seed: m })
      const b = randomNormal([n, k], { seed: n })
      const c = randomNormal([2, k, m], { seed: k })
      ok((await difference(a.matmul(b, { transposeB: true }), double(a).matmul(double(b).transpose()))) < 1e-5, 'a·bᵀ')
      const want = double(c).transpose([0, 2, 1]).matmul(double(b).transpose())
      ok((await difference(c.matmul(b, { transposeA: true, transposeB: true }), want)) < 1e-5, 'cᵀ·bᵀ')
    }
  },

  'random shapes broadcast as on the CPU': async () => {
    const sizes = [1, 2, 3, 1, 4]
    for (let seed = 0; seed < 12; seed++) {
      const size = (i: number) => sizes[(seed * 3 + i * 7) % 5]
      const full = [size(0), size(1), size(2), size(3)].map((n) => n * (1 + (seed % 2)))
      const a = randomNormal(
        full.map((n, i) => ((seed >> i) & 1 ? 1 : n)),
        { seed },
      )
      const b = randomNormal(full.slice(seed % 3), { seed: seed + 100 })
      const f = formula('a * b + tanh(a) - b^2')
      ok((await difference(f(a, b), f(double(a), double(b)))) < 1e-5, `seed ${seed}`)
    }
  },

  'functions keep their accuracy far from 0 and close to it': async () => {
    const x = tensor([1e-6, -1e-4, 0.01, 0.3, -0.7, 1.5, -3, 8, -12, 30, -50, 80])
    for (const name of ['exp', 'expm1', 'sin', 'cos', 'tanh', 'atan', 'asinh', 'erf', 'sigmoid', 'softplus']) {
      const f = formula(`${name}(x)`)
      const [got, want] = [await f(x).data(), f(double(x)).dataSync()]
      for (let i = 0; i < want.length; i++) {
        const tolerance = name === 'exp' || name === 'expm1' || name === 'sigmoid' ? 1e-5 : 1e-4
        const error = Math.abs(got[i] - want[i])
        ok(
          error <= tolerance * Math.abs(want[i]) + 1e-30 || got[i] === want[i],
          `${name}(${x.dataSync()[i]}): ${got[i]}, not ${want[i]}`,
        )
      }
    }
  },

  'inputs and results may be named as what every object has': async () => {
    const [one, two, three] = [[1], [2], [3]].map((x) => tensor(x).mul(1))
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) {
      const f = formula(`${name}2 = 2 * ${name}; ${name} = ${name}2 + x; y = ${name} * toFixed`)
      await near((f(one, two, three) as unknown as Record<string, Tensor>).y, [12], 0, name)
    }
  },

  'logarithms of powers of the base, and powers of whole numbers, are whole': async () => {
    const whole = Array.from({ length: 76 }, (_, i) => i - 37)
    await near(tensor(whole.map((n) => 2 ** n)).log2(), whole, 0)
    await near(tensor(whole.map((n) => 10 ** n)).log10(), whole, 0)
    await near(tensor([3, -3, 7, 2, 5]).pow(tensor([15, 3, 8, -3, 0])), [14348907, -27, 5764801, 0.125, 1], 0)
    const bases = tensor([3, 4000, -7]).mul(1).cast('int32')
    equal([...(await bases.pow(2).data())], [9, 16000000, 49])
    equal([...(await bases.pow(tensor([15, 1, 3], { dtype: 'int32' })).data())], [14348907, 4000, -343])
  },

  'functions that are formulas are right at the edges and in the tail': async () => {
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
    await near(tensor([3, 3e30, 0, inf]).hypot([4, 4e30, 0, 1]), [5, 5e30, 0, inf], 1e-6)
    await near(tensor([0, 1, 2.5, 1e-4]).sinc(), [1, 0, 0.12732395, 1 - 1.6449341e-8], 1e-6)
    await near(tensor([0, 200, -inf, inf]).logaddexp([0, 200, -inf, -inf]), [Math.LN2, 200.69315, -inf, inf], 1e-6)
    await near(tensor([0, 2]).xlogy([0, 3]), [0, 2.1972246], 1e-6)
    await near(tensor([0, 0.5, -1]).erfinv(), [0, 0.47693628, -inf], 1e-5)
    await near(tensor([-8, 0, 1e30]).cbrt(), [-2, 0, 1e10], 1e-6)
    await near(tensor([-1.5, 1.5, -2]).trunc(), [-1, 1, -2], 0)
    await near(tensor([-1, 0, 2]).heaviside(0.25), [0, 0.25, 1], 0)
    await near(tensor([3, -3]).copysign([-1, 2]), [-3, 3], 0)
    const tail = await tensor([0.5, 3, 5, 8]).erfc().data()
    const wanted = [0.47950012, 2.2090497e-5, 1.53745979e-12, 1.12242972e-29]
    for (const [i, x] of tail.entries()) ok(Math.abs(x / wanted[i] - 1) < 1e-5, `erfc: ${x}, not ${wanted[i]}`)
    ok(Number.isNaN((await tensor([0, nan]).erfc().data())[1]), 'erfc(NaN)')
  },

  'infinities and NaN pass through': async () => {
    const x = tensor([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1])
    await near(x.mul(2).isNaN().cast('float32'), [0, 0, 1, 0], 0)
    await near(x.add(1).isFinite().cast('float32'), [0, 0, 0, 1], 0)
    await near(tensor([1, 2]).mul(Number.POSITIVE_INFINITY), [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0)
    ok(Number.isNaN((await x.relu().data())[2]), 'relu(NaN)')
    ok(Number.isNaN((await x.max().data())[0]), 'max with NaN')
  },

  'empty tensors and scalars work': async () => {
    await near(zeros([0]).add(1).sum(), [0], 0)
    equal((await zeros([0, 3]).exp().data()).length, 0)
    await near(concat([zeros([0, 2]), tensor([[1, 2]])]).flatten(), [1, 2], 0)
    await near(tensor(2).mul(3), [6], 0)
    await near(
      zeros([2, 0])
        .matmul(zeros([0, 2]))
        .flatten(),
      [0, 0, 0, 0],
      0,
    )
  },

  'what only the GPU has meets empty tensors': async () => {
    const x = tensor([[1, 2]]).mul(3)
    const none = zeros([0, 2])
    for (const empty of [x.add(none), x.slice('0:0'), x.gather([]), none.matmul(x.transpose()), concat([none, none])])
      equal([empty.size, (await empty.data()).length], [0, 0])
    await near(concat([none, x]).flatten(), [3, 6], 0)
    await near(x.matmul(zeros([2, 0])).flatten(), [], 0)
  },

  'pieces are placed where they belong: concat, flip, pad, stack of many': async () => {
    const a = arange(6).cast('float32').reshape([2, 3])
    const b = a.add(10)
    await near(concat([a, b, a], 1).flatten(), [0, 1, 2, 10, 11, 12, 0, 1, 2, 3, 4, 5, 13, 14, 15, 3, 4, 5], 0)
    await near(a.slice('::-1, ::2').flatten(), [3, 5, 0, 2], 0)
  },

  'sorting, arg extremes and running sums': async () => {
    const x = tensor([3, 1, 2, 1, 5, 4]).mul(1)
    await near(x.sort(), [1, 1, 2, 3, 4, 5], 0)
    await near(x.argSort().cast('float32'), [1, 3, 2, 0, 5, 4], 0)
    await near(x.argMax().cast('float32'), [4], 0)
    await near(x.cumsum(), [3, 4, 6, 7, 12, 16], 1e-6)
    await near(x.cumprod(), [3, 3, 6, 6, 30, 120], 1e-6)
  },

  'decompositions of batches, with rows to exchange, as on the CPU': async () => {
    const a = randomNormal([2, 5, 5], { seed: 1 }).mul(1)
    const b = randomNormal([2, 5, 3], { seed: 2 }).mul(1)
    const tall = randomNormal([2, 6, 3], { seed: 3 }).mul(1)
    const positive = a.matmul(a, { transposeB: true }).add(eye(5))
    const unread = [a.solve(b), a.inverse(), a.determinant(), positive.cholesky(), qr(tall).q, qr(tall).r]
    for (const x of [a, b, tall, positive]) await settled(x)
    const exact = [
      double(a).solve(double(b)),
      double(a).inverse(),
      double(a).determinant(),
      double(positive).cholesky(),
    ]
    const { q, r } = qr(double(tall))
    for (const [i, want] of [...exact, q, r].entries()) {
      ok((await difference(unread[i], want)) < 1e-5, `decomposition ${i}`)
    }
    const swap = tensor([
      [0, 1],
      [2, 0],
    ]).mul(1)
    await near(swap.determinant(), [-2], 1e-6)
    await near(swap.solve([1, 4]), [2, 1], 1e-6)
    await near(zeros([2, 2]).add(1).determinant(), [0], 1e-6)
  },

  'long rows are sorted, and equal numbers keep their order': async () => {
    const x = randomNormal([2, 1500], { seed: 1 })
      .mul(3)
      .round()
      .add(tensor([[0], [1]]))
    const wanted = double(await settled(x))
    equal([...(await x.argSort().data())], [...wanted.argSort().dataSync()])
    equal(
      [...(await x.argSort(-1, { descending: true }).data())],
      [...wanted.argSort(-1, { descending: true }).dataSync()],
    )
    const odd = zeros([1100]).add(1).withSlice([3], Number.NaN).withSlice([1000], Number.NEGATIVE_INFINITY)
    const order = await odd.argSort().data()
    equal([order[0], order[1], order[1099], order[1098]], [1000, 0, 3, 1099])
  },

  'rows are added up where they belong, many to one, in order': async () => {
    const rows = randomNormal([300, 3], { seed: 1 }).mul(1)
    const indices = tensor(
      Array.from({ length: 300 }, (_, i) => (i * i) % 7),
      { dtype: 'int32' },
    )
    const got = zeros([9, 3]).scatterAdd(indices, rows)
    const unread = zeros([9, 3]).scatterAdd(indices.cast('float32').add(0).cast('int32'), rows)
    const want = zeros([9, 3], { dtype: 'float64' }).scatterAdd(indices, double(await settled(rows)))
    ok((await difference(got, want)) < 1e-5, 'indices on the CPU')
    ok((await difference(unread, want)) < 1e-5, 'indices on the GPU')
  },

  'whole numbers are exact: on the CPU beyond 2²⁴, on the GPU up to it': async () => {
    const big = tensor([16777217, 123456789], { dtype: 'int32' })
    equal([...big.add(1).dataSync()], [16777218, 123456790])
    await throws(
      () =>
        big
          .cast('float32')
          .add(big)
          .data()
          .then(() => zeros([2]).mul(0).add(big).data()),
      /2\^?24|16777216|exact/,
    )
    const small = tensor([5, -7, 9]).mul(1).argSort().mul(3)
    equal([...(await small.data())], [3, 0, 6])
    const quotients = tensor([7, -7, 6])
      .mul(1)
      .cast('int32')
      .floorDiv(tensor([2, 2, 3], { dtype: 'int32' }))
    equal([...(await quotients.data())], [3, -4, 2])
  },

  'float64 is computed on the CPU, in full precision': async () => {
    const x = tensor([1, 1e-12], { dtype: 'float64' }).sum()
    ok(x.item() === 1 + 1e-12, String(x.item()))
    ok(
      gradcheck((a) => a.tanh().mul(a), [tensor([0.3, -0.2], { dtype: 'float64' })]),
      'gradcheck',
    )
  },

  'tensors and variables are carried along when the back end changes': async (api) => {
    await setBackend('cpu')
    const x = tensor([1, 2, 3])
    const w = variable([1, 1, 1])
    const made = x.mul(2)
    await setBackend('gpu', { allowSoftware: true, api })
    const y = made.mul(x)
    w.assign(y)
    await near(w, [2, 8, 18], 0)
    await setBackend('cpu')
    equal([...y.dataSync()], [2, 8, 18])
    equal([...w.dataSync()], [2, 8, 18])
    w.assignAdd([1, 1, 1])
    equal([...w.mul(y).dataSync()], [6, 72, 342])
    await setBackend('gpu', { allowSoftware: true, api })
    await near(w.add(y), [5, 17, 37], 0)
  },

  'a copy of a variable does not change with it': async () => {
    const w = variable([1, 2])
    const before = w.detach()
    w.assign(w.detach().mul(10))
    const between = w.detach()
    w.assign([0, 0])
    await near(before, [1, 2], 0)
    await near(between, [10, 20], 0)
  },

  'numbers that only WebGPU has cannot be read at once': async (api) => {
    const y = tensor([1, 2]).mul(3)
    if (api === 'webgpu') {
      await throws(() => y.dataSync(), /await t\.data\(\)/)
      ok(/^Tensor \[2\] float32\n\(on the GPU; await/.test(String(y)), String(y))
    } else equal([...y.dataSync()], [3, 6])
    await y.data()
    equal([...y.dataSync()], [3, 6])
    ok(/\[3, 6\]/.test(String(y)), String(y))
  },

  'a tensor that is too large is refused': async () => {
    await throws(
      () =>
        zeros([4097, 4096])
          .add(zeros([1]))
          .data(),
      /too large/,
    )
  },
}
