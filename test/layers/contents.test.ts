/**
 * Layers and variables in the properties of layers, and what is called without being in one.
 */
import vm from 'node:vm'
import test from 'ava'
import {
  Activation,
  Adam,
  Dense,
  Dropout,
  GradientError,
  Layer,
  Model,
  OptionError,
  ones,
  randomNormal,
  Sequential,
  SGD,
  setSeed,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../src/index.js'

class Skip extends Layer {
  inner = new Dense(4)
  override call(x: Tensor): Tensor {
    return x.add(this.inner.apply(x))
  }
}

/** A layer that adds up what the layers give that `layers` finds in it. */
class Sum extends Layer {
  held: unknown
  protected readonly pick: (held: never) => Layer[]
  constructor(held: unknown, pick: (held: never) => Layer[]) {
    super({ name: 'sum' })
    this.held = held
    this.pick = pick
  }
  override call(x: Tensor): Tensor {
    return this.pick(this.held as never)
      .map((layer) => layer.apply(x))
      .reduce((a, b) => a.add(b))
  }
}

const dense = () => new Dense(4)
const paths = (layer: Layer) => layer.variables.map((v) => v.path)
const numbers = (layer: Layer) => layer.variables.map((v) => v.toArray())
const x = randomNormal([8, 4], { seed: 1 })
const y = randomNormal([8, 4], { seed: 2 })

/** Every way to hold layers, and the paths of their kernels. */
const ways: Record<string, () => [layer: Layer, kernels: string[]]> = {
  property: () => [new Sum(dense(), (l: Layer) => [l]), ['held']],
  array: () => [new Sum([dense(), dense()], (l) => l), ['held/0', 'held/1']],
  'array of arrays': () => [new Sum([[dense()], [[dense()]]], (l: Layer[][]) => l.flat(2)), ['held/0/0', 'held/1/0/0']],
  map: () => [
    new Sum(
      new Map<unknown, Layer>([
        ['a', dense()],
        [2, dense()],
      ]),
      (m: Map<unknown, Layer>) => [...m.values()],
    ),
    ['held/a', 'held/2'],
  ],
  'keys of a map': () => [
    new Sum(new Map([[dense(), 'first']]), (m: Map<Layer, string>) => [...m.keys()]),
    ['held/key_0'],
  ],
  set: () => [new Sum(new Set([dense(), dense()]), (s: Set<Layer>) => [...s]), ['held/0', 'held/1']],
  object: () => [
    new Sum({ a: dense(), b: { c: [dense()] } }, (o: { a: Layer; b: { c: Layer[] } }) => [o.a, ...o.b.c]),
    ['held/a', 'held/b/c/0'],
  ],
  'object without a prototype': () => [
    new Sum(Object.assign(Object.create(null), { a: dense() }), (o: { a: Layer }) => [o.a]),
    ['held/a'],
  ],
  'array and object of another realm': () => {
    const held = vm.runInNewContext('({ list: [] })') as { list: Layer[] }
    held.list.push(dense())
    return [new Sum(held, (o: { list: Layer[] }) => o.list), ['held/list/0']]
  },
  'a layer in a layer': () => [new Sum(new Sum(dense(), (l: Layer) => [l]), (l: Layer) => [l]), ['held/held']],
  'a model in a layer': () => [
    new Sum(new Sequential([new Dense(4, { name: 'a' }), new Dense(4, { name: 'b' })]), (l: Layer) => [l]),
    ['held/a', 'held/b'],
  ],
  'lists named layers': () => [
    Object.assign(new Sum(null, () => []), {
      layers: [new Dense(4, { name: 'a' }), new Dense(4, { name: 'a' })],
      call(this: { layers: Layer[] }, x: Tensor) {
        return this.layers[1].apply(this.layers[0].apply(x))
      },
    }),
    ['a', 'a_1'],
  ],
  'one layer twice': () => {
    const shared = dense()
    return [new Sum({ a: shared, b: [shared] }, (o: { a: Layer; b: Layer[] }) => [o.a, ...o.b]), ['held/a']]
  },
}

for (const [way, make] of Object.entries(ways)) {
  test(`layers held in a ${way} are trained, saved, frozen and named`, async (t) => {
    const [layer, kernels] = make()
    const want = kernels.flatMap((path) => [`model/sum/${path}/kernel`, `model/sum/${path}/bias`])
    const model = new Sequential([layer], { name: 'model' })
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'meanSquaredError' })
    const { history } = await model.fit(x, y, { epochs: 2 })
    t.true(history.loss[1] < history.loss[0])
    t.deepEqual(paths(model), want)
    t.deepEqual(
      model.trainableVariables.map((v) => v.path),
      want,
    )

    const before = numbers(model)
    await model.fit(x, y)
    for (const [i, now] of numbers(model).entries()) t.notDeepEqual(now, before[i], want[i])

    const other = new Sequential([make()[0]])
    other.apply(x)
    other.setWeights(model.getWeights())
    t.deepEqual(other.predict(x).toArray(), model.predict(x).toArray())
    t.throws(() => other.setWeights(model.getWeights().slice(2)), { message: /weights; received/ })

    model.trainable = false
    t.is(model.trainableVariables.length, 0)
    t.true(model.variables.every((v) => !v.requiresGrad))
    model.trainable = true
    t.is(model.trainableVariables.length, want.length)
    const count = model.variables.reduce((sum, v) => sum + v.size, 0)
    t.regex(
      model.summary(() => {}),
      new RegExp(`${count} weights, ${count} trainable$`),
    )
  })
}

test('what a layer holds may be deep, long and full of other things', (t) => {
  const last = new Dense(4, { inputShape: [4] })
  let chain: object = { end: last }
  for (let i = 0; i < 20_000; i++) chain = i % 2 ? { next: chain } : [chain]
  const held = {
    chain,
    numbers: new Array(300_000).fill(0.5),
    rows: Array.from({ length: 200_000 }, () => [1]),
    none: null,
  }
  const layer = new Sum(held, () => [])
  t.is(layer.variables.length, 0, 'not built yet')
  last.apply(x)
  t.is(layer.variables.length, 2)
  const end = Object.assign(new Sum([held, new Date(), /x/, tensor([1]), new Float32Array(3), () => 1], () => []), {})
  t.is(end.variables.length, 2)
  held.numbers.push(variable(1))
  t.is(end.variables.length, 3, 'what comes into a list of numbers later is found')
})

/** As it would be written in PyTorch. */
class Net extends Layer {
  hidden = new Dense(8, { activation: 'tanh' })
  blocks = [new Dense(8), new Dense(8)]
  scale = variable([0.5])
  steps = variable(0, { trainable: false })
  out = new Dense(1)
  override call(x: Tensor): Tensor {
    let h = this.hidden.apply(x)
    for (const block of this.blocks) h = h.add(block.apply(h))
    return this.out.apply(h).mul(this.scale)
  }
}

class NetModel extends Model {
  net = new Net()
  override call(x: Tensor): Tensor {
    return this.net.apply(x)
  }
}

test('a class with its layers as fields trains by hand with step and minimize', (t) => {
  const [inputs, targets] = [x, x.sum(1, { keepDims: true })]
  for (const style of ['step', 'minimize'] as const) {
    setSeed(3)
    const net = new Net({ name: 'net' })
    const loss = () => net.apply(inputs).sub(targets).square().mean()
    const first = loss().item()
    const optimizer = new Adam({ learningRate: 0.01 })
    for (let i = 0; i < 30; i++) {
      if (style === 'minimize') optimizer.minimize(loss, net.trainableVariables)
      else {
        optimizer.zeroGrad(net.trainableVariables)
        loss().backward()
        optimizer.step(net.trainableVariables)
      }
    }
    t.true(loss().item() < first / 2, style)
    t.deepEqual(paths(net), [
      'net/hidden/kernel',
      'net/hidden/bias',
      ...['net/blocks/0/kernel', 'net/blocks/0/bias', 'net/blocks/1/kernel', 'net/blocks/1/bias'],
      ...['net/scale', 'net/steps', 'net/out/kernel', 'net/out/bias'],
    ])
    t.is(net.trainableVariables.length, 9)
    t.is(net.scale.name, 'scale')
    t.not(net.scale.item(), 0.5)
    net.trainable = false
    net.trainable = true
    t.false(net.steps.trainable, 'what was not trainable when it came stays so')
  }
})

test('a model with its layers as fields does everything that Sequential does', async (t) => {
  const model = new NetModel({ name: 'model' }).compile({ optimizer: new Adam(), loss: 'meanSquaredError' })
  const targets = x.sum(1)
  const { history } = await model.fit(x, targets, { epochs: 3, seed: 1 })
  t.true(history.loss[2] < history.loss[0])
  t.is(model.evaluate(x, targets).loss, model.evaluate(x, targets).loss)
  t.deepEqual(model.predict(x).shape, [8, 1])
  t.deepEqual(
    model
      .summary(() => {})
      .split('\n')
      .slice(4, -2)
      .map((line) => line.split(/\s{2,}/)),
    [
      ['net: Net()', '[batch, 1]', '195'],
      ['', 'hidden: Dense(4 → 8, tanh)', '[batch, 8]', '40'],
      ['', 'blocks/0: Dense(8 → 8)', '[batch, 8]', '72'],
      ['', 'blocks/1: Dense(8 → 8)', '[batch, 8]', '72'],
      ['', 'scale: Variable', '[1]', '1'],
      ['', 'steps: Variable', '[]', '1'],
      ['', 'out: Dense(8 → 1)', '[batch, 1]', '9'],
    ],
  )
})

test('what is put into a layer later, or built later, is found, trained and frozen, too', async (t) => {
  class Growing extends Model {
    list: Layer[] = [new Dense(4)]
    shift: Variable | null = null
    override call(x: Tensor): Tensor {
      const y = this.list.reduce((y, layer) => layer.apply(y), x)
      return this.shift ? y.add(this.shift) : y
    }
  }
  const model = new Growing({ name: 'm' }).compile({ optimizer: new Adam(), loss: 'meanSquaredError' })
  await model.fit(x, y)
  const early = dense()
  const shift = variable(ones([4]))
  model.trainOnBatch(x, y)
  model.list.push(early)
  model.shift = shift
  const before = numbers(model)
  await model.fit(x, y)
  t.deepEqual(paths(model), ['m/list/0/kernel', 'm/list/0/bias', 'm/list/1/kernel', 'm/list/1/bias', 'm/shift'])
  t.notDeepEqual(shift.toArray(), before[before.length - 1])

  model.trainable = false
  const late = dense()
  model.list.push(late)
  model.apply(x)
  t.false(late.trainable)
  t.false(late.kernel.trainable)
  t.is(model.trainableVariables.length, 0)
  late.trainable = true
  t.deepEqual(
    model.trainableVariables.map((v) => v.path),
    ['m/list/2/kernel', 'm/list/2/bias'],
    'it can be set free again',
  )
  const frozen = () => numbers(model).filter((_, i) => !model.variables[i].trainable)
  const still = frozen()
  await model.fit(x, y)
  t.is(still.length, 5)
  t.deepEqual(frozen(), still)

  model.trainable = true
  model.list = [new Dense(4)]
  model.shift = null
  await model.fit(x, y)
  t.deepEqual(paths(model), ['m/list/0/kernel', 'm/list/0/bias'], 'what was replaced is not there any more')
})

test('a frozen layer freezes what it holds, even if made so by an option', (t) => {
  const net = new Net({ trainable: false })
  net.apply(x)
  t.is(net.trainableVariables.length, 0)
  t.is(net.variables.length, 10)
})

test('layers that hold each other, and a layer that holds itself, are no problem', (t) => {
  class Child extends Layer {
    parent: Layer | null = null
    inner = new Dense(4)
    override call(x: Tensor): Tensor {
      return this.inner.apply(x)
    }
  }
  class Parent extends Layer {
    self = this
    child = new Child({ name: 'child' })
    override call(x: Tensor): Tensor {
      return this.child.apply(x)
    }
  }
  const parent = new Parent({ name: 'parent' })
  parent.child.parent = parent
  parent.apply(x)
  t.deepEqual(paths(parent), ['parent/child/inner/kernel', 'parent/child/inner/bias'])
  t.deepEqual(paths(parent.child), paths(parent))
  t.deepEqual(JSON.parse(JSON.stringify(parent)).layers[0].layers.length, 1)
})

test('a layer of two models keeps the names of the first one', (t) => {
  const shared = new Dense(4, { name: 'shared' })
  const [a, b] = ['a', 'b'].map((name) => new Sequential([shared], { name, inputShape: [4] }))
  t.deepEqual(paths(a), ['a/shared/kernel', 'a/shared/bias'])
  t.deepEqual(paths(b), paths(a))
  t.deepEqual(paths(new Sequential([a], { name: 'c', inputShape: [4] })), ['c/a/shared/kernel', 'c/a/shared/bias'])
})

test('the shape of the results of layers with layers inside is found out, so that Sequential builds what follows', (t) => {
  class Wide extends Layer {
    table = variable(ones([4, 6]))
    override call(x: Tensor): Tensor {
      return x.matmul(this.table)
    }
  }
  class Block extends Layer {
    inner = new Dense(5)
    override call(x: Tensor): Tensor {
      return this.inner.apply(x)
    }
  }
  const eager = new Sequential([new Wide(), new Block(), new Dense(1)], { inputShape: [4] })
  t.is(eager.variables.length, 5)
  for (const model of [eager, new Sequential([new Wide(), new Block(), new Dense(1)])])
    t.deepEqual(model.predict(x).shape, [8, 1])
})

/** Ways to call a layer that cannot be found. */
const hidden: Record<string, () => Layer> = {
  'in a closure': () => {
    const inner = new Dense(4, { name: 'inner' })
    return Object.assign(new Sum(null, () => []), { call: (x: Tensor) => inner.apply(x) })
  },
  'in a private field': () => {
    class Private extends Layer {
      #inner = new Dense(4, { name: 'inner' })
      override call(x: Tensor): Tensor {
        return this.#inner.apply(x)
      }
    }
    return new Private({ name: 'sum' })
  },
  'in a WeakMap': () => {
    const key = {}
    return new Sum(new WeakMap([[key, new Dense(4, { name: 'inner' })]]), (m: WeakMap<object, Layer>) => [
      m.get(key) as Layer,
    ])
  },
  'in an object of another class': () => {
    class Box {
      inner = new Dense(4, { name: 'inner' })
    }
    return new Sum(new Box(), (box: Box) => [box.inner])
  },
  'made anew in each call': () =>
    Object.assign(new Sum(null, () => []), { call: (x: Tensor) => new Dense(4, { name: 'inner' }).apply(x) }),
}

for (const [where, make] of Object.entries(hidden)) {
  test(`a layer ${where} is an error that names it`, async (t) => {
    const message = /^m: call uses the layer inner, Dense\(4 → 4\), which no property holds.*this\.inner = /
    const error = { instanceOf: OptionError, message }
    const model = () =>
      new Sequential([make()], { name: 'm' }).compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
    await t.throwsAsync(model().fit(x, y), error)
    t.throws(() => model().trainOnBatch(x, y), error)
    t.throws(() => model().predict(x), error)
    t.throws(() => model().apply(x), error)
    t.throws(() => make().apply(x), { message: /^\w+: call uses the layer inner/ }, 'not only models')
    t.notThrows(() => new Dense(4).apply(x), 'after an error other calls are what they are')
  })
}

test('layers without weights need not be held, nor those whose weights the layer tells otherwise', (t) => {
  const activation = new Activation('relu')
  const free = Object.assign(new Sum(null, () => []), {
    call: (x: Tensor) => new Dropout(0.5).apply(activation.apply(x)),
  })
  t.deepEqual(free.apply(x).toArray(), x.relu().toArray())
  class Telling extends Model {
    readonly #inner = new Dense(4)
    override get variables(): Variable[] {
      return this.#inner.variables
    }
    override call(x: Tensor): Tensor {
      return this.#inner.apply(x)
    }
  }
  const model = new Telling().compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
  const before = model.predict(x)
  model.trainOnBatch(x, y)
  t.notDeepEqual(model.predict(x).toArray(), before.toArray())
})

test('a variable that gets a gradient but is not held is an error in training, and nothing moves', async (t) => {
  const outside = variable(ones([4]), { name: 'outside' })
  const inner = new Dense(4)
  const scaled = Object.assign(new Sum(inner, (l: Layer) => [l]), {
    call: (x: Tensor) => inner.apply(x).mul(outside),
  })
  for (const [layer, loss] of [
    [scaled, 'meanSquaredError'],
    [inner, (yTrue: Tensor, yPred: Tensor) => yTrue.sub(yPred.mul(outside)).square().mean()],
  ] as const) {
    const model = new Sequential([layer], { name: 'm' }).compile({ optimizer: new SGD(), loss })
    model.apply(x)
    const before = numbers(model)
    const error = {
      instanceOf: OptionError,
      message: /^(fit|trainOnBatch): the variable outside has a gradient, but no property/,
    }
    outside.trainable = true
    await t.throwsAsync(model.fit(x, y), error)
    t.throws(() => model.trainOnBatch(x, y), error)
    t.deepEqual(numbers(model), before)
    outside.trainable = false
    t.notThrows(() => model.trainOnBatch(x, y), 'a frozen one is a constant')
  }
  const model = new Sequential([new Dense(4)]).compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
  t.notThrows(() => model.trainOnBatch(variable(x), y), 'the data may be a variable')
})

test('a model without anything to train, and steps of nothing, are errors', (t) => {
  class Empty extends Model {
    override call(x: Tensor): Tensor {
      return x
    }
  }
  const w = variable([1])
  const loss = () => w.square().sum()
  const model = new Empty().compile({ optimizer: new SGD(), loss: (_, p) => p.mul(w).sum() })
  t.throws(() => model.trainOnBatch([1], [1]), { instanceOf: OptionError, message: /no weights to train.*properties/ })
  for (const step of [
    (o: SGD) => o.step([]),
    (o: SGD) => o.step(new Net().trainableVariables.slice(1)),
    (o: SGD) => o.minimize(loss, []),
  ])
    t.throws(() => step(new SGD()), {
      instanceOf: OptionError,
      message: /^(step|minimize): the list of variables is empty/,
    })
  t.notThrows(() => new SGD().apply([]), 'as in Keras')
  t.throws(() => new SGD().step([w]), { instanceOf: GradientError })
})

test('JSON.stringify writes what a model is, without private fields', (t) => {
  const model = new Sequential(
    [new Dense(4, { name: 'a', activation: 'relu' }), new Dropout(0.5, { name: 'b' }), new Skip({ name: 'c' })],
    { name: 'm', inputShape: [4] },
  ).compile({ optimizer: new Adam(), loss: 'meanSquaredError' })
  model.apply(x)
  const common = { trainable: true, inputShape: [4] }
  const weights = { kernel: [4, 4], bias: [4] }
  const { name } = (model.layers[2] as Skip).inner
  t.deepEqual(JSON.parse(JSON.stringify(model)), {
    class: 'Sequential',
    name: 'm',
    config: {},
    ...common,
    weights: {},
    layers: [
      { class: 'Dense', name: 'a', config: { units: 4, activation: 'relu', useBias: true }, ...common, weights },
      { class: 'Dropout', name: 'b', config: { rate: 0.5 }, ...common, weights: {} },
      {
        class: 'Skip',
        name: 'c',
        config: {},
        ...common,
        weights: {},
        layers: [
          { class: 'Dense', name, config: { units: 4, activation: 'linear', useBias: true }, ...common, weights },
        ],
      },
    ],
  })
  t.is(JSON.parse(JSON.stringify(new Activation('tanh', { name: 'z' }))).config.activation, 'tanh')
})

test('the state of an optimizer has the names of what is inside', (t) => {
  const model = new Sequential([new Skip({ name: 'skip' })], { name: 'm' })
  model.apply(x)
  const optimizer = new Adam()
  optimizer.apply(
    model.variables.map((v) => tensor(v.toArray())),
    model.variables,
  )
  t.true(Object.keys(optimizer.exportState()).includes('m_skip_inner_kernel_m'))
})
