/**
 * Random tensors: seeded, the same numbers everywhere, with the distributions they promise.
 */
import test from 'ava'
import {
  arange,
  bernoulli,
  getRandomState,
  multinomial,
  OptionError,
  permutation,
  randomInt,
  randomNormal,
  randomUniform,
  setRandomState,
  setSeed,
  shuffle,
  type Tensor,
  tensor,
  truncatedNormal,
} from '../../src/index.js'

const draws: Record<string, (seed?: number) => Tensor> = {
  randomUniform: (seed) => randomUniform([4], { seed }),
  'randomUniform in float64': (seed) => randomUniform([4], { seed, dtype: 'float64' }),
  randomNormal: (seed) => randomNormal([4], { seed }),
  truncatedNormal: (seed) => truncatedNormal([4], { seed }),
  randomInt: (seed) => randomInt([4], { seed, low: -5, high: 1000 }),
  bernoulli: (seed) => bernoulli([24], { seed }),
  multinomial: (seed) => multinomial([1, 2, 3, 4, 5, 6], 4, { seed }),
  permutation: (seed) => permutation(9, { seed }),
  shuffle: (seed) => shuffle(arange(9), { seed }),
}

for (const [name, draw] of Object.entries(draws)) {
  test.serial(`${name} is repeatable by its seed, and by setSeed`, (t) => {
    const first = draw(1).toArray()
    t.deepEqual(draw(1).toArray(), first)
    t.notDeepEqual(draw(2).toArray(), first)
    setSeed(7)
    const [a, b] = [draw().toArray(), draw().toArray()]
    t.notDeepEqual(a, b)
    setSeed(7)
    t.deepEqual(draw().toArray(), a)
    draw(3)
    t.deepEqual(draw().toArray(), b)
  })
}

test('the numbers of a seed are the same on every platform', (t) => {
  const seed = 42
  const dtype = 'float64'
  t.deepEqual(randomUniform([2], { seed, dtype }).toArray(), [0.9743606879800585, 0.7062908392376968])
  t.deepEqual(randomNormal([2], { seed, dtype }).toArray(), [-1.764728634276348, 1.8582700652238422])
  t.deepEqual(truncatedNormal([1], { seed, dtype }).toArray(), [-1.764728634276348])
  t.deepEqual(randomInt([3], { seed, high: 1000 }).toArray(), [974, 793, 706])
  t.deepEqual(bernoulli([10], { seed }).toArray(), [0, 0, 1, 0, 1, 0, 0, 0, 1, 0])
  t.deepEqual(multinomial([1, 2, 3, 4], 3, { seed }).toArray(), [3, 2, 1])
  t.deepEqual(permutation(6, { seed }).toArray(), [1, 0, 4, 2, 3, 5])
})

/** Mean, variance and extremes. */
function moments(x: Tensor) {
  const values = [...x.dataSync()]
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  return { mean, variance, low: Math.min(...values), high: Math.max(...values) }
}

const n = 20000

test('the moments are those of the distributions', (t) => {
  const check = (x: Tensor, mean: number, variance: number) => {
    const got = moments(x)
    const tolerance = 5 * Math.sqrt(variance / n)
    t.true(Math.abs(got.mean - mean) < tolerance, `mean ${got.mean}, not ${mean}`)
    t.true(Math.abs(got.variance / variance - 1) < 0.05, `variance ${got.variance}, not ${variance}`)
    return got
  }
  const uniform = check(randomUniform([n], { low: -1, high: 3, seed: 1 }), 1, 16 / 12)
  t.true(uniform.low >= -1 && uniform.high < 3)
  check(randomNormal([n], { mean: 2, std: 3, seed: 2 }), 2, 9)
  const cut = check(truncatedNormal([n], { mean: 1, std: 0.5, seed: 3 }), 1, 0.25 * 0.8796256610342398 ** 2)
  t.true(cut.low >= 0 && cut.high <= 2)
  const dice = check(randomInt([n], { low: 1, high: 7, seed: 4 }), 3.5, 35 / 12)
  t.deepEqual([dice.low, dice.high], [1, 6])
  check(bernoulli([n], { p: 0.3, seed: 5 }), 0.3, 0.21)
})

test('whole numbers cover all of int32', (t) => {
  const x = randomInt([1000], { low: -(2 ** 31), high: 2 ** 31, seed: 1 })
  t.is(x.dtype, 'int32')
  const { low, high } = moments(x)
  t.true(low < -(2 ** 30) && high > 2 ** 30)
})

test('a Bernoulli tensor takes a probability for each element', (t) => {
  const x = bernoulli([3, 2], { p: [0, 1], dtype: 'bool' })
  t.deepEqual(x.toArray(), Array(3).fill([false, true]))
})

test('multinomial draws by weight, again and again or each once, row by row', (t) => {
  const weights = tensor([
    [1, 0, 3],
    [0, 2, 0],
  ])
  const again = multinomial(weights, 4000, { replacement: true, seed: 1 })
  t.deepEqual([again.shape, again.dtype], [[2, 4000], 'int32'])
  const counts = [0, 1, 2].map((i) => again.slice('0').equal(i).sum().item())
  t.true(Math.abs(counts[0] - 1000) < 150 && counts[1] === 0, `${counts}`)
  t.is(again.slice('1').sum().item(), 4000)
  for (let seed = 0; seed < 20; seed++) {
    t.deepEqual([...multinomial([5, 0, 1, 2], 3, { seed }).dataSync()].sort(), [0, 2, 3])
  }
  t.deepEqual(multinomial([1], 0).shape, [0])
  const firsts = Array.from({ length: 2000 }, (_, seed) => multinomial([1, 3], 1, { seed }).item())
  t.true(Math.abs(firsts.reduce((a, b) => a + b, 0) - 1500) < 100)
})

test('permutations hold every number once, and all are equally likely', (t) => {
  t.deepEqual(
    [...permutation(50, { seed: 3 }).dataSync()].sort((a, b) => a - b),
    [...Array(50).keys()],
  )
  t.deepEqual(permutation(0).shape, [0])
  const counts = new Map<string, number>()
  for (let seed = 0; seed < 6000; seed++) {
    const key = permutation(3, { seed }).dataSync().join()
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  t.is(counts.size, 6)
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 150)
})

test('shuffle moves whole slices along any axis and leaves its argument as it was', (t) => {
  const x = arange(12).reshape([3, 4])
  const rows = shuffle(x, { seed: 2 })
  t.deepEqual(rows.sort(0).toArray(), x.toArray())
  t.true(rows.unstack().every((row) => row.sub(row.slice('0')).sum().item() === 6))
  const columns = shuffle(x, { axis: -1, seed: 2 })
  t.deepEqual(columns.sort(1).toArray(), x.toArray())
  t.deepEqual(x.toArray(), arange(12).reshape([3, 4]).toArray())
})

test('the global stream goes on from a state that went through JSON, in the middle of a pair of normal numbers', (t) => {
  setSeed(5)
  for (const draws of [0, 1, 2, 7]) {
    randomNormal([draws])
    const state = JSON.parse(JSON.stringify(getRandomState()))
    const next = () => [randomNormal([3]), randomUniform([2])].map((x) => x.toArray())
    const expected = next()
    setSeed(99)
    setRandomState(state)
    t.deepEqual(next(), expected)
  }
})

test('what is not a state changes nothing', (t) => {
  setSeed(5)
  const state = getRandomState()
  for (const wrong of [
    null,
    undefined,
    5,
    'x',
    [],
    [0, 0, 0, 0],
    [1, 2, 3],
    [1, 2, 3, 0.5],
    [1, 2, 3, 2 ** 31],
    [1, 2, 3, 4, Number.NaN],
    [1, 2, 3, 4, 5, 6],
  ])
    t.throws(() => setRandomState(wrong as never), { instanceOf: OptionError }, String(wrong))
  t.deepEqual(getRandomState(), state)
})
