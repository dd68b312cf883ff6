import test from 'ava'
import { OptionError } from '../../src/errors.js'
import { generator } from '../../src/kernels/random.js'

/** n numbers of a stream. */
const draw = (n: number, next: () => number) => Array.from({ length: n }, next)
const mean = (x: number[]) => x.reduce((sum, v) => sum + v, 0) / x.length
/** The mean of the k-th powers. */
const moment = (x: number[], k: number) => mean(x.map((v) => v ** k))

test('the numbers of a seed are recorded, so that every engine and every version must give the same', (t) => {
  const g = generator(42)
  t.deepEqual(
    draw(3, () => g.uniform()),
    [0.9743606879800585, 0.7062908392376968, 0.43333469349764586],
  )
  t.deepEqual(
    draw(4, () => g.normal()),
    [0.47903328287697977, -1.6123612448274474, 0.6321938564553784, -0.04134364855958138],
  )
  t.deepEqual(
    draw(5, () => g.int(10)),
    [0, 0, 1, 8, 9],
  )
  t.deepEqual([...g.permutation(8)], [7, 0, 4, 2, 3, 6, 5, 1])
})

test('a seed gives the same stream twice, another seed another one', (t) => {
  const stream = (seed: number) => {
    const g = generator(seed)
    return draw(10, () => g.uniform())
  }
  t.deepEqual(stream(7), stream(7))
  t.notDeepEqual(stream(7), stream(8))
  t.notDeepEqual(stream(1), stream(1 + 2 ** 32))
  t.notDeepEqual(stream(1), stream(-1))
})

test('the first numbers of neighbouring seeds are unrelated', (t) => {
  const n = 4000
  const first = draw(
    n,
    (
      (seed = 0) =>
      () =>
        generator(seed++).uniform()
    )(),
  )
  t.true(Math.abs(mean(first) - 1 / 2) < 4 * Math.sqrt(1 / 12 / n))
  const products = first.slice(1).map((v, i) => (v - 0.5) * (first[i] - 0.5))
  t.true(Math.abs(mean(products)) < 4 * (1 / 12 / Math.sqrt(n)))
})

test('uniform numbers lie in [0, 1) and have the moments of the uniform distribution', (t) => {
  const g = generator(1)
  const n = 100_000
  for (const x of [draw(n, () => g.uniform()), draw(n, () => g.uniform32())]) {
    t.true(x.every((v) => v >= 0 && v < 1))
    for (const k of [1, 2, 3]) {
      const deviation = Math.sqrt(1 / (2 * k + 1) - 1 / (k + 1) ** 2)
      t.true(Math.abs(moment(x, k) - 1 / (k + 1)) < (4 * deviation) / Math.sqrt(n), `moment ${k}`)
    }
  }
})

test('uniform32 gives numbers that float32 holds exactly', (t) => {
  const g = generator(2)
  t.true(draw(1000, () => g.uniform32()).every((v) => v === Math.fround(v)))
})

test('normal numbers have the moments of the normal distribution and no memory', (t) => {
  const g = generator(3)
  const n = 200_000
  const x = draw(n, () => g.normal())
  // Of x^k: the mean and the variance, in closed form.
  const expected = [
    { k: 1, mean: 0, variance: 1 },
    { k: 2, mean: 1, variance: 2 },
    { k: 3, mean: 0, variance: 15 },
    { k: 4, mean: 3, variance: 96 },
  ]
  for (const e of expected)
    t.true(Math.abs(moment(x, e.k) - e.mean) < 4 * Math.sqrt(e.variance / n), `moment ${e.k}: ${moment(x, e.k)}`)
  const lagged = x.slice(1).map((v, i) => v * x[i])
  t.true(Math.abs(mean(lagged)) < 4 / Math.sqrt(n))
})

test('the share of normal numbers below -1, 0, 1 and 2 is the normal distribution’s', (t) => {
  const g = generator(4)
  const n = 200_000
  const x = draw(n, () => g.normal())
  const shares = { '-1': 0.15865525, '0': 0.5, '1': 0.84134475, '2': 0.97724987 }
  for (const [bound, p] of Object.entries(shares)) {
    const share = x.filter((v) => v < Number(bound)).length / n
    t.true(Math.abs(share - p) < 4 * Math.sqrt((p * (1 - p)) / n), `below ${bound}: ${share}`)
  }
})

test('normal numbers are what the polar method gives with Math.log, to the last few bits', (t) => {
  const [normals, uniforms] = [generator(5), generator(5)]
  for (let i = 0; i < 2000; i++) {
    let [u, v, s] = [0, 0, 0]
    while (s === 0 || s >= 1) {
      u = 2 * uniforms.uniform() - 1
      v = 2 * uniforms.uniform() - 1
      s = u * u + v * v
    }
    for (const part of [u, v]) {
      const expected = part * Math.sqrt((-2 * Math.log(s)) / s)
      t.true(Math.abs(normals.normal() - expected) <= 8 * Number.EPSILON * Math.abs(expected))
    }
  }
})

test('int(n) gives each of 0 … n - 1 equally often, and 0 for n = 1', (t) => {
  const g = generator(6)
  const [n, draws] = [7, 70_000]
  const counts = new Array(n).fill(0)
  for (let i = 0; i < draws; i++) counts[g.int(n)]++
  const chiSquare = counts.reduce((sum, c) => sum + (c - draws / n) ** 2 / (draws / n), 0)
  t.true(chiSquare < 22.5, `χ² = ${chiSquare}, of which 22.5 is exceeded once in a thousand times`)
  t.is(g.int(1), 0)
})

test('int(n) is not biased where n does not divide 2^32', (t) => {
  const g = generator(8)
  const n = 3 * 2 ** 30
  const draws = 40_000
  let low = 0
  for (let i = 0; i < draws; i++) if (g.int(n) < n / 3) low++
  t.true(Math.abs(low / draws - 1 / 3) < 4 * Math.sqrt(2 / 9 / draws), `a third of them: ${low / draws}`)
})

test('a permutation holds every number once, and every order comes equally often', (t) => {
  const g = generator(9)
  t.deepEqual(
    [...g.permutation(100)].sort((a, b) => a - b),
    draw(
      100,
      (
        (i = 0) =>
        () =>
          i++
      )(),
    ),
  )
  t.is(g.permutation(0).length, 0)
  const counts = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const order = g.permutation(3).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  t.is(counts.size, 6)
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 4 * Math.sqrt(1000 * (5 / 6)))
})

test('a seed or a bound that is no whole number is an error that says so', (t) => {
  for (const seed of [1.5, Number.NaN, Infinity, '1' as unknown as number]) {
    const error = t.throws(() => generator(seed), { instanceOf: OptionError })
    t.true(error?.message.startsWith('random: the seed must be a whole number, received'))
  }
  for (const n of [0, -1, 2.5, 2 ** 33]) t.throws(() => generator(1).int(n), { instanceOf: OptionError })
})
