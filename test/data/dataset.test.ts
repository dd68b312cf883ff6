/**
 * `Dataset`: each operator against what it does to arrays, from plain and from asynchronous sources.
 */
import test from 'ava'
import fc from 'fast-check'
import { Dataset } from '../../src/data.js'
import { OptionError, ShapeError, setSeed, type Tensor, tensor } from '../../src/index.js'

const seeded = { seed: 20, numRuns: 60 }
const list = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 30 })
const count = fc.integer({ min: 1, max: 9 })

/** The same items over time. */
const timed = <T>(items: readonly T[]) =>
  Dataset.of(async function* () {
    for (const item of items) yield item
  })

/** Operator → the same for arrays. */
const operators: Record<
  string,
  [(d: Dataset<number>, n: number) => Dataset<unknown>, (a: number[], n: number) => unknown[]]
> = {
  map: [(d, n) => d.map((x, i) => x * n + i), (a, n) => a.map((x, i) => x * n + i)],
  filter: [(d, n) => d.filter((x, i) => (x + i) % n === 0), (a, n) => a.filter((x, i) => (x + i) % n === 0)],
  take: [(d, n) => d.take(n), (a, n) => a.slice(0, n)],
  skip: [(d, n) => d.skip(n), (a, n) => a.slice(n)],
  repeat: [(d, n) => d.repeat(n), (a, n) => Array.from({ length: n }, () => a).flat()],
  shard: [(d, n) => d.shard(n, n - 1), (a, n) => a.filter((_, i) => i % n === n - 1)],
  prefetch: [(d, n) => d.prefetch(n), (a) => a],
  batch: [
    (d, n) => d.batch(n).map((x) => x.toArray()),
    (a, n) => a.flatMap((_, i) => (i % n === 0 ? [a.slice(i, i + n)] : [])),
  ],
  'full batches': [
    (d, n) => d.batch(n, { dropRemainder: true }).map((x) => x.toArray()),
    (a, n) => a.flatMap((_, i) => (i % n === 0 && i + n <= a.length ? [a.slice(i, i + n)] : [])),
  ],
  windows: [(d, n) => d.window(n), (a, n) => a.flatMap((_, i) => (i % n === 0 ? [a.slice(i, i + n)] : []))],
  'sliding windows': [
    (d, n) => d.window(n, { shift: 1, dropRemainder: true }),
    (a, n) => a.flatMap((_, i) => (i + n <= a.length ? [a.slice(i, i + n)] : [])),
  ],
  'windows with strides and gaps': [
    (d, n) => d.window(3, { shift: n, stride: 2 }),
    (a, n) =>
      a.flatMap((_, i) => (i % n === 0 ? [[i, i + 2, i + 4].filter((j) => j < a.length).map((j) => a[j])] : [])),
  ],
  zip: [(d, n) => Dataset.zip([d, d.skip(n)]), (a, n) => a.slice(n).map((x, i) => [a[i], x])],
}

for (const [name, [operate, expected]] of Object.entries(operators))
  test(`${name} does what it does to an array, again and again, also over time, and the size is right`, async (t) => {
    await fc.assert(
      fc.asyncProperty(list, count, async (items, n) => {
        const want = expected(items, n)
        const dataset = operate(Dataset.of(items), n)
        t.deepEqual([...dataset], want)
        t.deepEqual([...dataset], want)
        t.deepEqual(await dataset.toArray(), want)
        t.true(dataset.size === want.length || (name === 'filter' && dataset.size === null), `${dataset.size}`)
        t.deepEqual(await operate(timed(items), n).toArray(), want)
        t.is(operate(timed(items), n).size, null)
      }),
      seeded,
    )
  })

test('a dataset is made of arrays, sets, typed arrays, tensors, iterables, generators and functions', async (t) => {
  t.deepEqual([...Dataset.of(new Set([1, 2]))], [1, 2])
  t.deepEqual([...Dataset.of(new Float32Array([1, 2]))], [1, 2])
  t.deepEqual([...Dataset.of(() => [1, 2])], [1, 2])
  const rows = [
    ...Dataset.of(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: 'int32' },
      ),
    ),
  ]
  t.deepEqual(
    rows.map((x) => [x.toArray(), x.dtype]),
    [
      [[1, 2], 'int32'],
      [[3, 4], 'int32'],
    ],
  )
  async function* times() {
    yield 1
    yield 2
  }
  t.deepEqual(await Dataset.of(times).toArray(), [1, 2])
  t.deepEqual(await Dataset.of(() => times()).toArray(), [1, 2])
  t.deepEqual(await Dataset.of(times()).toArray(), [1, 2])
  t.is(Dataset.of(new Map([[1, 2]])).size, 1)
})

test('what can be read once says so when it is read again', async (t) => {
  function* numbers() {
    yield 1
  }
  const once = Dataset.of(numbers())
  t.deepEqual([...once], [1])
  t.throws(() => [...once], { instanceOf: OptionError, message: /can be read only once\. Pass the generator function/ })
  const again = Dataset.of(numbers)
  t.deepEqual([...again, ...again], [1, 1])
  const stream = Dataset.of(timed([1])[Symbol.asyncIterator]() as AsyncGenerator<number>)
  t.deepEqual(await stream.toArray(), [1])
  await t.throwsAsync(() => stream.toArray(), { instanceOf: OptionError, message: /read only once/ })
})

test('columns side by side become pairs, and batches of pairs pairs of batches', (t) => {
  const x = [
    [1, 2],
    [3, 4],
    [5, 6],
  ]
  const [[a, b], [c]] = [...Dataset.of(x, [7, 8, 9]).batch(2)]
  t.deepEqual(
    [a, b, c].map((v) => v.toArray()),
    [
      [
        [1, 2],
        [3, 4],
      ],
      [7, 8],
      [[5, 6]],
    ],
  )
  const [[, labels]] = [...Dataset.of(x, ['a', 'b', 'c']).batch(3)]
  t.deepEqual(labels as unknown, ['a', 'b', 'c'])
  const error = t.throws(() => Dataset.of([1, 2], [1]), { instanceOf: ShapeError })
  t.is(error?.message, 'Dataset.of: the arguments have [2, 1] items. All need as many.')
})

test('batches keep dtypes and shapes, and put tuples and objects together part by part', (t) => {
  const first = <T>(items: T[]) => [...Dataset.of(items).batch(9)][0] as unknown
  const parts = (x: unknown) => [(x as Tensor).dtype, (x as Tensor).toArray()]
  t.deepEqual(parts(first([1, 2])), ['float32', [1, 2]])
  t.deepEqual(parts(first([true, false])), ['bool', [true, false]])
  t.deepEqual(
    parts(
      first([
        [1, 2],
        [3, 4],
      ]),
    ),
    [
      'float32',
      [
        [1, 2],
        [3, 4],
      ],
    ],
  )
  t.deepEqual(parts(first([new Float64Array([1]), new Float64Array([2])])), ['float64', [[1], [2]]])
  t.deepEqual(parts(first([tensor([[1]], { dtype: 'int32' })])), ['int32', [[[1]]]])
  const pairs = first([
    [[1, 2], 3],
    [[4, 5], 6],
  ]) as Tensor[]
  t.deepEqual(
    pairs.map((x) => x.toArray()),
    [
      [
        [1, 2],
        [4, 5],
      ],
      [3, 6],
    ],
  )
  const objects = first([
    { x: { a: 1 }, y: 'u' },
    { x: { a: 2 }, y: 'v' },
  ]) as { x: { a: Tensor }; y: string[] }
  t.deepEqual(
    [objects.x.a.toArray(), objects.y],
    [
      [1, 2],
      ['u', 'v'],
    ],
  )
})

test('items that do not fit into a batch are named', (t) => {
  const batch = (items: unknown[]) => () => [...Dataset.of(items).batch(9)]
  t.throws(batch([[1, 2], [3]]), { instanceOf: ShapeError, message: /item 1 has shape \[1\], item 0 has \[2\]\. / })
  t.throws(batch([1, 'a']), { message: /item 1 is 'a', item 0 is numeric\./ })
  t.throws(batch([true, 2]), { message: /2 is in a batch of bool/ })
  t.throws(batch([{ x: 1 }, { y: 1 }]), { instanceOf: ShapeError, message: /item 1 has the parts y, item 0 has x\./ })
})

test('a shuffled dataset has the same items, in a new order each time, repeatable by its seed', async (t) => {
  const items = Array.from({ length: 50 }, (_, i) => i)
  const make = (options = {}, size = 50) => Dataset.of(items).shuffle(size, { seed: 3, ...options })
  const [a, b] = [make(), make()]
  const [first, second] = [[...a], [...a]]
  t.notDeepEqual(first, items)
  t.notDeepEqual(first, second)
  t.deepEqual(
    [...first].sort((x, y) => x - y),
    items,
  )
  t.deepEqual([[...b], [...b]], [first, second])
  t.deepEqual(await make().toArray(), first)
  const fixed = make({ reshuffleEachIteration: false })
  t.deepEqual([...fixed], [...fixed])
  const unseeded = Dataset.of(items).shuffle(Infinity, { reshuffleEachIteration: false })
  t.deepEqual([...unseeded], [...unseeded])
  setSeed(1)
  const global = [...Dataset.of(items).shuffle(50)]
  setSeed(1)
  t.deepEqual([...Dataset.of(items).shuffle(50)], global)
  // A buffer of 5 lets no item come more than 4 places early
  t.true([...make({}, 5)].every((x, place) => x <= place + 4))
  t.deepEqual([...make({}, 1)], items)
})

test('every order of four items comes about equally often', (t) => {
  const dataset = Dataset.of([0, 1, 2, 3]).shuffle(4, { seed: 1 })
  const counts = new Map<string, number>()
  for (let i = 0; i < 2400; i++) {
    const order = [...dataset].join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  t.is(counts.size, 24)
  const chiSquared = [...counts.values()].reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0)
  t.true(chiSquared < 49.7, `${chiSquared}`) // 23 degrees of freedom, 0.1 %
})

test('samples come in proportion to the weights, and from the others when one has ended', async (t) => {
  const [a, b] = [Dataset.of(['a']).repeat(), Dataset.of(['b']).repeat()]
  const drawn = [...Dataset.sample([a, b], { weights: [1, 4], seed: 2 }).take(2000)]
  const share = drawn.filter((x) => x === 'a').length / 2000
  t.true(Math.abs(share - 0.2) < 0.03, `${share}`) // 3 standard deviations
  const few = Dataset.sample([Dataset.of([1, 2]), Dataset.of([3, 4, 5])], { seed: 1 })
  t.deepEqual([...few].sort(), [1, 2, 3, 4, 5])
  t.deepEqual(await few.toArray(), [...few])
  t.true([...Dataset.sample<unknown>([Dataset.of([1]), b], { seed: 1, stopOnEmpty: true })].length < 50)
  t.throws(() => Dataset.sample([a, b], { weights: [1] }), { instanceOf: OptionError, message: /\[1\] for 2 datasets/ })
})

test('folds share no item, and together have all', (t) => {
  const folds = Dataset.of([...'abcdefg']).folds(3)
  t.deepEqual(
    folds.map(({ test: part }) => [...part].join('')),
    ['adg', 'be', 'cf'],
  )
  t.deepEqual(
    folds.map(({ train }) => [...train].join('')),
    ['bcef', 'acdfg', 'abdeg'],
  )
  t.deepEqual(
    folds.map(({ train, test: part }) => [train.size, part.size]),
    [
      [4, 3],
      [5, 2],
      [5, 2],
    ],
  )
})

test('take reads no item too many, and an endless dataset can be cut', (t) => {
  let read = 0
  const numbers = Dataset.of(function* () {
    for (;;) yield read++
  })
  t.deepEqual([...numbers.map((x) => 2 * x).take(3)], [0, 2, 4])
  t.is(read, 3)
  t.deepEqual([...numbers.take(0)], [])
  t.is(Dataset.of([1]).repeat().size, Infinity)
  t.deepEqual([...Dataset.of([]).repeat()], [])
})

test('what is left early is closed, through all operators', async (t) => {
  let closed = 0
  function* plain() {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      closed++
    }
  }
  async function* overTime() {
    yield* plain()
  }
  const operate = (d: Dataset<number>) => Dataset.zip([d.map((x) => x).batch(2), d.window(2)])
  for (const _ of operate(Dataset.of(plain))) break
  t.is(closed, 2)
  for await (const _ of operate(Dataset.of(overTime)).prefetch(3)) break
  t.is(closed, 4)
  for (const _ of Dataset.sample([Dataset.of(plain)], { seed: 1 })) break
  t.is(closed, 5)
})

test('async functions are awaited over time, and named where nothing waits for them', async (t) => {
  const double = async (x: number) => 2 * x
  const isOdd = async (x: number) => x % 2 === 1
  const dataset = Dataset.of([1, 2, 3]).filter(isOdd).map(double)
  t.deepEqual(await dataset.toArray(), [2, 6])
  t.throws(() => [...dataset], { instanceOf: OptionError, message: /^Dataset\.filter: the function is async/ })
  t.throws(() => [...timed([1])], { instanceOf: OptionError, message: /asynchronous\. Write for await/ })
})

test('prefetch keeps as many reads in flight as asked, in order, and throws where the turn comes', async (t) => {
  let [open, most] = [0, 0]
  const slow = {
    [Symbol.asyncIterator]() {
      let i = 0
      return {
        async next() {
          most = Math.max(most, ++open)
          const value = i++
          await new Promise((resolve) => setTimeout(resolve, value % 2 ? 1 : 5))
          open--
          return { done: value >= 6, value }
        },
      }
    },
  }
  t.deepEqual(await Dataset.of(slow).prefetch(2).toArray(), [0, 1, 2, 3, 4, 5])
  t.is(most, 3)
  const broken = Dataset.of(async function* () {
    yield 1
    throw new Error('the line is cut')
  }).prefetch(3)
  const seen: number[] = []
  await t.throwsAsync(
    async () => {
      for await (const x of broken) seen.push(x)
    },
    { message: 'the line is cut' },
  )
  t.deepEqual(seen, [1])
})

test('counts that cannot be used are named, and so are options', (t) => {
  const d = Dataset.of([1])
  for (const wrong of [
    () => d.batch(0),
    () => d.take(-1),
    () => d.skip(1.5),
    () => d.window(0),
    () => d.window(1, { shift: 0 }),
    () => d.repeat(-1),
    () => d.shuffle(0),
    () => d.prefetch(0),
    () => d.shard(2, 2),
    () => d.folds(1),
    () => Dataset.zip([]),
    () => Dataset.of('a,b'),
    () => Dataset.of(5 as never),
  ])
    t.throws(wrong, { instanceOf: OptionError }, String(wrong))
  t.throws(() => d.batch(2, { dropRemaind: true } as object), { message: /Did you mean dropRemainder/ })
  t.throws(() => Dataset.zip([1 as never]), { message: /1 is not a Dataset\. Make one/ })
})

test('a dataset prints how many items it has', async (t) => {
  t.is(String(Dataset.of([1, 2])), 'Dataset(2 items)')
  t.is(String(timed([1])), 'Dataset(size unknown, asynchronous)')
  t.is(String(Dataset.of([1]).repeat()), 'Dataset(without end)')
  await t.throwsAsync(() => Dataset.of([1]).repeat().toArray(), { message: /never end\. Use take/ })
})
