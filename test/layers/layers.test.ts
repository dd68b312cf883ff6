import { inspect, isDeepStrictEqual } from 'node:util'
import test from 'ava'
import {
  Activation,
  binaryCrossentropy,
  Dense,
  Dropout,
  Flatten,
  formula,
  gradcheck,
  Layer,
  NablaError,
  OptionError,
  ones,
  randomNormal,
  Sequential,
  SGD,
  ShapeError,
  setSeed,
  softmax,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '../../src/index.js'

test('Dense computes activation(x · kernel + bias) for any number of leading axes', (t) => {
  const layer = new Dense(2, { activation: 'relu', inputShape: [3] })
  const x = tensor([[1, 2, 3]])
  layer.apply(x)
  layer.kernel.assign([
    [1, -1],
    [0, 1],
    [2, 0],
  ])
  layer.bias?.assign([-6, 0.5])
  t.deepEqual(layer.apply(x).toArray(), [[1, 1.5]])
  t.deepEqual(layer.apply(tensor([[0, 0, 1]])).toArray(), [[0, 0.5]])
  const deep = new Dense(2)
  t.deepEqual(deep.apply(ones([4, 5, 3])).shape, [4, 5, 2])
  t.deepEqual(deep.apply(ones([0, 5, 3])).shape, [0, 5, 2])
})

test('Dense with every activation equals its parts', (t) => {
  const x = randomNormal([4, 3], { seed: 1 })
  for (const activation of [
    'linear',
    'relu',
    'sigmoid',
    'tanh',
    'softplus',
    'gelu',
    'softmax',
    'logSoftmax',
  ] as const) {
    for (const useBias of [true, false]) {
      const layer = new Dense(5, { activation, useBias, seed: 2, biasInitializer: 'ones' })
      const y = layer.apply(x)
      const linear = layer.bias ? x.matmul(layer.kernel).add(layer.bias) : x.matmul(layer.kernel)
      const want = activation === 'linear' ? linear : linear[activation]()
      t.true(y.sub(want).abs().max().item() < 1e-6, activation)
    }
  }
})

test('the constraints of Dense hold after each update, each for its own weight', (t) => {
  const layer = new Dense(1, {
    kernelInitializer: 'ones',
    kernelConstraint: (w) => w.maximum(0.25),
    biasConstraint: (w) => w.minimum(0.5),
    inputShape: [2],
  })
  const model = new Sequential([layer])
  new SGD({ learningRate: 1 }).apply([tensor([[2], [0.5]]), tensor([-3])], model.trainableVariables)
  t.deepEqual(layer.kernel.toArray(), [[0.25], [0.5]])
  t.deepEqual(layer.bias?.toArray(), [0.5])
})

test('gradients flow through Dense to input, kernel and bias', (t) => {
  for (const activation of ['relu', 'tanh'] as const) {
    const layer = new Dense(2, { activation, seed: 3 })
    layer.apply(ones([1, 3]))
    const x = randomNormal([4, 3], { seed: 4 })
    layer.apply(x).square().sum().backward()
    const f = (x: Tensor, w: Tensor, b: Tensor) => x.matmul(w).add(b)[activation]().square().sum()
    t.true(gradcheck(f, [x, layer.kernel, ones([2])]))
    const eps = 1e-2
    const at = (d: number) => {
      const w = layer.kernel.detach().add(
        tensor([
          [d, 0],
          [0, 0],
          [0, 0],
        ]),
      )
      return f(x, w, layer.bias as Tensor).item()
    }
    const slope = (at(eps) - at(-eps)) / (2 * eps)
    t.true(Math.abs((layer.kernel.grad as Tensor).slice([0, 0]).item() - slope) < 1e-2 * Math.abs(slope) + 1e-3)
  }
})

test('Dropout keeps the mean in training, and is the identity otherwise', (t) => {
  const layer = new Dropout(0.25, { seed: 5 })
  const x = ones([1000, 100])
  t.is(layer.apply(x), x)
  const y = layer.apply(x, { training: true })
  t.true(Math.abs(y.mean().item() - 1) < 0.005)
  t.true(Math.abs(y.equal(0).cast('float32').mean().item() - 0.25) < 0.005)
  t.true(Math.abs(y.max().item() - 4 / 3) < 1e-6)
  const again = new Dropout(0.25, { seed: 5 }).apply(x, { training: true })
  t.deepEqual(y.dataSync(), again.dataSync())
})

test('Flatten and Activation', (t) => {
  t.deepEqual(new Flatten().apply(ones([2, 3, 4])).shape, [2, 12])
  t.deepEqual(new Activation('relu').apply(tensor([[-1, 2]])).toArray(), [[0, 2]])
  t.deepEqual(new Activation((x) => x.mul(2)).apply(tensor([[1]])).toArray(), [[2]])
})

test('initializers have the variance of their formulas, and the shape of their distribution', (t) => {
  const names = ['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunUniform', 'lecunNormal'] as const
  const variances = { glorot: 2 / (400 + 300), he: 2 / 400, lecun: 1 / 400 }
  for (const name of names) {
    const layer = new Dense(300, { kernelInitializer: name, seed: 6 })
    layer.apply(ones([1, 400]))
    const { kernel } = layer
    const want = variances[name.replace(/Uniform|Normal/, '') as keyof typeof variances]
    const variance = kernel.square().mean().item() - kernel.mean().item() ** 2
    t.true(Math.abs(variance / want - 1) < 0.02, `${name}: ${variance} ≠ ${want}`)
    // Uniform: up to √3 standard deviations. Normal: cut at two of the uncut distribution's.
    const [largest, limit] = [
      kernel.abs().max().item(),
      Math.sqrt(want) * (name.endsWith('m') ? Math.sqrt(3) : 2 / 0.87962566),
    ]
    t.true(largest <= limit * 1.000001 && largest > 0.99 * limit, `${name}: ${largest}, ${limit}`)
  }
})

test('setSeed makes the weights of a model repeatable, without it they differ', (t) => {
  const weights = () =>
    new Sequential([new Dense(4, { inputShape: [3] }), new Dense(2)]).variables.map((v) => v.toArray())
  setSeed(9)
  const first = weights()
  t.notDeepEqual(weights(), first)
  setSeed(9)
  t.deepEqual(weights(), first)
})

test('layers and models print themselves', (t) => {
  const model = new Sequential(
    [new Dense(256, { activation: 'relu', inputShape: [784] }), new Dropout(0.1), new Dense(10)],
    { name: 'mnist' },
  )
  t.is(String(model.layers[0]), 'Dense(784 → 256, relu)')
  t.is(String(new Dense(3)), 'Dense(3)')
  t.is(String(new Dropout(0.1)), 'Dropout(0.1)')
  t.is(String(new Dense(3, { activation: formula('x * tanh(x)') })), 'Dense(3, x * tanh(x))')
  t.is(String(new Activation(formula('sin(x)').derivative('x'))), 'Activation(g * cos(x))')
  const lines: string[] = []
  const text = model.summary((line) => lines.push(line))
  t.deepEqual(lines, [text])
  t.regex(text, /Dense\(784 → 256, relu\).*\[batch, 256\].*200,960/)
  t.regex(text, /203,530 weights, 203,530 trainable/)
  t.true(model.variables[0].path.startsWith('mnist/dense'))
})

test("Node's console prints a layer in a line and a model as its table", (t) => {
  const layer = new Dense(2, { inputShape: [3] })
  const model = new Sequential([layer], { name: 'tiny' })
  t.is(inspect(layer), 'Dense(3 → 2)')
  t.is(
    inspect(model),
    model.summary(() => {}),
  )
})

test('weights can be copied, also through JSON, and a set of weights that does not fit changes nothing', (t) => {
  const make = () => new Sequential([new Dense(3, { activation: 'relu', inputShape: [2] }), new Dense(1)])
  const [a, b] = [make(), make()]
  const x = tensor([
    [1, -2],
    [0.5, 3],
  ])
  const numbers = (model: Sequential) => model.predict(x).toArray()
  t.notDeepEqual(numbers(b), numbers(a))
  b.setWeights(a.getWeights())
  t.deepEqual(numbers(b), numbers(a))
  const text = JSON.stringify(a.getWeights().map((w) => w.toArray()))
  const c = make()
  c.setWeights(JSON.parse(text))
  t.deepEqual(numbers(c), numbers(a))
  const copies = a.getWeights()
  a.variables[0].assign(zeros([2, 3]))
  t.notDeepEqual(copies[0].toArray(), a.variables[0].toArray(), 'they are copies')

  const before = numbers(c)
  const good = c.getWeights().map((w) => w.add(1))
  for (const [weights, message] of [
    [good.slice(1), /has 4 weights; received 3 arrays/],
    [{ kernel: 1 }, /received an object/],
    [[...good.slice(0, 3), zeros([2])], /dense_\d+\/bias has shape \[1\], its new value \[2\]/],
    [[...good.slice(0, 3), ['a']], /not a number/],
  ] as const)
    t.throws(() => c.setWeights(weights as never), { message })
  t.deepEqual(numbers(c), before)
  t.throws(() => new Sequential([new Dense(1)]).setWeights(good), { message: /not built yet.*Call it once/ })
})

test('weights survive JSON just as JSON.stringify writes them, in every dtype; what was mangled changes nothing', (t) => {
  class Mixed extends Layer {
    kernel = this.addWeight('kernel', [2, 2], { initializer: 'glorotUniform', dtype: 'float64' })
    count = this.addWeight('count', [3], { initializer: 'zeros', dtype: 'int32', trainable: false })
    scale = this.addWeight('scale', [], { initializer: 'ones' })
    none = this.addWeight('none', [0, 2], { initializer: 'ones' })
    override call(x: Tensor): Tensor {
      return x.matmul(this.kernel)
    }
  }
  const make = () => new Sequential([new Mixed({ name: 'mixed' })], { inputShape: [2], name: 'model' })
  const [a, b] = [make(), make()]
  a.setWeights([randomNormal([2, 2], { dtype: 'float64' }), [1, -2, 2 ** 31 - 1], Math.fround(0.1), zeros([0, 2])])
  const numbers = (model: Sequential) => model.getWeights().map((w) => [w.dtype, w.shape, w.dataSync()])
  const text = JSON.stringify(a.getWeights())
  b.setWeights(JSON.parse(text))
  t.deepEqual(numbers(b), numbers(a), 'bit for bit')

  const saved = () => JSON.parse(text)
  const with0 = (change: object) => [{ ...saved()[0], ...change }, ...saved().slice(1)]
  const fresh = make()
  const before = numbers(fresh)
  for (const [weights, message] of [
    [text, /setWeights: .*received a string. Parse it first: setWeights\(JSON\.parse\(text\)\)/],
    [saved().slice(1), /has 4 weights; received 3/],
    [{ ...saved() }, /has 4 weights; received an object/],
    [null, /received null/],
    [with0({ data: [1, 2, 3] }), /setWeights, model\/mixed\/kernel: 3 numbers do not fill the shape \[2, 2\]/],
    [with0({ data: [1, 2, 3, null] }), /setWeights, model\/mixed\/kernel: element 3 is null.*JSON has no NaN/],
    [with0({ data: [1, 2, 3, '4'] }), /setWeights, model\/mixed\/kernel: element 3 is string "4"/],
    [with0({ data: 'abc' }), /setWeights, model\/mixed\/kernel: .*not an array of numbers/],
    [with0({ data: undefined }), /setWeights, model\/mixed\/kernel: .*not an array of numbers/],
    [with0({ shape: [4] }), /mixed\/kernel has shape \[2, 2\], its new value \[4\]/],
    [with0({ shape: null }), /setWeights, model\/mixed\/kernel: .*the shape is null/],
    [with0({ shape: undefined }), /setWeights, model\/mixed\/kernel: the shape is undefined.*JSON\.stringify\(model/],
    [
      with0({ shape: ['2', 2] }),
      /^setWeights, model\/mixed\/kernel: \["2", 2\] is not a shape\. A shape is an array of whole numbers, 0 or more, such as \[2, 3\]\.$/,
    ],
    [[{}, ...saved().slice(1)], /setWeights, model\/mixed\/kernel: the shape is undefined/],
    [[null, ...saved().slice(1)], /setWeights, model\/mixed\/kernel: element 0 is null/],
    [new Array(4), /setWeights, model\/mixed\/kernel: element 0 is undefined/],
    [Object.assign(new Array(4), { 0: zeros([2, 2]) }), /setWeights, model\/mixed\/count: element 0 is undefined/],
    [
      [saved()[0], { ...saved()[1], data: [1, 2, 0.5] }, ...saved().slice(2)],
      /mixed\/count: element 2 is 0.5, which int32/,
    ],
    [[saved()[0], tensor([1, 2, 0.5]), ...saved().slice(2)], /mixed\/count: element 2 is 0.5, which int32/],
  ] as const) {
    t.throws(() => fresh.setWeights(weights as never), { instanceOf: NablaError, message })
    t.deepEqual(numbers(fresh), before, String(message))
  }
  fresh.setWeights([...saved().slice(0, 2), 1e300, saved()[3]])
  t.is(fresh.variables[2].item(), Infinity)
  for (const odd of [Number.NaN, Infinity, -Infinity, -0]) {
    a.variables[2].assign(odd)
    fresh.setWeights(JSON.parse(JSON.stringify(a.getWeights())))
    t.is(fresh.variables[2].item(), odd)
  }
  t.deepEqual(tensor(saved()[0]).toArray(), a.variables[0].toArray())
  t.throws(() => tensor([[null]] as never), { message: /^tensor: element 0 is null.*JSON has no NaN and no ±∞/ })
})

test('a frozen layer is not trained, and can be set free again', (t) => {
  for (const freeze of [
    (m: Sequential) => Object.assign(m.layers[0], { trainable: false }),
    (m: Sequential) => Object.assign(m.layers[0].variables[0], { trainable: false }),
  ]) {
    const model = new Sequential([new Dense(3, { useBias: false, inputShape: [2] }), new Dense(1)])
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' as 'meanSquaredError' })
    const step = () => {
      const before = model.variables.map((v) => v.toArray())
      model.trainOnBatch([[1, 2]], [[3]])
      return model.variables.map((v, i) => !isDeepStrictEqual(v.toArray(), before[i]))
    }
    t.deepEqual(step(), [true, true, true])
    freeze(model)
    t.is(model.trainableVariables.length, 2)
    t.deepEqual(step(), [false, true, true])
    t.regex(
      model.summary(() => {}),
      /10 weights, 4 trainable/,
    )
    model.trainable = true
    model.layers[0].variables[0].trainable = true
    t.deepEqual(step(), [true, true, true])
  }
})

test('a model is frozen as a whole, before and after it is built, as an option and inside of another one', (t) => {
  const backbone = new Sequential([new Dense(3), new Dense(3)], { trainable: false })
  const model = new Sequential([backbone, new Dense(1)])
  model.apply(ones([1, 2]))
  t.is(model.variables.length, 6)
  t.deepEqual(model.trainableVariables, model.layers[1].variables)
  backbone.trainable = true
  t.is(model.trainableVariables.length, 6)
  model.trainable = false
  t.is(model.trainableVariables.length, 0)
  class Counter extends Layer {
    count = this.addWeight('count', [], { initializer: 'zeros', trainable: false })
    override call(x: Tensor): Tensor {
      return x
    }
  }
  const counter = new Counter()
  counter.trainable = true
  t.is(counter.trainableVariables.length, 0, 'what was never meant to be trained is not')
})

test('mistakes in options and shapes are errors that say what to do', (t) => {
  t.throws(() => new Dense(0), {
    instanceOf: OptionError,
    message: 'Dense: units must be a whole number above 0, received 0.',
  })
  t.throws(() => new Dense(2, { activaton: 'relu' } as object), {
    instanceOf: OptionError,
    message: /unknown option activaton. Did you mean activation\?/,
  })
  t.throws(() => new Dense(2, { activation: 'rellu' as 'relu' }), {
    message: /unknown activation rellu. Did you mean relu\?/,
  })
  t.throws(() => new Dense(2, { kernelInitializer: 'glorot' as 'zeros' }), { message: /unknown initializer glorot/ })
  t.throws(() => new Dense(2, { use_bias: false } as object), { message: /Did you mean useBias\?/ })
  t.throws(() => new Dropout(1), { message: /rate must be in \[0, 1\), received 1\./ })
  t.throws(() => new Dense(2, 4 as never), {
    instanceOf: OptionError,
    message: 'Dense: received 2 and 4. Pass only the number of outputs; the input size is inferred: new Dense(4).',
  })
  t.throws(() => new Dense(2, 'relu' as never), { message: /^Dense: .*received "relu". Write \{ activation: … \}/ })
  t.throws(() => new Dense(2).call(ones([1, 2])), { message: /not built yet.*Use apply/ })
  t.throws(() => new Dense(2).call([[1, 2]] as never), { message: /received an array.*tensor\(data\)/ })
  const sideBySide = Sequential as unknown as new (...layers: Layer[]) => Sequential
  for (const layers of [[new Dense(2)], [new Dense(2), new Dense(3)]])
    t.throws(() => new sideBySide(...layers), {
      instanceOf: OptionError,
      message: 'Sequential: the layers are given one by one. Put them into an array: new Sequential([a, b]).',
    })
  t.throws(() => new Sequential([]), { message: /no layers/ })
  t.throws(() => new Sequential([{} as Layer]), { message: /not a layer/ })
  const shared = new Dense(1)
  t.throws(() => new Sequential([shared, shared]), { message: /comes twice/ })
  const layer = new Dense(2, { inputShape: [3] })
  layer.apply(ones([1, 3]))
  t.throws(() => layer.apply(ones([1, 4])), {
    instanceOf: ShapeError,
    message: /built for examples of shape \[3\], received \[1, 4\]/,
  })
  t.throws(() => new Dense(2).apply(tensor([1, 2])), { message: /single numbers/ })
  for (const wide of [
    new Dense(2, { inputShape: [3] }),
    new Sequential([new Flatten(), new Dense(1)], { inputShape: [3] }),
  ])
    t.throws(() => new Sequential([wide], { inputShape: [3] }).predict([1, 2, 3]), {
      instanceOf: ShapeError,
      message:
        /^\w+: built for (batches of shape \[batch, 3\], received \[3\]: one example without the batch axis\. |examples of shape \[3\], received \[3, 1\])/,
    })
})

test('a layer of your own is a class with build and call', (t) => {
  class Scale extends Layer {
    factor = this.addWeight('factor', [1], { initializer: 'ones' })
    override call(x: Tensor): Tensor {
      return x.mul(this.factor)
    }
  }
  const model = new Sequential([new Scale(), new Dense(1, { inputShape: [2] })])
  model
    .apply(ones([1, 2]))
    .sum()
    .backward()
  t.is(model.trainableVariables.length, 3)
  t.true(model.trainableVariables.every((v) => v.grad !== null))
})

test('probabilities are known behind Dropout and Flatten, too', (t) => {
  const loss = (...behind: Layer[]) => {
    const model = new Sequential([new Dense(3, { activation: 'softmax', seed: 1 }), ...behind])
    model.compile({ optimizer: new SGD(), loss: 'sparseCategoricalCrossentropy' })
    return model.evaluate(
      [
        [1, 2],
        [3, -4],
      ],
      [0, 2],
    ).loss
  }
  t.is(loss(new Dropout(0.5)), loss())
  t.is(loss(new Flatten()), loss())
  t.is(loss(new Dropout(0.5), new Flatten()), loss())
})

test('probabilities that compile cannot see are refused by the losses that take logits, and change nothing', async (t) => {
  const x = [
    [1, 2],
    [3, -4],
  ]
  class Ending extends Layer {
    override call(x: Tensor): Tensor {
      return x.softmax()
    }
  }
  const endings: [Layer, string][] = [
    [new Activation((x) => x.softmax()), 'softmax'],
    [new Activation((x) => x.div(2).sigmoid()), 'sigmoid'],
    [new Activation((x) => x.hardSigmoid()), 'hardSigmoid'],
    [new Ending(), 'softmax'],
  ]
  for (const [ending, name] of endings) {
    const model = new Sequential([new Dense(3, { inputShape: [2] }), ending])
    const before = model.getWeights().map(String)
    for (const loss of ['sparseCategoricalCrossentropy', 'categoricalCrossentropy', 'binaryCrossentropy'] as const) {
      const y = loss === 'sparseCategoricalCrossentropy' ? [0, 2] : tensor([0, 2]).oneHot(3).toArray()
      model.compile({ optimizer: new SGD(), loss })
      const message = `${loss}: it takes logits, but the model ends in ${name}, which compile cannot see. Name the activation: '${name}', or let givesProbabilities of the custom layer be true.`
      t.throws(() => model.trainOnBatch(x, y as number[]), { instanceOf: OptionError, message })
      await t.throwsAsync(async () => model.fit(x, y as number[], { epochs: 1, verbose: 0 }), { message })
    }
    t.deepEqual(model.getWeights().map(String), before)
    model.compile({ optimizer: new SGD(), loss: (y, p) => binaryCrossentropy(y, p, { fromLogits: false }) })
    t.notThrows(() => model.trainOnBatch(x, zeros([2, 3])), 'a function says what it takes')
    model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
    t.notThrows(() => model.trainOnBatch(x, zeros([2, 3])))
  }
  const model = new Sequential([new Dense(3, { activation: softmax })])
  model.compile({ optimizer: new SGD(), loss: 'sparseCategoricalCrossentropy' })
  t.notThrows(() => model.trainOnBatch(x, [0, 2]), "nabla's own function is known")
})

test('a layer that changes nothing hands out no variable', (t) => {
  for (const layer of [new Dropout(0.5), new Activation('linear')]) {
    const w = variable([1, 2, 3])
    const y = layer.apply(w)
    w.assign([7, 8, 9])
    t.deepEqual(y.toArray(), [1, 2, 3], layer.name)
  }
})
