/**
 * Scalers, encoders and imputers: numbers of scikit-learn, there and back, and through JSON.
 */
import test from 'ava'
import fc from 'fast-check'
import { Imputer, imputer, LabelEncoder, labelEncoder, minMaxScale, Scaler, standardize } from '../../src/data.js'
import { OptionError, ShapeError, tensor } from '../../src/index.js'
import { read } from '../source.js'

const golden = JSON.parse(read('test/golden/sklearn-data.json'))
const float64 = (x: number[][]) => tensor(x, { dtype: 'float64' })
const again = <T>(x: T) => JSON.parse(JSON.stringify(x))

/** Whether two matrices agree to 1e-12. */
function near(a: unknown, b: number[][]): boolean {
  const [x, y] = [(a as number[][]).flat(), b.flat()]
  return x.length === y.length && x.every((v, i) => Math.abs(v - y[i]) <= 1e-12 * (1 + Math.abs(y[i])))
}

test('standardize and minMaxScale give scikit-learn’s numbers', (t) => {
  const { x, standard, minmax, minmax_range } = golden.scaled
  t.true(near(standardize(x).apply(float64(x)).toArray(), standard))
  t.true(near(minMaxScale(x).apply(float64(x)).toArray(), minmax))
  t.true(near(minMaxScale(x, { low: -1, high: 2 }).apply(float64(x)).toArray(), minmax_range))
})

test('scaling is undone by invert, also after JSON', (t) => {
  const rows = fc.array(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 9,
  })
  fc.assert(
    fc.property(rows, (x) => {
      for (const scaler of [standardize(float64(x)), minMaxScale(float64(x), { low: -2, high: 5 })]) {
        const scaled = scaler.apply(float64(x))
        const back = Scaler.fromJSON(again(scaler)).invert(scaled).toArray() as number[][]
        back.flat().forEach((v, i) => {
          t.true(Math.abs(v - x.flat()[i]) < 1e-9)
        })
      }
    }),
    { seed: 3, numRuns: 80 },
  )
})

test('scalers pass over NaN, keep dtypes, take images, and name other columns', (t) => {
  const scaler = standardize([[1], [Number.NaN], [3]])
  t.deepEqual(scaler.apply([[2], [Number.NaN]]).toArray(), [[0], [Number.NaN]])
  t.is(scaler.apply(float64([[1]])).dtype, 'float64')
  t.is(scaler.apply(tensor([[1]], { dtype: 'int32' })).dtype, 'float32')
  t.is(minMaxScale([1, 3]).apply([2]).item(), 0.5)
  t.deepEqual(
    minMaxScale([[[1, 2]], [[3, 4]]])
      .apply([[[2, 2]]])
      .toArray(),
    [[[0.5, 0]]],
  )
  t.throws(() => scaler.apply([[1, 2]]), {
    instanceOf: ShapeError,
    message: /x has shape \[1, 2\], what was learned is for examples of shape \[1\]/,
  })
  t.throws(
    () =>
      standardize([
        [1, Number.NaN],
        [2, Number.NaN],
      ]),
    { instanceOf: OptionError, message: /column 1 has no numbers/ },
  )
  t.throws(() => standardize(5), { instanceOf: ShapeError })
  t.throws(() => minMaxScale([[1]], { low: 1, high: 1 }), { instanceOf: OptionError, message: /low is 1, high 1/ })
  t.throws(() => Scaler.fromJSON({} as never), { instanceOf: OptionError })
  t.is(String(scaler), 'Scaler(1 columns)')
})

test('labels become numbers in sorted order, and come back', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 20 }), (labels) => {
      const encoder = labelEncoder(labels)
      t.deepEqual(encoder.decode(encoder.encode(labels)), labels)
      t.deepEqual(LabelEncoder.fromJSON<string>(again(encoder)).decode(encoder.oneHot(labels)), labels)
      t.deepEqual([...encoder.labels], [...new Set(labels)].sort())
    }),
    { seed: 3, numRuns: 80 },
  )
  t.deepEqual(labelEncoder([10, 9, 10]).labels, [9, 10])
  t.is(labelEncoder(['a']).encode(['a']).dtype, 'int32')
  t.deepEqual(labelEncoder(['a', 'b']).encode([]).shape, [0])
})

test('labels that cannot be encoded or decoded are named', (t) => {
  const encoder = labelEncoder(['setosa', 'virginica'])
  t.throws(() => encoder.encode(['setosa', 'virginca']), {
    instanceOf: OptionError,
    message: /label 1 is "virginca".*Did you mean virginica\?/,
  })
  t.throws(() => encoder.encode([null]), { message: /label 0 is null/ })
  t.throws(() => encoder.decode([2]), {
    instanceOf: OptionError,
    message: /there is no label 2\. The numbers are 0 to 1\./,
  })
  t.throws(() => encoder.decode([[1, 2, 3]]), {
    instanceOf: ShapeError,
    message: /\[1, 3\]\. Pass numbers, \[count\], or scores, \[count, 2\]/,
  })
  t.throws(() => labelEncoder(['a', null]), { message: /a label is missing/ })
  t.throws(() => labelEncoder([]), { instanceOf: OptionError })
  t.throws(() => new LabelEncoder(['a', 'a']), { instanceOf: OptionError })
  t.throws(() => LabelEncoder.fromJSON({} as never), { instanceOf: OptionError })
})

test('imputers fill in what scikit-learn fills in', (t) => {
  const x = (golden.imputed.x as (number | null)[][]).map((row) => row.map((v) => v ?? Number.NaN))
  for (const [strategy, key] of [
    ['mean', 'mean'],
    ['median', 'median'],
    ['mostFrequent', 'most_frequent'],
  ] as const)
    t.true(near(imputer(float64(x), { strategy }).apply(float64(x)).toArray(), golden.imputed[key]), strategy)
  t.deepEqual(
    imputer(x, { strategy: { fill: 7 } })
      .apply([[Number.NaN, 1, 2]])
      .toArray(),
    [[7, 1, 2]],
  )
})

test('indicators mark what was missing, and undo it', (t) => {
  const x = (golden.imputed.x as (number | null)[][]).map((row) => row.map((v) => v ?? Number.NaN))
  const made = imputer(float64(x), { indicators: true })
  const filled = made.apply(float64(x))
  // scikit-learn leaves out the indicator of the third column, which has no gaps
  t.true(
    near(
      (filled.toArray() as number[][]).map((row) => row.slice(0, 5)),
      golden.imputed.indicators,
    ),
  )
  t.deepEqual(Imputer.fromJSON(again(made)).invert(filled).toArray(), x)
  t.throws(() => imputer(x).invert(filled), { instanceOf: OptionError, message: /without indicators/ })
  t.throws(() => imputer([1, 2], { indicators: true }), { instanceOf: ShapeError })
  t.throws(() => imputer(x, { strategy: 'avg' as 'mean' }), { instanceOf: OptionError, message: /unknown strategy/ })
  t.throws(() => Imputer.fromJSON({} as never), { instanceOf: OptionError })
})
