/**
 * Freezing and unfreezing between trainings: it works with every optimizer, which keeps its state.
 */
import test from 'ava'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  Dense,
  LBFGS,
  Lookahead,
  LossScaleOptimizer,
  MultiOptimizer,
  OptimizerMap,
  OptionError,
  optimizers,
  randomNormal,
  SAM,
  ScheduleFreeAdamW,
  Sequential,
  SGD,
  tensor,
  variable,
} from '../../src/index.js'

const x = randomNormal([16, 4], { seed: 1 })
const y = x.sum(1, { keepDims: true })

function make(optimizer: AnyOptimizer, isFrozen: boolean) {
  const base = new Dense(4, { name: 'base', seed: 1, activation: 'tanh', trainable: !isFrozen })
  const head = new Dense(1, { name: 'head', seed: 2 })
  const model = new Sequential([base, head], { name: 'm', inputShape: [4] })
  model.compile({ optimizer, loss: 'meanSquaredError' })
  return { model, base, head }
}

const numbers = (layer: Dense) => layer.variables.map((v) => v.toArray())

const kinds: Record<string, () => AnyOptimizer> = {
  ...Object.fromEntries(
    ['sgd', 'rmsprop', 'adam', 'nadam', 'adagrad', 'adadelta', 'adamax', 'ftrl', 'lion', 'adafactor', 'muon'].map(
      (name) => [name, () => optimizers.get(name)],
    ),
  ),
  'with momentum': () => new SGD({ momentum: 0.9 }),
  'with an average': () => new AdamW({ useEma: true, emaMomentum: 0.9 }),
  'with an average that is written back': () => new AdamW({ useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 2 }),
  'with accumulation': () => new Adam({ gradientAccumulationSteps: 2 }),
  'with clipping': () => new Adam({ globalClipnorm: 0.1 }),
  ScheduleFreeAdamW: () => new ScheduleFreeAdamW(),
  LossScaleOptimizer: () => new LossScaleOptimizer(new Adam()),
  Lookahead: () => new Lookahead(new Adam(), { syncPeriod: 3 }),
  MultiOptimizer: () => new MultiOptimizer(new OptimizerMap(new SGD(), { '.*kernel': new Adam() })),
  'MultiOptimizer with a frozen group': () =>
    new MultiOptimizer(new OptimizerMap(new SGD(), { '.*base.*': new Adam() })),
  'MultiOptimizer by a function': () => {
    const [a, b] = [new SGD(), new Adam()]
    return new MultiOptimizer((v) => (v.path.includes('base') ? a : b))
  },
}

for (const [name, kind] of Object.entries(kinds)) {
  test(`${name}: freeze, fit, unfreeze, fit, freeze, fit`, async (t) => {
    const optimizer = kind()
    const { model, base, head } = make(optimizer, true)
    const train = async () => {
      const before = [numbers(base), numbers(head)]
      await model.fit(x, y, { epochs: 2, batchSize: 8, seed: 1 })
      return [numbers(base), numbers(head)].map((now, i) => JSON.stringify(now) !== JSON.stringify(before[i]))
    }
    t.deepEqual(await train(), [false, true])
    base.trainable = true
    t.deepEqual(await train(), [true, true])
    t.is(optimizer.builtVariables().length, 4)
    base.trainable = false
    t.deepEqual(await train(), [false, true])
    base.trainable = true
    head.trainable = false
    model.compile({ optimizer, loss: 'meanSquaredError' })
    t.deepEqual(await train(), [true, false])
    t.is(optimizer.iterations, name === 'with accumulation' ? 8 : 16)
    if (name === 'MultiOptimizer by a function') return
    const other = kind()
    const copy = make(other, false)
    copy.model.setWeights(model.getWeights())
    other.build(copy.model.trainableVariables)
    other.importState(optimizer.exportState())
    t.deepEqual(other.exportState(), optimizer.exportState())
  })
}

test('the optimizer keeps the state of what it knows, and the new variables begin at 0', async (t) => {
  const optimizer = new Adam({ learningRate: 0.01 })
  const { model, base, head } = make(optimizer, true)
  model.trainOnBatch(x, y)
  model.trainOnBatch(x, y)
  const state = () => optimizer.exportState()
  const before = state()
  base.trainable = true
  const weights = model.getWeights()
  model.trainOnBatch(x, y)
  t.deepEqual(Object.keys(state()), [
    'iteration',
    'learning_rate',
    ...['m_base_kernel_m', 'm_base_kernel_v', 'm_base_bias_m', 'm_base_bias_v'],
    ...['m_head_kernel_m', 'm_head_kernel_v', 'm_head_bias_m', 'm_head_bias_v'],
  ])

  // The same step by hand: an optimizer for all four from the start, whose state of the head is the one from before.
  const wanted = make(new Adam({ learningRate: 0.01 }), false)
  wanted.model.setWeights(weights)
  const other = wanted.model.optimizer as unknown as Adam
  other.build(wanted.model.trainableVariables)
  other.importState({ ...other.exportState(), ...before })
  wanted.model.trainOnBatch(x, y)
  t.deepEqual(wanted.model.getWeights().map(String), model.getWeights().map(String))
  t.deepEqual(other.exportState(), state())
  t.is(head.variables.length, 2)
})

test('unfreezing in a callback works, in the last epoch, too', async (t) => {
  for (const at of [0, 2]) {
    const { model, base } = make(new AdamW({ useEma: true }), true)
    const before = numbers(base)
    await model.fit(x, y, {
      epochs: 3,
      callbacks: [
        {
          onEpochEnd(epoch) {
            base.trainable = epoch >= at
          },
        },
      ],
    })
    t.is(JSON.stringify(numbers(base)) !== JSON.stringify(before), at === 0)
  }
})

test('a head that is replaced is trained, with the state of the rest', async (t) => {
  const optimizer = new Adam()
  const { model, base } = make(optimizer, false)
  await model.fit(x, y)
  const [known] = optimizer.exportState().m_base_kernel_m
  const head = new Dense(1, { name: 'new', seed: 3 })
  Object.assign(model, { layers: [base, head] })
  await model.fit(x, y)
  t.is(optimizer.builtVariables().length, 6)
  t.not(optimizer.exportState().m_base_kernel_m[0], known)
  base.trainable = false
  Object.assign(model, { layers: [base, new Dense(1, { name: 'newer' })] })
  await t.notThrowsAsync(model.fit(x, y), 'even if all others are frozen')
})

test('an optimizer of another model is not taken for one of this', (t) => {
  const optimizer = new Adam()
  make(optimizer, false).model.trainOnBatch(x, y)
  t.throws(() => make(optimizer, false).model.trainOnBatch(x, y), {
    instanceOf: OptionError,
    message: /unknown variable m\/base\/kernel/,
  })
})

test('by hand, apply refuses variables that it does not know until addVariables', (t) => {
  for (const optimizer of [new Adam(), new Lookahead(new Adam()), new LossScaleOptimizer(new SGD({ momentum: 0.9 }))]) {
    const [a, b] = [variable([1, 2]), variable([3])]
    const g = [tensor([1, 1]), tensor([1])]
    optimizer.apply(g.slice(0, 1), [a])
    t.throws(() => optimizer.apply(g, [a, b]), {
      instanceOf: OptionError,
      message: /unknown variable .*addVariables/,
    })
    const before = optimizer.exportState()
    optimizer.addVariables([a, b])
    const after = optimizer.exportState()
    for (const [name, array] of Object.entries(before)) t.deepEqual(after[name], array, name)
    t.notThrows(() => optimizer.apply(g, [a, b]))
    t.notThrows(() => optimizer.apply(g.slice(0, 1), [a]), 'a part of them is fine')
    t.throws(() => optimizer.addVariables([1] as never), { message: /not a variable/ })
  }
  const w = variable([1])
  const sam = new SAM(new SGD())
  sam.minimize(() => w.square().sum(), [w])
  sam.addVariables([w, variable([2])])
  t.is(sam.builtVariables().length, 2)
  const lbfgs = new LBFGS()
  lbfgs.minimize(() => w.square().sum(), [w])
  t.throws(() => lbfgs.addVariables([w, variable([2])]), { message: /one optimizer per set of variables/ })
})

test('model.optimizer has a learning rate, iterations and a state', (t) => {
  const { model } = make(new Adam({ learningRate: 0.5 }), false)
  model.trainOnBatch(x, y)
  const { optimizer } = model
  const rate: number = optimizer.learningRate
  const made: number = optimizer.iterations
  const state: Record<string, Float32Array | Float64Array | Int32Array> = optimizer.exportState()
  optimizer.importState(state)
  t.deepEqual([rate, made, state.iteration], [0.5, 1, Float64Array.of(1)])
})
