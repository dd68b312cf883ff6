/**
 * Splits and folds: sizes and proportions are scikit-learn's, and parts share no example.
 */
import test from 'ava'
import fc from 'fast-check'
import { kFold, type TrainTestSplitOptions, trainTestSplit } from '../../src/data.js'
import { OptionError, ShapeError, setSeed, tensor } from '../../src/index.js'
import { read } from '../source.js'

const golden = JSON.parse(read('test/golden/sklearn-data.json'))
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const sorted = (indices: ArrayLike<number>) => Array.from(indices).sort((a, b) => a - b)
const counts = (labels: readonly number[], classes: number) =>
  numbers(classes).map((c) => labels.filter((label) => label === c).length)

test('parts have the sizes that scikit-learn gives them', (t) => {
  t.true(golden.splits.length > 20)
  for (const { count, test_size: testSize, train_size: trainSize, train, test: held } of golden.splits) {
    const options: TrainTestSplitOptions = { seed: 1 }
    if (testSize) options.testSize = testSize
    if (trainSize) options.trainSize = trainSize
    const split = trainTestSplit(numbers(count), numbers(count), options)
    t.deepEqual([split.train.length, split.test.length], [train, held], JSON.stringify({ count, ...options }))
  }
})

test('classes have the shares that scikit-learn gives them', (t) => {
  for (const { counts: weights, test_size: testSize, parts } of golden.stratified) {
    const y = (weights as number[]).flatMap((n, c) => new Array<number>(n).fill(c))
    const { yTrain, yTest } = trainTestSplit(numbers(y.length), y, { testSize, stratify: true, seed: 2 })
    const own = [yTrain, yTest].map((part) => counts(part.toArray() as number[], weights.length))
    t.true(parts.map(String).includes(String(own)), `${own} is none of ${parts.join(' or ')}`)
  }
})

test('parts share no example, each example keeps its target, and the seed decides', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 60 }),
      fc.double({ min: 0.1, max: 0.7, noNaN: true }),
      fc.integer(),
      (count, testSize, seed) => {
        const x = numbers(count).map((i) => [i, -i])
        const y = numbers(count).map((i) => `label ${i}`)
        const options = { testSize, seed }
        const split = trainTestSplit(x, y, options)
        t.deepEqual(sorted([...split.train, ...split.test]), numbers(count))
        t.deepEqual(
          split.xTrain.toArray(),
          Array.from(split.train, (i) => x[i]),
        )
        t.deepEqual(
          split.xTest.toArray(),
          Array.from(split.test, (i) => x[i]),
        )
        t.deepEqual(
          split.yTrain,
          Array.from(split.train, (i) => y[i]),
        )
        t.deepEqual(
          split.yTest,
          Array.from(split.test, (i) => y[i]),
        )
        const again = trainTestSplit(x, y, options)
        t.deepEqual([again.train, again.test], [split.train, split.test])
      },
    ),
    { seed: 6, numRuns: 60 },
  )
  setSeed(4)
  const first = trainTestSplit(numbers(50), numbers(50)).test
  t.notDeepEqual(trainTestSplit(numbers(50), numbers(50)).test, first)
  setSeed(4)
  t.deepEqual(trainTestSplit(numbers(50), numbers(50)).test, first)
})

test('without shuffling the last examples are the test part', (t) => {
  const { xTrain, xTest } = trainTestSplit(numbers(5), numbers(5), { shuffle: false, testSize: 2 })
  t.deepEqual(
    [xTrain.toArray(), xTest.toArray()],
    [
      [0, 1, 2],
      [3, 4],
    ],
  )
})

test('labels of all kinds can be stratified by', (t) => {
  const y = [...'aaaabbbb']
  for (const stratify of [true, y, tensor([0, 0, 0, 0, 1, 1, 1, 1], { dtype: 'int32' }), [5, 5, 5, 5, 7, 7, 7, 7]]) {
    const { yTest } = trainTestSplit(numbers(8), y, { testSize: 4, stratify, seed: 1 })
    t.deepEqual([...yTest].sort(), ['a', 'a', 'b', 'b'])
  }
})

test('folds without shuffling are those of scikit-learn', (t) => {
  for (const { count, folds, test: held } of golden.folds)
    t.deepEqual(
      kFold(count, { folds }).map((fold) => [...fold.test]),
      held,
    )
  const { labels, test: held } = golden.stratified_folds
  t.deepEqual(
    kFold(labels.length, { folds: 4, stratify: labels }).map((fold) => [...fold.test]),
    held,
  )
})

test('shuffled folds have all examples once, and the same share of each class', (t) => {
  const labels = numbers(30).map((i) => (i < 20 ? 'a' : 'b'))
  const folds = kFold(30, { folds: 5, shuffle: true, stratify: labels, seed: 3 })
  t.deepEqual(sorted(folds.flatMap((fold) => [...fold.test])), numbers(30))
  for (const { train, test: held } of folds) {
    t.deepEqual(sorted([...train, ...held]), numbers(30))
    t.is([...held].filter((i) => labels[i] === 'b').length, 2)
  }
  t.deepEqual(kFold(30, { shuffle: true, seed: 3 }), kFold(30, { shuffle: true, seed: 3 }))
  t.notDeepEqual(kFold(30, { shuffle: true, seed: 3 }), kFold(30))
})

test('what cannot be split is named', (t) => {
  const split =
    (options: TrainTestSplitOptions, y: number[] = [0, 0, 0, 1]) =>
    () =>
      trainTestSplit(numbers(4), y, options)
  t.throws(split({ testSize: 1.5 }), { instanceOf: OptionError, message: /testSize is 1\.5 for 4 examples/ })
  t.throws(split({ testSize: 4 }), { instanceOf: OptionError })
  t.throws(split({ testSize: 3, trainSize: 2 }), { message: /2 examples to train and 3 to test with, of 4/ })
  t.throws(split({ stratify: true }), { message: /a class has a single example/ })
  t.throws(split({ stratify: true, testSize: 1 }, [0, 0, 1, 1]), {
    message: /3 examples to train and 1 to test with are too few/,
  })
  t.throws(split({ stratify: true, shuffle: false }), { message: /shuffle is false, and stratify/ })
  t.throws(split({ stratify: [1, 2] }), { instanceOf: ShapeError, message: /2 labels to stratify by, for 4/ })
  t.throws(split({}, [1, 2]), { instanceOf: ShapeError, message: /x has shape \[4\], y \[2\]/ })
  t.throws(split({ test_size: 1 } as object), { message: /Did you mean testSize/ })
  t.throws(() => kFold(3, { folds: 4 }), { instanceOf: OptionError, message: /folds is 4 for 3 examples/ })
  t.throws(() => kFold(4, { folds: 3, stratify: [0, 0, 1, 1] }), { message: /no class has more than 2 examples/ })
})
