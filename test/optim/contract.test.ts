/**
 * What every optimizer must do: make progress on three problems, restart from a saved state as if it had not stopped, agree with itself
 * interpreted, treat sparse gradients as dense ones, share variables, show non-finite gradients.
 */
import test from 'ava'
import * as nabla from '../../src/index.js'
import {
  type AnyOptimizer,
  IndexedSlices,
  optimizers,
  randomNormal,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../src/index.js'
import { findClass } from '../../src/optim/registry.js'

type Options = Record<string, unknown>
type Create = (options?: Options) => AnyOptimizer

// biome-ignore lint/suspicious/noExplicitAny: classes by name
const classes = nabla as any
const simple = (name: string, own: Options = {}): [string, Create] => [
  `${name}${Object.keys(own).length ? ` ${JSON.stringify(own)}` : ''}`,
  (options = {}) => new classes[name]({ learningRate: 0.02, ...own, ...options }),
]
const wrapped = (name: string, own: Options = {}): [string, Create] => [
  name,
  (options = {}) => new classes[name](new nabla.Adam({ learningRate: 0.02, ...options }), own),
]

const ruled: [string, Create][] = [
  simple('SGD', { learningRate: 0.002 }),
  simple('SGD', { learningRate: 0.001, momentum: 0.9 }),
  simple('SGD', { learningRate: 0.001, momentum: 0.9, nesterov: true }),
  simple('RMSprop'),
  simple('RMSprop', { centered: true, momentum: 0.5, learningRate: 0.005 }),
  simple('Adagrad', { learningRate: 0.3 }),
  simple('Adadelta', { learningRate: 5 }),
  simple('Adam'),
  simple('Adam', { amsgrad: true }),
  simple('AdamW'),
  simple('Adamax'),
  simple('Nadam'),
  simple('Ftrl', { learningRate: 0.5 }),
  simple('Lion', { learningRate: 0.005 }),
  simple('Lamb'),
  simple('Adafactor', { learningRate: 0.05 }),
  simple('Muon'),
  simple('ScheduleFreeAdamW', { learningRate: 0.05 }),
  simple('RAdam', { learningRate: 0.002 }),
  simple('AdaBelief'),
]

const all: [string, Create][] = [
  ...ruled,
  wrapped('LossScaleOptimizer', { initialScale: 8 }),
  wrapped('Lookahead'),
  wrapped('SAM'),
  ['MultiOptimizer', (options = {}) => new nabla.MultiOptimizer(() => multiInner(options))],
  ['LBFGS', () => new nabla.LBFGS({ maxIterations: 5 })],
]

test('every optimizer that is exported takes part here, and is found by its name', (t) => {
  const taking = new Set(all.map(([, create]) => create().constructor.name))
  const names = Object.entries(nabla)
    .filter(([name, value]) => isOptimizer(value) && name !== 'Optimizer' && name !== 'AnyOptimizer')
    .map(([name]) => name)
  t.true(names.length >= 20)
  t.deepEqual(
    names.filter((name) => !taking.has(name)),
    [],
    'add it to `ruled` or `all`',
  )
  for (const name of names) t.is(findClass(name.toLowerCase(), []), classes[name], 'list it in src/optim/classes.ts')
})

function isOptimizer(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof nabla.AnyOptimizer
}

const multi = new WeakMap<Options, AnyOptimizer>()
function multiInner(options: Options): AnyOptimizer {
  const optimizer = multi.get(options) ?? new nabla.Adam({ learningRate: 0.02, ...options })
  multi.set(options, optimizer)
  return optimizer
}

/** A loss over fresh variables. */
type Problem = () => { variables: Variable[]; loss: () => Tensor }

const problems: Record<string, Problem> = {
  'a convex quadratic': () => {
    const w = variable([[1, -2, 3]])
    const target = tensor([[2, 1, 0.5]])
    return {
      variables: [w],
      loss: () =>
        w
          .sub(target)
          .square()
          .mul([[1, 2, 4]])
          .sum(),
    }
  },
  Rosenbrock: () => {
    const [x, y] = [variable([-1.2]), variable([1])]
    return { variables: [x, y], loss: () => x.sub(1).square().add(y.sub(x.square()).square().mul(100)).sum() }
  },
  'a small network': () => {
    const x = randomNormal([16, 3], { seed: 1 })
    const y = x.mul([1, -1, 0.5]).sum(1, { keepDims: true }).tanh()
    const [w1, b1, w2] = [
      randomNormal([3, 8], { seed: 2 }),
      randomNormal([8], { seed: 3 }),
      randomNormal([8, 1], { seed: 4 }),
    ].map((values, i) => variable(values, { name: `w${i}` }))
    return { variables: [w1, b1, w2], loss: () => x.matmul(w1).add(b1).tanh().matmul(w2).sub(y).square().mean() }
  },
}

for (const [name, create] of all) {
  for (const [title, problem] of Object.entries(problems)) {
    test(`${name} makes progress on ${title}`, (t) => {
      const { variables, loss } = problem()
      const optimizer = create()
      const before = loss().item()
      for (let i = 0; i < 60; i++) optimizer.minimize(loss, variables)
      optimizer.finalizeVariableValues(variables)
      const after = loss().item()
      t.true(after < 0.9 * before, `${before} → ${after}`)
    })
  }

  test(`${name}, restarted from its state, goes on as if it had not stopped`, (t) => {
    const { variables, loss } = problems['a small network']()
    const options = name === 'MultiOptimizer' ? {} : name === 'LBFGS' ? {} : { useEma: true }
    const first = create(options)
    for (let i = 0; i < 3; i++) first.minimize(loss, variables)
    const state = first.exportState()
    const weights = variables.map((v) => v.dataSync())
    for (let i = 0; i < 3; i++) first.minimize(loss, variables)
    const expected = variables.map((v) => v.dataSync())
    const expectedState = first.exportState()

    const second = create({ ...options })
    variables.forEach((v, i) => {
      v.assign(tensor(weights[i], { shape: v.shape }))
    })
    second.build(variables)
    second.importState(state)
    for (let i = 0; i < 3; i++) second.minimize(loss, variables)
    t.deepEqual(
      variables.map((v) => v.dataSync()),
      expected,
    )
    t.deepEqual(second.exportState(), expectedState)
  })
}

for (const [name, create] of ruled) {
  test(`${name} does the same interpreted`, (t) => {
    const options = { weightDecay: 0.01, useEma: true, clipnorm: 2, gradientAccumulationSteps: 2, lossScaleFactor: 4 }
    const run = (jitCompile: boolean) => {
      const { variables, loss } = problems['a small network']()
      const optimizer = create({ ...options, jitCompile })
      for (let i = 0; i < 8; i++) optimizer.minimize(loss, variables)
      return [
        ...variables.flatMap((v) => [...v.dataSync()]),
        ...Object.values(optimizer.exportState()).flatMap((x) => [...x]),
      ]
    }
    const [fused, interpreted] = [run(true), run(false)]
    t.is(fused.length, interpreted.length)
    fused.forEach((x, i) => {
      t.true(Math.abs(x - interpreted[i]) <= 2e-5 * Math.max(1, Math.abs(x)), `${i}: ${x} and ${interpreted[i]}`)
    })
  })

  test(`${name} treats a sparse gradient, with duplicates and clipping, as the dense one`, (t) => {
    for (const options of [
      {},
      { clipnorm: 1 },
      { clipvalue: 0.3 },
      { globalClipnorm: 1, weightDecay: 0.1 },
      { useEma: true },
      { lossScaleFactor: 2 },
    ]) {
      const indices = tensor([4, 1, 4], { dtype: 'int32' })
      const run = (isSparse: boolean) => {
        const table = variable(randomNormal([6, 3], { seed: 5 }), { dtype: 'float64' })
        const optimizer = create({ weightDecay: null, ...options, ...(name === 'AdamW' ? { weightDecay: 0.1 } : {}) })
        for (let i = 0; i < 4; i++) {
          const slices = new IndexedSlices(randomNormal([3, 3], { seed: i }).cast('float64'), indices, [6, 3])
          optimizer.apply([isSparse ? slices : tensor(slices.toArray() as number[][], { dtype: 'float64' })], [table])
        }
        return table.dataSync()
      }
      const [sparse, dense] = [run(true), run(false)]
      sparse.forEach((x, i) => {
        t.true(
          Math.abs(x - dense[i]) <= 1e-13 * Math.max(1, Math.abs(x)),
          `${JSON.stringify(options)} ${i}: ${x}, ${dense[i]}`,
        )
      })
    }
  })

  test(`${name} with weight decay 0 is ${name} without`, (t) => {
    const run = (weightDecay: number | null) => {
      const { variables, loss } = problems['a small network']()
      const optimizer = create({ weightDecay, ...(name === 'Muon' ? { adamWeightDecay: weightDecay } : {}) })
      for (let i = 0; i < 5; i++) optimizer.minimize(loss, variables)
      return variables.map((v) => v.dataSync())
    }
    if (name === 'AdamW') {
      const { variables, loss } = problems['a small network']()
      const adam = new nabla.Adam({ learningRate: 0.02 })
      for (let i = 0; i < 5; i++) adam.minimize(loss, variables)
      t.deepEqual(
        run(0),
        variables.map((v) => v.dataSync()),
      )
    } else t.deepEqual(run(0), run(null))
  })

  test(`${name} shows non-finite gradients in the weights they belong to, and a global norm in all`, (t) => {
    const [a, b] = [variable([1, 1], { name: 'a' }), variable([1, 1], { name: 'b' })]
    create().apply([tensor([Number.NaN, 1]), tensor([1, 1])], [a, b])
    t.true(Number.isNaN(a.dataSync()[0]), String(a))
    t.true(b.dataSync().every(Number.isFinite), String(b))
    const [c, d] = [variable([1, 1]), variable([1, 1])]
    create({ globalClipnorm: 1 }).apply([tensor([Infinity, 1]), tensor([1, 1])], [c, d])
    t.true([...c.dataSync(), ...d.dataSync()].every(Number.isNaN), `${c} ${d}`)
  })

  test(`${name} has a configuration that Keras's spelling carries over`, (t) => {
    const optimizer = create({
      learningRate: new nabla.CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }),
      clipvalue: 0.5,
    })
    const config = JSON.parse(JSON.stringify(optimizers.serialize(optimizer)))
    t.deepEqual(optimizers.deserialize(config).getConfig(), optimizer.getConfig())
    t.true(Object.keys(optimizer.getConfig()).every((key) => /^[a-z0-9_]+$/.test(key)))
    t.is((optimizers.get(config.class_name.toLowerCase()) as AnyOptimizer).constructor, optimizer.constructor)
  })
}

test('two optimizers may share a variable', (t) => {
  const v = variable([1])
  const [a, b] = [new nabla.SGD({ learningRate: 0.1, momentum: 0.5 }), new nabla.Adam({ learningRate: 0.1 })]
  a.apply([tensor([1])], [v])
  b.apply([tensor([1])], [v])
  a.apply([tensor([1])], [v])
  t.true(Math.abs(v.item() - (1 - 0.1 - 0.1 - 0.15)) < 1e-6)
})

for (const [name, create] of all) {
  test(`${name} takes the same steps inside of tidy`, (t) => {
    const train = (around: (step: () => void) => void) => {
      const [w, b] = [
        nabla.variable([
          [1, 2],
          [3, -4],
        ]),
        nabla.variable([0.5, 1]),
      ]
      const optimizer = create()
      const loss = () =>
        nabla
          .tensor([
            [1, 2],
            [3, 4],
          ])
          .matmul(w)
          .add(b)
          .square()
          .sum()
      for (let i = 0; i < 4; i++) around(() => void optimizer.minimize(loss, [w, b]))
      optimizer.finalizeVariableValues([w, b])
      return [w.toArray(), b.toArray()]
    }
    t.deepEqual(
      train((step) => nabla.tidy(step)),
      train((step) => step()),
    )
  })
}
