import test from 'ava'
import { makeBlobs, makeCircles, makeLine, makeMoons, makeSpirals, type ToyOptions, xor } from '../../src/data/toys.js'
import { OptionError } from '../../src/errors.js'
import { setSeed } from '../../src/tensor/random.js'

const makers = { makeMoons, makeCircles, makeSpirals, makeBlobs }
const near = (a: number, b: number) => Math.abs(a - b) < 1e-12
/** The standard deviation of what noise adds to the coordinates. */
const spread = (noisy: number[][], exact: number[][]) => {
  const differences = noisy.flatMap((row, i) => row.map((v, j) => v - exact[i][j]))
  return Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length)
}

for (const [name, make] of Object.entries(makers) as [string, (options?: ToyOptions) => ReturnType<typeof xor>][]) {
  test(`${name} gives as many points as asked, in classes of equal size`, (t) => {
    const { x, y } = make({ samples: 60, seed: 1 })
    t.deepEqual([x.length, y.length], [60, 60])
    t.true(x.every((point) => point.length === 2 && point.every(Number.isFinite)))
    t.deepEqual(
      [0, 1].map((label) => y.filter((v) => v === label).length),
      [30, 30],
    )
    t.is(make({ samples: 1, seed: 1 }).x.length, 1)
    t.is(make().x.length, 100)
  })

  test(`${name} gives the same points for the same seed, or after the same setSeed`, (t) => {
    t.deepEqual(make({ seed: 5 }), make({ seed: 5 }))
    t.notDeepEqual(make({ seed: 5 }).x, make({ seed: 6 }).x)
    setSeed(9)
    const first = make()
    setSeed(9)
    t.deepEqual(make(), first)
  })

  test(`${name} adds noise of the standard deviation asked for`, (t) => {
    const deviation = spread(
      make({ samples: 2000, noise: 0.3, seed: 2 }).x,
      make({ samples: 2000, noise: 0, seed: 2 }).x,
    )
    t.true(Math.abs(deviation - 0.3) < 0.015, String(deviation))
  })

  test(`${name} shuffles: the last fifth, or every other point, is like the whole`, (t) => {
    const { x, y } = make({ samples: 1000, noise: 0, seed: 3 })
    const mean = (rows: number[][], axis: number) => rows.reduce((sum, row) => sum + row[axis], 0) / rows.length
    for (const part of [x.slice(800), x.filter((_, i) => i % 2 === 0), x.slice(0, 200)])
      for (const axis of [0, 1]) t.true(Math.abs(mean(part, axis) - mean(x, axis)) < 0.2, `${mean(part, axis)}`)
    for (const labels of [y.slice(800), y.filter((_, i) => i % 2 === 0), y.slice(0, 200)])
      t.true(
        Math.abs(
          mean(
            labels.map((label) => [label]),
            0,
          ) - 0.5,
        ) < 0.12,
      )
  })

  test(`${name} names an option that it does not know or cannot use`, (t) => {
    const wrong = { samples: 0, noise: -1 }
    for (const [option, value] of Object.entries(wrong))
      t.throws(() => make({ [option]: value }), {
        instanceOf: OptionError,
        message: RegExp(`^${name}: ${option} is ${value}`),
      })
    t.throws(() => make({ sample: 3 } as ToyOptions), { message: /Did you mean samples/ })
    t.throws(() => make({ seed: 0.5 }), { instanceOf: OptionError })
  })
}

test('moons are half circles around (0, 0) and (1, 0.5)', (t) => {
  const { x, y } = makeMoons({ samples: 50, noise: 0 })
  x.forEach(([a, b], i) => {
    t.true(near(y[i] === 0 ? Math.hypot(a, b) : Math.hypot(a - 1, b - 0.5), 1))
    t.true(y[i] === 0 ? b >= -1e-12 : b <= 0.5 + 1e-12)
  })
})

test('circles have the radii 1 and factor', (t) => {
  const { x, y } = makeCircles({ samples: 50, noise: 0, factor: 0.25 })
  t.true(x.every(([a, b], i) => near(Math.hypot(a, b), y[i] === 0 ? 1 : 0.25)))
})

test('spirals go out from the middle, each class turned against the one before it', (t) => {
  const { x, y } = makeSpirals({ samples: 90, classes: 3, turns: 1, noise: 0 })
  const radius = ([a, b]: number[]) => Math.hypot(a, b)
  const arms = [0, 1, 2].map((label) => x.filter((_, i) => y[i] === label).sort((a, b) => radius(a) - radius(b)))
  for (const arm of arms) t.true(arm.length === 30 && near(radius(arm[0]), 0) && near(radius(arm[29]), 1))
  const angle = ([a, b]: number[]) => Math.atan2(b, a)
  const turned = (angle(arms[1][10]) - angle(arms[0][10]) + 2 * Math.PI) % (2 * Math.PI)
  t.true(near(turned, (2 * Math.PI) / 3))
})

test('blobs lie around their centers', (t) => {
  const centers = [
    [0, 0, 5],
    [3, -2, 1],
  ]
  const { x, y } = makeBlobs({ samples: 10, noise: 0, centers })
  t.true(x.every((point, i) => point.every((v, j) => v === centers[y[i]][j])))
})

test('the line has its slope and intercept, and noise in y alone', (t) => {
  const exact = makeLine({ samples: 500, slope: 3, intercept: 0.5, noise: 0, seed: 1 })
  t.true(exact.x.every(([v], i) => v >= -1 && v < 1 && near(exact.y[i][0], 3 * v + 0.5)))
  const noisy = makeLine({ samples: 500, slope: 3, intercept: 0.5, noise: 0.2, seed: 1 })
  t.deepEqual(noisy.x, exact.x)
  t.true(Math.abs(spread(noisy.y, exact.y) - 0.2) < 0.03)
})

test('xor is 1 where exactly one coordinate is', (t) => {
  const { x, y } = xor()
  t.is(new Set(x.map(String)).size, 4)
  t.deepEqual(
    y,
    x.map(([a, b]) => (a + b) % 2),
  )
})

test('a number of classes or centers that cannot be is an error', (t) => {
  t.throws(() => makeSpirals({ classes: 0 }), { instanceOf: OptionError })
  t.throws(() => makeBlobs({ centers: [] }), { instanceOf: OptionError })
})
