/**
 * Names that every JavaScript object has, such as `constructor`, and `__proto__`: anything that users name may be called so, and where
 * a name is looked up they are unknown.
 */
import test from 'ava'
import * as nabla from '../src/index.js'
import {
  Adam,
  Dense,
  einsum,
  formula,
  grad,
  MultiOptimizer,
  NablaError,
  Optimizer,
  OptimizerMap,
  type OptimizerOptions,
  ones,
  optimizers,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  variable,
} from '../src/index.js'

const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'then']

/** A function of this name. */
const called = (name: string) =>
  Object.defineProperty((yTrue: Tensor, yPred: Tensor) => yPred.sub(yTrue).square().mean(), 'name', { value: name })

/** One step of an optimizer with this rule from w = 1 along 2, and from there through its own saved state. */
function stepped(fields: object, defaults: object = {}): unknown {
  class Own extends Optimizer<OptimizerOptions> {
    static override readonly defaults = { learningRate: 1, ...defaults }
    protected readonly slots: string[] = []
    protected readonly rule: string = ''
    constructor() {
      super({})
      Object.assign(this, fields)
    }
  }
  const [w, optimizer] = [variable([1], { name: 'w' }), new Own()]
  optimizer.apply([tensor([2])], [w])
  optimizer.importState(JSON.parse(JSON.stringify(optimizer.exportState())))
  return w.toArray()
}

/** What a name can be given to, and what comes of it. */
const given: Record<string, (name: string) => [got: unknown, want: unknown]> = {
  'an input of a formula': (name) => [formula(`${name} * 2`)(tensor([1])).toArray(), [2]],
  'an input of a formula, by name': (name) => [
    (formula(`${name} * 2`) as (values: object) => Tensor)({ [name]: tensor([1]) }).toArray(),
    [2],
  ],
  'the input that a gradient is for': (name) => {
    const w = variable([1])
    formula(`${name} * 2 + b`)(w, tensor([1]))
      .sum()
      .backward()
    return [w.grad?.toArray(), [2]]
  },
  'second derivatives': (name) => {
    const cube = grad((x) => formula(`${name}^3`)(x).sum())
    return [grad((x) => cube(x).sum())([2]).toArray(), [12]]
  },
  'an output of a formula': (name) => {
    const outputs = formula(`${name} = a * 2\nb = ${name} + 1`)(tensor([1])) as unknown as Record<string, Tensor>
    return [
      Object.entries(outputs).map(([key, x]) => [key, x.item()]),
      [
        [name, 2],
        ['b', 3],
      ],
    ]
  },
  'a derivative': (name) => [String(formula(`sin(${name})`).derivative(name)), `g * cos(${name})`],
  'a slot': (name) => [stepped({ slots: [name], rule: `${name} = ${name} + g\nw = w - eta * ${name}` }), [-1]],
  'a counter': (name) => [
    stepped({ counters: Object.fromEntries([[name, 3]]), advance: `${name} = ${name} + 1`, rule: `w = w - ${name}` }),
    [-3],
  ],
  'a hyperparameter': (name) => [stepped({ rule: `w = w - ${name}` }, Object.fromEntries([[name, 5]])), [-4]],
  'a variable of an optimizer': (name) => {
    const w = variable([1], { name })
    const optimizer = new Adam({ learningRate: 1 })
    optimizer.apply([tensor([1])], [w])
    optimizer.importState(JSON.parse(JSON.stringify(optimizer.exportState())))
    return [w.toArray<number[]>().map(Math.round), [0]]
  },
  'a group of variables': (name) => {
    const fast = new SGD({ learningRate: 1 })
    const w = variable([1], { name })
    new MultiOptimizer(new OptimizerMap(new SGD({ learningRate: 0 }), [[name, fast]])).apply([tensor([1])], [w])
    return [w.toArray(), [0]]
  },
}

for (const [what, run] of Object.entries(given)) {
  test(`${what} may have a name that every object has`, (t) => {
    for (const name of names) t.deepEqual(...run(name), name)
  })
}

test('a metric may have a name that every object has', async (t) => {
  for (const name of names) {
    const model = new Sequential([new Dense(1)])
    model.compile({ optimizer: new SGD(), loss: 'meanSquaredError', metrics: [called(name)] })
    const { history } = await model.fit([[1], [2]], [[1], [2]], { epochs: 2, batchSize: 1, validationSplit: 0.5 })
    for (const key of [name, `val_${name}`]) t.is(Object.getOwnPropertyDescriptor(history, key)?.value.length, 2, key)
    t.true(Object.hasOwn(model.evaluate([[1]], [[1]]), name), name)
    t.true(Object.hasOwn(model.trainOnBatch([[1]], [[1]]), name), name)
  }
})

/** Where a name is looked up. */
const asked: Record<string, (name: string) => unknown> = {
  dtype: (name) => tensor([1], { dtype: name as never }),
  cast: (name) => tensor([1]).cast(name as never),
  activation: (name) => new Dense(1, { activation: name as never }),
  initializer: (name) => new Dense(1, { kernelInitializer: name as never }).apply(tensor([[1]])),
  loss: (name) => new Sequential([new Dense(1)]).compile({ optimizer: new SGD(), loss: name as never }),
  metric: (name) =>
    new Sequential([new Dense(1)]).compile({ optimizer: new SGD(), loss: 'huber', metrics: [name as never] }),
  optimizer: (name) => optimizers.get(name as never),
  schedule: (name) => Adam.fromConfig({ learning_rate: { class_name: name, config: {} } }),
  'option of an optimizer': (name) => new Adam(JSON.parse(`{"${name}":1}`)),
  'option of a layer': (name) => new Dense(1, JSON.parse(`{"${name}":1}`)),
  'function of a formula': (name) => formula(`${name}(a)`),
  subscripts: (name) => einsum(`${name}->${name}`, ones([1])),
  slice: (name) => ones([1]).slice(name),
}

for (const [what, run] of Object.entries(asked)) {
  test(`no ${what} is called as something that every object has`, (t) => {
    for (const name of names) t.throws(() => run(name), { instanceOf: NablaError }, name)
  })
}

test('no back end is called as something that every object has', async (t) => {
  for (const name of names) await t.throwsAsync(() => nabla.setBackend(name as never), { instanceOf: NablaError }, name)
})
