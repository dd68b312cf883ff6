/**
 * What every optimizer must do: make progress on three problems, restart from a saved state as if it had not stopped, agree with itself
 * interpreted, treat sparse gradients as dense ones, share variables, show non-finite gradients.
 */
import test, { type ExecutionContext } from 'ava'
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
import { findClass } from '../../src/optim/wrappers/registry.js'
import { filesBelow, read } from '../source.js'

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
  for (const name of names)
    t.is(findClass(name.toLowerCase(), []), classes[name], 'list it in src/optim/wrappers/registry.ts')
})

/** Optimizers without numbers of Keras, and the test that compares them with another reference, or with steps worked out by hand. */
const byHand: Record<string, string> = {
  AdaBelief: 'AdaBelief follows its formula',
  LBFGS: 'L-BFGS solves a quadratic in as many steps as SciPy, and Rosenbrock',
  Lookahead: 'Lookahead goes part of the way to where the inner optimizer went',
  RAdam: 'RAdam goes where PyTorch 2.13 goes',
  SAM: 'SAM steps along the gradient of the worst neighbour, with the norm over all variables',
}

test('every optimizer meets numbers of a reference, or steps that were worked out by hand', (t) => {
  const keras = read('test/golden/keras-optimizers.json')
  const own = filesBelow('test/optim', '.test.ts').map(read).join('\n')
  for (const [name, value] of Object.entries(nabla)) {
    if (!isOptimizer(value) || name === 'Optimizer' || name === 'AnyOptimizer') continue
    const isCompared = new RegExp(`"(?:optimizer|class)": ?"${name}"`).test(keras)
    t.true(
      isCompared || own.includes(`test('${byHand[name]}'`),
      `${name} has neither; add its numbers, or a test of its steps to byHand`,
    )
  }
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

// A step happens whole or not at all

/** Everything that a step changes. */
function everything(optimizer: AnyOptimizer, variables: readonly Variable[]): unknown {
  const weights = variables.map((v) => v.dataSync())
  return [weights, optimizer.iterations, optimizer.exportState(), String(optimizer)]
}

/** A group of its own for each variable: what happens to the first must not depend on the last. */
function groups(create: (i: number) => AnyOptimizer): nabla.MultiOptimizer {
  const own = new Map<Variable, AnyOptimizer>()
  return new nabla.MultiOptimizer((v) => {
    const optimizer = own.get(v) ?? create(own.size)
    own.set(v, optimizer)
    return optimizer
  })
}

const adam = (options: Options = {}) => new nabla.Adam({ learningRate: 0.02, ...options })

/** The optimizers, and wrappers around wrappers. */
const stepping: [string, Create][] = [
  ...all.filter(([name]) => name !== 'MultiOptimizer'),
  ['MultiOptimizer', (options) => groups(() => adam(options))],
  ['MultiOptimizer of wrappers', (options) => groups((i) => new nabla.Lookahead(adam(options), { syncPeriod: 1 + i }))],
  [
    'MultiOptimizer of Lookaheads of MultiOptimizers',
    (options) => groups(() => new nabla.Lookahead(groups(() => adam(options)))),
  ],
  [
    'Lookahead of MultiOptimizer',
    (options) =>
      new nabla.Lookahead(
        groups(() => adam(options)),
        { syncPeriod: 2 },
      ),
  ],
  ['SAM of MultiOptimizer', (options) => new nabla.SAM(groups(() => adam(options)))],
  ['LossScaleOptimizer of MultiOptimizer', (options) => new nabla.LossScaleOptimizer(groups(() => adam(options)))],
  ['ScheduleFreeAdamW in MultiOptimizer', (options) => groups(() => new nabla.ScheduleFreeAdamW(options))],
]

const isScaled = (name: string) => name.startsWith('LossScaleOptimizer')
const needsLoss = (name: string) => name.startsWith('SAM') || name === 'LBFGS'
/** Options that could hide a number that is not finite, or keep it for later. */
const hiding: Options[] = [
  {},
  { clipnorm: 1 },
  { globalClipnorm: 1 },
  { clipvalue: 1, useEma: true },
  { gradientAccumulationSteps: 2, weightDecay: 0.1 },
]
const optionsOf = (name: string) => (name === 'LBFGS' ? [{}] : hiding)

/** 0, with a derivative that is not finite. */
const poison: Record<string, (w: Tensor) => Tensor> = {
  NaN: (w) => w.sub(w).sqrt().sum(),
  Infinity: (w) => w.sub(w.detach()).sqrt().sum(),
  '-Infinity': (w) => w.sub(w.detach()).sqrt().sum().neg(),
}

for (const [name, create] of stepping.filter(([name]) => !isScaled(name))) {
  test(`${name} refuses gradients that are not finite, and has not moved`, (t) => {
    for (const options of optionsOf(name)) {
      for (const [number, poisoned] of Object.entries(poison)) {
        const { variables, loss } = problems['a small network']()
        const last = variables[2]
        last.path = 'net/head/w2'
        const optimizer = create({ ...options })
        const refuses = (run: () => unknown, op: string) => {
          const before = everything(optimizer, variables)
          const message = new RegExp(
            `^${op}: the gradient of net/head/w2 \\(layer head\\) is not finite, ${number} in 8 of 8 elements\\.`,
          )
          t.throws(run, { instanceOf: nabla.GradientError, message })
          t.deepEqual(everything(optimizer, variables), before)
        }
        optimizer.build(variables)
        for (let i = 0; i < 3; i++) {
          refuses(() => optimizer.minimize(() => loss().add(poisoned(last)), variables), 'minimize')
          optimizer.minimize(loss, variables)
        }
        if (needsLoss(name)) continue
        loss().add(poisoned(last)).backward()
        refuses(() => optimizer.step(variables), 'step')
        optimizer.zeroGrad(variables)
        loss().backward()
        optimizer.step(variables)
      }
    }
  })
}

for (const [name, create] of stepping) {
  test(`${name} takes gradients of 1e20 in its stride, or refuses them and has not moved`, (t) => {
    for (const options of optionsOf(name)) {
      const w = variable([[1, -2]])
      const optimizer = create({ ...options })
      optimizer.build([w])
      for (let i = 0; i < 5; i++) {
        const before = everything(optimizer, [w])
        try {
          optimizer.minimize(() => w.mul(1e20).sum(), [w])
        } catch (error) {
          t.regex(String(error), /^GradientError: minimize: the gradient of variable_\d+ is too large, up to 1e\+20: /)
          t.deepEqual(everything(optimizer, [w]), before)
          t.false(
            'clipnorm' in options || 'globalClipnorm' in options || 'clipvalue' in options,
            'clipped, it is small',
          )
        }
        const numbers = [w.dataSync(), ...Object.values(optimizer.exportState())].flatMap((array) => [...array])
        t.true(numbers.every(Number.isFinite), `${JSON.stringify(options)}: ${numbers}`)
      }
    }
  })
}

for (const [name, create] of stepping.filter(([name]) => isScaled(name))) {
  test(`${name} leaves out steps whose gradients are not finite`, (t) => {
    for (const poisoned of Object.values(poison)) {
      const { variables, loss } = problems['a small network']()
      const optimizer = create() as nabla.LossScaleOptimizer
      optimizer.minimize(loss, variables)
      const [weights, inner, scale] = [
        variables.map((v) => v.toArray()),
        optimizer.inner.exportState(),
        optimizer.scale,
      ]
      optimizer.minimize(() => loss().add(poisoned(variables[2])), variables)
      t.deepEqual(
        variables.map((v) => v.toArray()),
        weights,
      )
      t.deepEqual(optimizer.inner.exportState(), inner)
      t.is(optimizer.scale, scale / 2)
    }
  })
}

test('wrapped loss scales leave out their part of a step, and only theirs', (t) => {
  const [a, b] = [variable([1]), variable([1])]
  const scaled = () => new nabla.Lookahead(new nabla.LossScaleOptimizer(adam(), { initialScale: 1 }))
  const optimizer = groups((i) => (i === 0 ? scaled() : adam()))
  optimizer.minimize(() => poison.NaN(a).add(b.square().sum()), [a, b])
  t.is(a.item(), 1)
  t.true(b.item() < 1)
  t.throws(() => optimizer.minimize(() => poison.NaN(b).add(a.square().sum()), [a, b]), { name: 'GradientError' })
  t.is(a.item(), 1)
})

test('sparse gradients that are not finite are refused, those that have outlived their tidy by apply', (t) => {
  const table = variable(randomNormal([6, 3], { seed: 5 }), { name: 'table' })
  const optimizer = new nabla.SGD()
  const before = table.toArray()
  const rows = table.gather(tensor([1, 4], { dtype: 'int32' }))
  rows.sub(rows.detach()).sqrt().sum().backward()
  t.true(table.grad instanceof IndexedSlices)
  t.throws(() => optimizer.step([table]), { message: /of table is not finite, Infinity in 6 of 6 elements/ })
  t.deepEqual(table.toArray(), before)
  nabla.tidy(() => {
    table.zeroGrad()
    table.square().sum().backward()
  })
  t.throws(() => optimizer.step([table]), { name: 'GradientError', message: /is over/ })
})

test('apply and applyGradients go on doing what Keras does with numbers that are not finite', (t) => {
  const [a, b] = [variable([1, 2]), variable([1, 2])]
  new nabla.SGD().apply([tensor([Number.NaN, 1])], [a])
  new nabla.SGD({ clipvalue: 1, learningRate: 1 }).applyGradients([[tensor([Infinity, 1]), b]])
  t.true(Number.isNaN(a.dataSync()[0]))
  t.deepEqual(b.toArray(), [0, 1])
})

/** Throws once it is blown, but for the first few calls. */
class Fuse {
  isBlown = false
  spared = 0
  private calls = 0
  readonly pass = <T>(value: T): T => {
    this.calls = this.isBlown ? this.calls + 1 : 0
    if (this.calls > this.spared) throw new Error('blown')
    return value
  }
}

/** Steps of an optimizer, and of a twin that meets no error: both must end in the same place. */
function tryAndRetry(t: ExecutionContext, name: string, make: (fuse: Fuse) => Stage): void {
  const fuse = new Fuse()
  const [tried, twin] = [make(fuse), make(new Fuse())]
  for (let i = 0; i < 4; i++) {
    if (i > 0) {
      fuse.isBlown = true
      const before = everything(tried.optimizer, tried.variables)
      t.throws(tried.step, { message: 'blown' }, `${name}, step ${i}`)
      t.deepEqual(everything(tried.optimizer, tried.variables), before, `${name}, step ${i}`)
      fuse.isBlown = false
    }
    tried.step()
    twin.step()
    const numbers = ({ variables, optimizer }: Stage) => [variables.map((v) => v.toArray()), states(optimizer)]
    t.deepEqual(numbers(tried), numbers(twin), `${name}, after a retry of step ${i}`)
  }
}

const states = (optimizer: AnyOptimizer) => Object.values(optimizer.exportState())

interface Stage {
  optimizer: AnyOptimizer
  variables: Variable[]
  step(): void
}

/** An optimizer on the small network, whose last weight has a constraint. */
function stage(optimizer: AnyOptimizer, constraint: nabla.Constraint | null = null, fails = (x: Tensor) => x): Stage {
  const { variables, loss } = problems['a small network']()
  variables[2].constraint = constraint
  return { optimizer, variables, step: () => void optimizer.minimize(() => fails(loss()), variables) }
}

for (const [name, create] of stepping) {
  if (name !== 'LBFGS')
    test(`${name} makes no half a step when a constraint throws, and a whole one afterwards`, (t) => {
      for (const options of hiding)
        tryAndRetry(t, JSON.stringify(options), (fuse) => stage(create({ ...options }), (w) => fuse.pass(w.mul(0.9))))
    })

  test(`${name} makes no half a step when an evaluation of the loss throws`, (t) => {
    tryAndRetry(t, name, (fuse) => {
      let evaluations = 0
      const least = name === 'LBFGS' ? 4 : name.startsWith('SAM') ? 2 : 1
      const made = stage(create(), null, (x) => (++evaluations >= least ? fuse.pass(x) : x))
      const { step } = made
      return {
        ...made,
        step: () => {
          evaluations = 0
          step()
        },
      }
    })
  })

  if (name === 'LBFGS') continue // its rate is a number
  test(`${name} makes no half a step when a rate or an option throws`, (t) => {
    for (const option of ['learningRate', 'weightDecay', 'globalClipnorm'])
      tryAndRetry(t, option, (fuse) => {
        const options = { useEma: true, [option]: () => fuse.pass(0.01) }
        const made = stage(create(options))
        // Each of several groups calls its function: that of the last one throws
        fuse.spared = name.includes('Multi') ? 2 : 0
        return made
      })
  })
}

/** Optimizers of one's own whose update throws on the second variable. */
const own: Record<string, (fuse: Fuse) => AnyOptimizer> = {
  'an update of one variable': (fuse) => {
    class Own extends nabla.Optimizer {
      protected readonly slots = ['m']
      protected readonly rule = ''
      protected override updateVariable(step: nabla.VariableStep): void {
        fuse.pass(step.run('m = 0.5 * m + g\nw = w - eta * m'))
      }
    }
    return new Own({ useEma: true })
  },
  'an update of one variable that extends one of ours': (fuse) => {
    class Own extends nabla.Muon {
      protected override updateVariable(step: nabla.VariableStep): void {
        super.updateVariable(step)
        fuse.pass(0)
      }
    }
    return new Own()
  },
}

for (const [title, create] of Object.entries(own)) {
  const wrappers: Record<string, (fuse: Fuse) => AnyOptimizer> = {
    alone: create,
    'in Lookahead': (fuse) => new nabla.Lookahead(create(fuse), { syncPeriod: 1 }),
    'in SAM': (fuse) => new nabla.SAM(create(fuse)),
    'in LossScaleOptimizer': (fuse) => new nabla.LossScaleOptimizer(create(fuse), { dynamicGrowthSteps: 1 }),
    'as the last of a MultiOptimizer': (fuse) => groups((i) => (i === 2 ? create(fuse) : adam())),
    'in a MultiOptimizer of wrappers': (fuse) =>
      groups((i) => (i === 2 ? create(fuse) : new nabla.Lookahead(i ? adam() : new nabla.LossScaleOptimizer(adam())))),
  }
  for (const [place, wrapped] of Object.entries(wrappers)) {
    test(`${title} of one's own, ${place}, makes no half a step`, (t) => {
      tryAndRetry(t, place, (fuse) => {
        fuse.spared = place.includes('Multi') ? 0 : 1
        return stage(wrapped(fuse))
      })
    })
  }
}

test('a custom optimizer whose update is called move, as in older versions, still steps', (t) => {
  class Older extends nabla.Optimizer {
    protected readonly slots = []
    protected readonly rule = ''
    protected override move(step: nabla.VariableStep): void {
      step.run('w = w - eta * g')
    }
  }
  const w = variable([1])
  new Older({ learningRate: 0.5 }).minimize(() => w.sum(), [w])
  t.is(w.item(), 0.5)
})

test('a rule that does not fit the second variable is refused before the first has moved', (t) => {
  class Odd extends nabla.Optimizer {
    protected readonly slots = ['m']
    protected readonly rule = 'm = m + g\nw = w - eta * m'
    protected override slotsOf(v: Variable): readonly string[] {
      return v.rank === 1 ? ['m'] : []
    }
  }
  const [a, b] = [variable([1]), variable([[1]])]
  t.throws(() => new Odd().apply([tensor([1]), tensor([[1]])], [a, b]), { name: 'FormulaError' })
  t.deepEqual([a.item(), b.item()], [1, 1])
})

test('what only takes a loss is refused as a group before others have moved', (t) => {
  for (const odd of [new nabla.SAM(adam()), new nabla.LBFGS()]) {
    const [a, b] = [variable([1]), variable([1])]
    const optimizer = groups((i) => (i === 0 ? adam() : odd))
    t.throws(() => optimizer.apply([tensor([1]), tensor([1])], [a, b]), { message: /Use minimize/ })
    t.deepEqual([a.item(), b.item(), optimizer.iterations], [1, 1, 0])
  }
})

test('after a step that failed, a variable without a gradient is averaged as ever', (t) => {
  const fuse = new Fuse()
  const [a, b] = [variable([1]), variable([1], { constraint: (w) => fuse.pass(w) })]
  const optimizer = new nabla.SGD({ learningRate: 1, useEma: true, emaMomentum: 0.5 })
  optimizer.apply([tensor([1]), tensor([1])], [a, b])
  fuse.isBlown = true
  t.throws(() => optimizer.apply([tensor([1]), tensor([1])], [a, b]), { message: 'blown' })
  fuse.isBlown = false
  a.assign([3])
  const warn = console.warn
  console.warn = () => {}
  optimizer.apply([null, tensor([1])], [a, b])
  console.warn = warn
  t.deepEqual(
    optimizer.variables.filter(({ name }) => name.endsWith('average')).map((v) => v.item()),
    [1.5, -0.5],
  )
})

test('ScheduleFreeAdamW, evaluating, is not moved by a step that fails, not even after importState', (t) => {
  for (const isImported of [false, true]) {
    const { variables, loss } = problems['a small network']()
    const make = () => new nabla.ScheduleFreeAdamW({ learningRate: 0.05 })
    let optimizer = make()
    for (let i = 0; i < 3; i++) optimizer.minimize(loss, variables)
    optimizer.swapForEvaluation()
    if (isImported) {
      const state = optimizer.exportState()
      optimizer = make()
      optimizer.build(variables)
      optimizer.importState(state)
    }
    const before = everything(optimizer, variables)
    t.throws(() => optimizer.minimize(() => loss().add(poison.NaN(variables[0])), variables), { name: 'GradientError' })
    t.throws(() => optimizer.apply([tensor([1]), null, null], variables), { name: 'ShapeError' })
    t.deepEqual(everything(optimizer, variables), before)
  }
})
