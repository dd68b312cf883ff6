/**
 * Schedules beyond the golden file: exact restarts, the ones that Keras has not, configurations inside of configurations, errors.
 */
import test from 'ava'
import {
  Adam,
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  CosineOneCycle,
  ExponentialDecay,
  InverseSquareRoot,
  InverseTimeDecay,
  Join,
  type LearningRateSchedule,
  Linear,
  LinearOneCycle,
  OptionError,
  PiecewiseConstantDecay,
  PolynomialDecay,
  SGD,
  tensor,
  variable,
  Warmup,
} from '../../../src/index.js'

const near = (t: { true(x: boolean, message?: string): boolean }, actual: number, expected: number) =>
  t.true(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`)

test('cosine decay restarts exactly where it should', (t) => {
  for (const [tMul, starts] of [
    [10, [0, 10, 110, 1110, 11110]],
    [3, [0, 10, 40, 130, 400, 1210]],
    [1.5, [0, 10, 25, 47.5, 81.25, 131.875]],
    [2, [0, 10, 30, 70, 150, 310, 630]],
    [1, [0, 10, 20, 30, 1000]],
  ] as const) {
    const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, tMul, mMul: 1 })
    for (const start of starts) near(t, schedule.at(start), 1)
    for (const start of starts.slice(1)) t.true(schedule.at(start - 1e-3) < 1e-6, `${tMul}: before ${start}`)
  }
})

test('cosine decay misses no restart by rounding: whole steps at which one falls, in exact fractions', (t) => {
  let restarts = 0
  for (let first = 1; first <= 20; first++) {
    for (let tenths = 11n; tenths <= 30n; tenths++) {
      const tMul = Number(tenths) / 10
      const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: first, tMul, mMul: 0.5 })
      // starts · 10ⁿ, where 10ⁿ is `scale`, and how long the decay after it is
      let [start, length, scale] = [0n, BigInt(first), 1n]
      for (let n = 0; n < 12; n++) {
        if (start % scale === 0n) {
          const step = Number(start / scale)
          t.is(schedule.at(step), 0.5 ** n, `${first}, ${tMul} at ${step}`)
          restarts++
        }
        ;[start, length, scale] = [(start + length) * 10n, length * tenths, scale * 10n]
      }
    }
  }
  t.true(restarts > 1000)
  const [a, b, c] = [
    [14, 1.3],
    [10, 1.2],
    [3, 1.8],
  ].map(([firstDecaySteps, tMul]) => new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps, tMul }))
  t.deepEqual([a.at(14), b.at(22), c.at(3)], [1, 1, 1])
})

test('linear, constant and inverse square root', (t) => {
  const linear = new Linear({ initialLearningRate: 1, endLearningRate: 3, steps: 4, begin: 2 })
  t.deepEqual(
    [0, 2, 3, 6, 100].map((s) => linear.at(s)),
    [1, 1, 1.5, 3, 3],
  )
  t.is(new Constant({ learningRate: 0.3 }).at(17), 0.3)
  const root = new InverseSquareRoot({ learningRate: 2, warmupSteps: 4 })
  near(t, root.at(0), 0.5)
  near(t, root.at(3), 2)
  near(t, root.at(99), 0.4)
})

test('one cycle goes up to the peak, back, and further down', (t) => {
  const linear = new LinearOneCycle({ peakLearningRate: 2, steps: 100 })
  near(t, linear.at(0), 0.08)
  near(t, linear.at(15), 1.04)
  near(t, linear.at(30), 2)
  near(t, linear.at(57.5), 1.04)
  near(t, linear.at(85), 0.08)
  near(t, linear.at(100), 0.08e-4)
  near(t, linear.at(1000), 0.08e-4)
  const cosine = new CosineOneCycle({ peakLearningRate: 2, steps: 100 })
  near(t, cosine.at(0), 0.08)
  near(t, cosine.at(10), 0.08 + 1.92 * 0.25)
  near(t, cosine.at(30), 2)
  near(t, cosine.at(65), (2 + 0.08e-4) / 2)
  near(t, cosine.at(500), 0.08e-4)
})

test('a warm-up leads to where any schedule starts', (t) => {
  const decay = new ExponentialDecay({ initialLearningRate: 0.4, decaySteps: 10, decayRate: 0.5 })
  const schedule = new Warmup({ schedule: decay, warmupSteps: 4, initialLearningRate: 0.2 })
  near(t, schedule.at(0), 0.2)
  near(t, schedule.at(2), 0.3)
  near(t, schedule.at(4), 0.4)
  near(t, schedule.at(14), 0.2)
  const joined = new Join({ schedules: [schedule, new Constant({ learningRate: 7 }), decay], boundaries: [4, 6] })
  near(t, joined.at(3), 0.35)
  near(t, joined.at(5), 7)
  near(t, joined.at(16), 0.2)
})

test('schedules of schedules survive their configurations, inside of an optimizer too', (t) => {
  const schedule = new Warmup({
    schedule: new Join({
      schedules: [new CosineDecay({ initialLearningRate: 1, decaySteps: 5 }), new Constant({ learningRate: 0.1 })],
      boundaries: [5],
    }),
    warmupSteps: 3,
  })
  const copy = Warmup.fromConfig(JSON.parse(JSON.stringify(schedule.getConfig()))) as Warmup
  const optimizer = Adam.fromConfig(
    JSON.parse(JSON.stringify(new Adam({ learningRate: schedule }).getConfig())),
  ) as Adam
  for (const step of [0, 2, 3, 6, 20]) near(t, copy.at(step), schedule.at(step))
  t.is(optimizer.learningRate, 0)
  optimizer.apply([tensor([1])], [variable([1])])
  near(t, optimizer.learningRate, 1 / 3)
})

test('a cycle whose peak or return is its very end ends as every cycle does', (t) => {
  for (const schedule of [
    new CosineOneCycle({ peakLearningRate: 1, steps: 10, peakAt: 1 }),
    new LinearOneCycle({ peakLearningRate: 1, steps: 10, backAt: 1 }),
    new LinearOneCycle({ peakLearningRate: 1, steps: 10, peakAt: 1, backAt: 1 }),
  ]) {
    const rates = Array.from({ length: 13 }, (_, step) => schedule.at(step))
    t.true(rates.every(Number.isFinite), `${schedule}: ${rates}`)
    near(t, rates[10], 1 / 25 / 1e4)
    t.true(rates[9] > rates[0])
  }
})

test('an optimizer reads its schedule at the number of calls, also when it accumulates', (t) => {
  const learningRate = new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 })
  const w = variable([0], { dtype: 'float64' })
  const optimizer = new SGD({ learningRate, gradientAccumulationSteps: 2 })
  for (let call = 0; call < 2; call++) optimizer.apply([tensor([1], { dtype: 'float64' })], [w])
  near(t, w.item(), -0.05)
})

test('wrong options are errors', (t) => {
  const wrong: [() => unknown, RegExp][] = [
    [
      () => new ExponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }),
      /decaySteps must be a finite number above 0/,
    ],
    [
      () => new InverseTimeDecay({ initialLearningRate: 1, decaySteps: -1, decayRate: 1 }),
      /decaySteps must be a finite number above 0/,
    ],
    [() => new PolynomialDecay({ initialLearningRate: 1 } as never), /decaySteps is missing/],
    [() => new CosineDecay({ initialLearningRate: 1, decaySteps: 5, alfa: 1 } as never), /Did you mean alpha\?/],
    [
      () => new CosineDecay({ initialLearningRate: Number.NaN, decaySteps: 5 }),
      /initialLearningRate must be a finite number, received NaN/,
    ],
    [() => new PiecewiseConstantDecay({ boundaries: [1], values: [1] }), /one value more than boundaries/],
    [() => new PiecewiseConstantDecay({ boundaries: [4, 2], values: [1, 2, 3] }), /are not in ascending order/],
    [() => new ExponentialDecay({ initialLearningRate: null, decaySteps: 5, decayRate: 1 } as never), /received null/],
    [
      () => new PiecewiseConstantDecay({ boundaries: [Number.NaN], values: [1, 2] }),
      /boundaries must be an array of finite numbers, such as \[1, 2\], received \[NaN\]/,
    ],
    [
      () => new Warmup({ schedule: 0.1 as never, warmupSteps: 5 }),
      /schedule must be a schedule, such as new Constant\(.*\), received 0\.1/,
    ],
    [
      () => new Join({ schedules: [new Constant({ learningRate: 1 }), 0.1 as never], boundaries: [1] }),
      /schedules must be an array of schedules: .*, received \[.*, 0\.1\]/,
    ],
    [() => new CosineOneCycle({ peakLearningRate: 1, steps: 10, peakAt: 2 }), /peakAt is 2\. Pass fractions/],
    [() => new LinearOneCycle({ peakLearningRate: 1, steps: 10, peakAt: 0.9 }), /peakAt is 0.9, backAt 0.85/],
    [() => new Join({ schedules: [new Constant({ learningRate: 1 })], boundaries: [1] }), /one boundary fewer/],
  ]
  for (const [make, message] of wrong) t.throws(make, { name: 'OptionError', message })
})

test('options of the wrong kind are refused when the schedule is made', (t) => {
  const constant = new Constant({ learningRate: 1 })
  const good: [(options: object) => LearningRateSchedule, Record<string, unknown>][] = [
    [(o) => new Constant(o as never), { learningRate: 1 }],
    [(o) => new CosineDecay(o as never), { initialLearningRate: 1, decaySteps: 5, alpha: 0, warmupTarget: 2 }],
    [(o) => new CosineDecayRestarts(o as never), { initialLearningRate: 1, firstDecaySteps: 5, tMul: 2 }],
    [
      (o) => new ExponentialDecay(o as never),
      { initialLearningRate: 1, decaySteps: 5, decayRate: 0.5, staircase: true },
    ],
    [(o) => new PiecewiseConstantDecay(o as never), { boundaries: [1], values: [1, 2] }],
    [(o) => new Join(o as never), { schedules: [constant, constant], boundaries: [1] }],
    [(o) => new Warmup(o as never), { schedule: constant, warmupSteps: 2, initialLearningRate: 0 }],
  ]
  for (const [make, options] of good)
    for (const name of [...Object.keys(options), 'name'])
      for (const value of [{}, 'x', 2n, Symbol('x'), Number.NaN, ...(name === 'staircase' ? [1, null] : [true])]) {
        if (name === 'name' && value === 'x') continue
        const what = `${make}: ${name}: ${String(value)}`
        t.throws(() => make({ ...options, [name]: value }), { instanceOf: OptionError }, what)
      }
  t.throws(() => new Warmup({ schedule: [1] as never, warmupSteps: 2 }), {
    message: /^Warmup: schedule must be a schedule, .*, received \[1\]/,
  })
  t.throws(() => new Join({ schedules: 5 as never, boundaries: [] }), { instanceOf: OptionError, message: /5/ })
  t.throws(() => new PiecewiseConstantDecay({ boundaries: ['1'] as never, values: [1, 2] }), {
    message: 'PiecewiseConstantDecay: boundaries must be an array of finite numbers, such as [1, 2], received ["1"].',
  })
  t.is(new Constant({ learningRate: 1, name: null }).name, 'Constant')
})
