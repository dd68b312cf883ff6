/**
 * Lookahead, SAM, LossScaleOptimizer, MultiOptimizer, L-BFGS and AdaBelief against their definitions; the constraints.
 */
import test from 'ava'
import {
  AdaBelief,
  Adam,
  type AnyOptimizer,
  Dense,
  LBFGS,
  Lookahead,
  LossScaleOptimizer,
  MultiOptimizer,
  maxNorm,
  minMaxNorm,
  nonNeg,
  OptimizerMap,
  OptionError,
  optimizers,
  SAM,
  Sequential,
  SGD,
  tensor,
  unitNorm,
  variable,
} from '../../../src/index.js'
import { catchWarnings, flat } from '../golden-program.js'

const f64 = { dtype: 'float64' } as const
const near = (a: number[], b: number[], tolerance = 1e-12) =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])))

test('a learning rate that is a function is called once a step, in wrappers too', (t) => {
  let calls = 0
  const learningRate = () => {
    calls++
    return 0.1
  }
  const w = variable([1])
  const sgd = () => new SGD({ learningRate })
  const one = sgd()
  for (const optimizer of [sgd(), new Lookahead(sgd()), new LossScaleOptimizer(sgd()), new MultiOptimizer(() => one)]) {
    calls = 0
    optimizer.apply([tensor([1])], [w])
    optimizer.apply([tensor([1])], [w])
    t.is(calls, 2, String(optimizer))
  }
})

test('Lookahead goes part of the way to where the inner optimizer went', (t) => {
  const w = variable([1, -1], f64)
  const optimizer = new Lookahead(new SGD({ learningRate: 0.1 }), { syncPeriod: 3, slowStepSize: 0.25 })
  let [fast, slow] = [
    [1, -1],
    [1, -1],
  ]
  for (let step = 1; step <= 7; step++) {
    optimizer.apply([tensor([1, step], f64)], [w])
    fast = [fast[0] - 0.1, fast[1] - 0.1 * step]
    if (step % 3 === 0) {
      slow = slow.map((x, i) => x + 0.25 * (fast[i] - x))
      fast = slow
    }
    t.true(near(flat(w.toArray()), fast))
  }
  t.throws(() => new Lookahead(new SGD(), { slowStepSize: 2 }), { name: 'OptionError' })
  t.throws(() => new Lookahead({} as never), { message: /inner optimizer/ })
})

test('SAM steps along the gradient of the worst neighbour, with the norm over all variables', (t) => {
  const [a, b] = [variable([1, 2], f64), variable([3], f64)]
  const optimizer = new SAM(new SGD({ learningRate: 0.1 }), { rho: 0.5 })
  const value = optimizer.minimize(() => a.pow(3).sum().add(b.pow(2).sum()), [a, b])
  t.is(value.item(), 1 + 8 + 9)
  const norm = Math.hypot(3, 12, 6)
  const up = [1 + 1.5 / norm, 2 + 6 / norm, 3 + 3 / norm]
  const expected = [1 - 0.3 * up[0] ** 2, 2 - 0.3 * up[1] ** 2, 3 - 0.2 * up[2]]
  t.true(near([...flat(a.toArray()), ...flat(b.toArray())], expected))
  t.throws(() => optimizer.step([a]), { name: 'GradientError' })
  let calls = 0
  const failing = () => {
    if (calls++ > 0) throw new Error('broken')
    return a.square().sum()
  }
  const before = flat(a.toArray())
  t.throws(() => optimizer.minimize(failing, [a, b]), { message: 'broken' })
  t.deepEqual(flat(a.toArray()), before)
})

test('the loss scale halves on overflow, doubles after enough finite steps, and does not change the steps', (t) => {
  const [w, plain] = [variable([1, 2], f64), variable([1, 2], f64)]
  const optimizer = new LossScaleOptimizer(new Adam({ learningRate: 0.1 }), { initialScale: 4, dynamicGrowthSteps: 2 })
  const reference = new Adam({ learningRate: 0.1 })
  const scales: number[] = []
  for (let i = 0; i < 5; i++) {
    optimizer.minimize(() => w.square().sum(), [w])
    reference.minimize(() => plain.square().sum(), [plain])
    scales.push(optimizer.scale)
  }
  t.deepEqual(scales, [4, 8, 8, 16, 16])
  t.deepEqual(w.toArray(), plain.toArray())
  optimizer.apply([tensor([Number.NaN, 1], f64)], [w])
  t.is(optimizer.scale, 8)
  t.is(optimizer.iterations, 5)
  const large = variable([0])
  const coarse = new LossScaleOptimizer(new SGD({ learningRate: 1e-30 }), { initialScale: 1 })
  coarse.apply([tensor([1e30])], [large])
  t.true(Math.abs(large.item() + 1) < 1e-6, 'a finite gradient whose square overflows is finite')
  t.throws(() => optimizer.apply([tensor([Infinity])], [w]), { name: 'ShapeError' })
  t.is(optimizer.scale, 8)
})

test('a key of an OptimizerMap that chooses no variable is warned of, once; a function may choose none', (t) => {
  const [w, other] = [variable([0], { name: 'kernel' }), variable([0], { name: 'other' })]
  const map = new OptimizerMap(new SGD(), [
    ['kernel', new SGD()],
    ['kern', new SGD()],
    [/bias$/, new SGD()],
    [other, new SGD()],
    [() => false, new SGD()],
  ])
  const optimizer = new MultiOptimizer(map)
  const step = () => optimizer.apply([tensor([1])], [w])
  t.deepEqual(catchWarnings(step).warnings, [
    "OptimizerMap: kern matches none of the variables kernel. A string must match the whole path, as '.*bias' does.",
    "OptimizerMap: /bias$/ matches none of the variables kernel. A string must match the whole path, as '.*bias' does.",
    "OptimizerMap: other matches none of the variables kernel. A string must match the whole path, as '.*bias' does.",
  ])
  t.deepEqual(catchWarnings(step).warnings, [])
})

test('MultiOptimizer takes groups by variable, name, pattern or predicate, and is atomic', (t) => {
  const [a, b, c, d] = ['a', 'b/bias', 'c', 'd'].map((path) => {
    const v = variable([0], { name: path.split('/').at(-1) })
    v.path = path
    return v
  })
  const rate = (learningRate: number) => new SGD({ learningRate })
  const map = new OptimizerMap(rate(1), [
    [a, rate(2)],
    [/bias$/, rate(3)],
    [(v) => v.path === 'c', rate(4)],
  ])
  const multi = new MultiOptimizer(map)
  const all = [a, b, c, d]
  multi.apply(
    all.map(() => tensor([-1])),
    all,
  )
  t.deepEqual(
    all.map((v) => v.item()),
    [2, 3, 4, 1],
  )
  t.throws(() => multi.apply([tensor([1]), tensor([1]), tensor([1]), tensor([1, 2])], all), { name: 'ShapeError' })
  t.throws(() => multi.apply([tensor([1])], [a]), { message: /1 gradients for 4 variables/ })
  t.throws(() => multi.apply([tensor([1]), null, tensor([1]), tensor([1])], all), { message: /No gradients/ })
  t.deepEqual(
    all.map((v) => v.item()),
    [2, 3, 4, 1],
  )
  t.is(multi.iterations, 1)
  t.throws(() => multi.learningRate, { name: 'OptionError' })
  t.throws(() => multi.getConfig(), { message: /not a string/ })
})

test('L-BFGS solves a quadratic in as many steps as SciPy, and Rosenbrock', (t) => {
  const w = variable([5, -3, 2, 1], f64)
  const scale = tensor([1, 10, 100, 0.1], f64)
  const optimizer = new LBFGS({ maxIterations: 1 })
  for (let i = 0; i < 26; i++) optimizer.minimize(() => w.sub([1, 2, 3, 4]).square().mul(scale).sum(), [w])
  t.true(near(flat(w.toArray()), [1, 2, 3, 4], 1e-5), String(w))
  const [x, y] = [variable([-1.2], f64), variable([1], f64)]
  let calls = 0
  const rosenbrock = () => {
    calls++
    return x.sub(1).square().add(y.sub(x.square()).square().mul(100)).sum()
  }
  const solver = new LBFGS({ maxIterations: 100, toleranceChange: 1e-20 })
  solver.minimize(rosenbrock, [x, y])
  t.true(near([x.item(), y.item()], [1, 1], 1e-6))
  t.true(calls < 80, `${calls} evaluations`)
  t.throws(() => solver.apply(), { name: 'GradientError' })
  t.throws(() => solver.minimize(rosenbrock, [x]), { name: 'OptionError' })
  t.deepEqual((optimizers.deserialize(optimizers.serialize(solver)) as LBFGS).getConfig(), solver.getConfig())
})

test('AdaBelief follows its formula', (t) => {
  const w = variable([1], f64)
  const optimizer = new AdaBelief({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-8 })
  let [x, m, s] = [1, 0, 0]
  for (let i = 1; i <= 6; i++) {
    const g = Math.cos(i)
    optimizer.apply([tensor([g], f64)], [w])
    m = 0.8 * m + 0.2 * g
    s = 0.9 * s + 0.1 * (g - m) ** 2 + 1e-8
    x -= (0.1 * m) / (1 - 0.8 ** i) / (Math.sqrt(s / (1 - 0.9 ** i)) + 1e-8)
  }
  t.true(near([w.item()], [x]))
})

test('constraints follow Keras, along any axis', (t) => {
  const w = tensor(
    [
      [3, -1],
      [4, 0],
    ],
    f64,
  )
  const e = 1e-7
  t.deepEqual(flat(nonNeg()(w).toArray()), [3, 0, 4, 0])
  t.true(near(flat(maxNorm(2)(w).toArray()), [(3 * 2) / (5 + e), -1 / (1 + e), (4 * 2) / (5 + e), 0]))
  t.true(near(flat(unitNorm(1)(w).toArray()), [3 / (Math.sqrt(10) + e), -1 / (Math.sqrt(10) + e), 4 / (4 + e), 0]))
  t.true(near(flat(minMaxNorm(2, 4, 0.5)(w).toArray()), [(3 * 4.5) / (5 + e), -1.5 / (1 + e), (4 * 4.5) / (5 + e), 0]))
  t.true(
    near(
      flat(maxNorm(1, [0, 1])(w).toArray()),
      [3, -1, 4, 0].map((x) => x / (Math.sqrt(26) + e)),
    ),
  )
})

test('groups are pairs, a map or an object, with keys that can be matched', (t) => {
  const adam = new Adam()
  for (const groups of [{ 'b.*': adam }, [['b.*', adam]], new Map([['b.*', adam]])] as const)
    t.is(new OptimizerMap(new SGD(), groups as never).get('bias'), adam)
  for (const groups of [null, 5, 'abc', [5], [['a']]] as never[])
    t.throws(() => new OptimizerMap(new SGD(), groups), {
      instanceOf: OptionError,
      message: /the groups are .*Write \{/,
    })
  t.throws(() => new OptimizerMap(new SGD(), { '(': adam }), {
    instanceOf: OptionError,
    message: 'OptimizerMap: the key ( is not a regular expression. Escape special characters with a backslash.',
  })
})

test('L-BFGS checks its learning rate when it is set, and takes no loss scale', (t) => {
  const optimizer = new LBFGS()
  for (const rate of [-1, 0, Number.NaN, Infinity, () => 1] as number[])
    t.throws(() => (optimizer.learningRate = rate), { instanceOf: OptionError, message: /learningRate must be/ })
  optimizer.learningRate = 0.5
  t.is(optimizer.learningRate, 0.5)
  t.is(optimizer.getConfig().learning_rate, 0.5)
  optimizer.lossScaleFactor = null
  t.throws(() => ((optimizer as AnyOptimizer).lossScaleFactor = 3), { message: /LBFGS: lossScaleFactor is 3/ })
})

test('a second minimize of one L-BFGS, while the first still searches, is refused', async (t) => {
  const w = variable([1, 2])
  const optimizer = new LBFGS()
  const loss = () => w.square().sum()
  const first = optimizer.minimizeAsync(loss, [w])
  await t.throwsAsync(() => optimizer.minimizeAsync(loss, [w]), {
    instanceOf: OptionError,
    message: /in the middle of another minimize/,
  })
  await first
  t.true(loss().item() < 1e-6)
  await t.throwsAsync(() => optimizer.minimizeAsync(() => w.mul(Number.NaN).sum(), [w]), { name: 'GradientError' })
  await optimizer.minimizeAsync(loss, [w])
})

test('an optimizer that evaluates the loss is rejected by fit', async (t) => {
  for (const optimizer of [new SAM(new SGD()), new LBFGS()]) {
    const model = new Sequential([new Dense(1, { inputShape: [1] })])
    model.compile({ optimizer, loss: 'meanSquaredError' })
    const before = model.getWeights().map((w) => w.toArray())
    await t.throwsAsync(model.fit([[1]], [[2]]), {
      message: /step, applyGradients and fit do not support it\. Use minimize/,
    })
    t.deepEqual(
      model.getWeights().map((w) => w.toArray()),
      before,
    )
  }
})
