/**
 * Functional models: several inputs and outputs, shared layers, models in models, and looking inside.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  Add,
  Concatenate,
  type Config,
  Dense,
  Dropout,
  Flatten,
  input,
  Lambda,
  Layer,
  Masking,
  Model,
  OptionError,
  ones,
  Sequential,
  SGD,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js'

const golden = JSON.parse(readFileSync(new URL('../golden/keras-functional.json', import.meta.url), 'utf8')) as {
  config: Config
  weights: number[][][]
  inputs: number[][][]
  targets: number[][][]
  predictions: number[][][]
  history: Record<string, number[]>
  evaluation: Record<string, number>
}
const float64 = (data: number[][]) => tensor(data, { dtype: 'float64' })
/** Keras feeds and averages in float32. */
const close = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b))

/** Keras's model with its weights. */
function ofKeras(): Model {
  const model = Model.fromConfig(golden.config, [Dense, Dropout, Concatenate, Sequential])
  model.setWeights(golden.weights)
  return model
}

test('a model of two inputs and outputs predicts and trains as Keras does', async (t) => {
  const model = ofKeras()
  const [x, y] = [golden.inputs.map(float64), golden.targets.map(float64)]
  const predictions = model.predict<Tensor[]>(x)
  predictions.forEach((p, i) => {
    t.true([...p.dataSync()].every((value, j) => close(value, golden.predictions[i][j][0])))
  })
  model.compile({
    optimizer: new SGD({ learningRate: 0.1 }),
    loss: { price: 'meanSquaredError', kind: 'binaryCrossentropy' },
    lossWeights: { price: 0.5, kind: 2 },
    metrics: { price: ['mae'], kind: 'mse' },
  })
  const { history } = await model.fit({ b: x[1], a: x[0] }, { price: y[0], kind: y[1] }, { epochs: 5, batchSize: 8 })
  for (const [name, values] of Object.entries(golden.history)) {
    const own = history[name]
    t.is(own?.length, 5, name)
    t.true(
      values.every((value, i) => close(value, own[i])),
      `${name}: ${own} and ${values}`,
    )
  }
  const evaluation = model.evaluate(x, y)
  for (const [name, value] of Object.entries(golden.evaluation)) t.true(close(evaluation[name], value), name)
})

test('its configuration is read by fromConfig, and is the same again', (t) => {
  const model = ofKeras()
  const config = JSON.parse(JSON.stringify(model.getConfig()))
  const again = Model.fromConfig(config, [Dense, Dropout, Concatenate, Sequential])
  t.deepEqual(again.getConfig(), config)
  again.setWeights(model.getWeights())
  const x = golden.inputs.map(float64)
  t.deepEqual(
    again.predict<Tensor[]>(x).map((p) => p.toArray()),
    model.predict<Tensor[]>(x).map((p) => p.toArray()),
  )
})

test('one input and one output make a model like any other, also inside of another one', async (t) => {
  const x = input({ shape: [2] })
  const shared = new Dense(2, { name: 'shared', activation: 'tanh', seed: 1 })
  const twice = shared.apply(shared.apply(x))
  const model = new Model({ inputs: x, outputs: new Add({ name: 'sum' }).apply([twice, x]), name: 'skip' })
  t.deepEqual(
    model.variables.map((v) => v.path),
    ['skip/shared/kernel', 'skip/shared/bias'],
  )
  t.deepEqual(model.predict([[0, 0]]).toArray(), [[0, 0]])
  t.deepEqual(model.inputShape, [2])
  t.deepEqual(model.outputShape([2]), [2])
  const outer = new Sequential([model, new Dense(1, { seed: 2 })])
  outer.compile({ optimizer: new SGD({ learningRate: 0.02 }), loss: 'meanSquaredError' })
  const { history } = await outer.fit(
    [
      [1, 2],
      [3, -4],
    ],
    [[1], [-1]],
    { epochs: 20 },
  )
  t.true(history.loss[19] < history.loss[0])
  t.is(outer.variables.length, 4)
  const y = input({ shape: [2] })
  const nested = new Model({ inputs: y, outputs: model.apply(y) })
  t.deepEqual(nested.predict([[1, 2]]).toArray(), model.predict([[1, 2]]).toArray())
})

test('options and masks reach the layers of a functional model', (t) => {
  class Seen extends Layer {
    masks: unknown[] = []
    override call(x: Tensor, options?: { mask?: unknown; training?: boolean }): Tensor {
      this.masks.push(options?.mask ? (options.mask as Tensor).toArray() : options?.training)
      return x
    }
  }
  const x = input({ shape: [2, 1] })
  const seen = new Seen()
  const model = new Model({ inputs: x, outputs: seen.apply(new Masking().apply(x)) })
  seen.masks.length = 0
  model.apply([[[1], [0]]])
  t.deepEqual(seen.masks, [[[true, false]]])
})

test('mistakes in the graph say what is missing', (t) => {
  const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [3], name: 'b' })]
  const joined = new Concatenate().apply([a, b])
  const wrong: [() => unknown, RegExp][] = [
    [
      () => new Model({ inputs: a, outputs: joined, name: 'm' }),
      /^m: the outputs need the input b, which inputs lacks/,
    ],
    [() => new Model({ inputs: [a, b], outputs: joined.mul(2), name: 'm' }), /^m: outputs must be .*a tensor \[1, 5\]/],
    [() => new Model({ inputs: joined, outputs: joined, name: 'm' }), /^m: inputs has an output of concatenate/],
    [() => new Model({ inputs: [a, a], outputs: joined, name: 'm' }), /^m: two inputs are called a/],
    [() => new Model({ inputs: [a, b], name: 'm' } as never), /^m: outputs must be what input/],
    [() => new Add({ name: 'sum' }).apply([a, ones([1, 2])]), /^sum: some inputs come from input/],
    [() => new Add({ name: 'sum' }).apply([a, b]), /^sum: /],
    [() => input({} as never), /^input: shape is missing/],
    [() => input({ shape: 3 as never }), /^input: 3 is not a shape/],
  ]
  for (const [make, message] of wrong) t.throws(make, { message })
  const model = new Model({ inputs: [a, b], outputs: joined, name: 'm' })
  t.throws(() => model.predict(ones([2, 2])), { instanceOf: OptionError, message: /^predict: x is one tensor.*a, b/ })
  t.throws(() => model.predict({ a: ones([2, 2]), c: ones([2, 3]) }), { message: /entries a, c.*has a, b/ })
  t.throws(() => model.predict([ones([2, 2]), ones([3, 3])]), {
    instanceOf: ShapeError,
    message: /x\[0\] has 2 examples/,
  })
  t.throws(() => model.apply([ones([2, 2])]), { message: /^m: received 1 inputs, but has 2: a, b/ })
  t.is(String(a), 'SymbolicTensor [batch, 2] of a')
})

test('several outputs have a loss each; wrong numbers and names of them are errors', (t) => {
  const x = input({ shape: [2] })
  const outputs = [new Dense(1, { name: 'p' }).apply(x), new Dense(1, { name: 'q' }).apply(x)]
  const model = new Model({ inputs: x, outputs })
  const compile = (options: object) => () => model.compile({ optimizer: new SGD(), ...options } as never)
  const wrong: [object, RegExp][] = [
    [{ loss: ['mse'] }, /loss has 1 entries, but the model has 2 outputs: p, q/],
    [{ loss: { r: 'mse' } }, /loss names r, which is not an output/],
    [{ loss: {} }, /no output has a loss/],
    [{ loss: 'mse', lossWeights: [1] }, /lossWeights has 1 entries/],
    [{ loss: 'mse', lossWeights: [1, 'x'] }, /a weight in lossWeights is "x"/],
    [{ loss: 'mse', metrics: ['mae'] }, /metrics has 1 entries/],
    [{ loss: 3 }, /loss must be an array, or an object/],
  ]
  for (const [options, message] of wrong) t.throws(compile(options), { instanceOf: OptionError, message })
  t.notThrows(compile({ loss: ['mse', null] }))
  t.deepEqual(Object.keys(model.evaluate(ones([1, 2]), [[[1]], [[1]]])), ['loss', 'p_loss'])
  t.notThrows(compile({ loss: 'mse', metrics: [['mae'], []] }))
  t.deepEqual(Object.keys(model.evaluate(ones([1, 2]), [[[1]], [[1]]])), ['loss', 'p_loss', 'p_mae', 'q_loss'])
  t.throws(() => new Sequential([new Dense(1)]).compile({ optimizer: new SGD(), loss: 'mse', lossWeights: [1] }), {
    message: /lossWeights is for models with several outputs/,
  })
})

test('a class may have several inputs and outputs, too', (t) => {
  class Two extends Model {
    a = new Dense(1, { kernelInitializer: 'ones' })
    override call([x, y]: Tensor[]): Tensor[] {
      return [this.a.apply(x.add(y)), x.sub(y)]
    }
  }
  const model = new Two()
  const [p, q] = model.predict<Tensor[]>([ones([2, 3]), zeros([2, 3])])
  t.deepEqual(
    [p.toArray(), q.shape],
    [
      [[3], [3]],
      [2, 3],
    ],
  )
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: ['mse', null] })
  const data = [ones([2, 3]), zeros([2, 3])]
  const targets = [ones([2, 1]), zeros([2, 3])]
  t.deepEqual(Object.keys(model.trainOnBatch(data, targets)), ['loss', 'output_1_loss'])
  t.true(model.evaluate(data, targets).loss < 4)
})

test('layers are found by name and place, and show what they compute', (t) => {
  const model = new Sequential([
    new Dense(2, { name: 'code', kernelInitializer: 'ones' }),
    new Sequential([new Dense(1, { name: 'out', kernelInitializer: 'ones' })], { name: 'block' }),
  ])
  t.is(model.layer('code'), model.layers[0])
  t.is(model.layer('out'), model.layer('block/out'))
  t.throws(() => model.layer('cod'), { instanceOf: OptionError, message: /unknown layer cod\. Did you mean code\?/ })
  const seen = model.activations([[1, 2]])
  t.deepEqual(
    Object.entries(seen).map(([name, y]) => [name, y.toArray()]),
    [
      ['code', [[3, 3]]],
      ['block/out', [[6]]],
      ['block', [[6]]],
    ],
  )
  const shapes: string[] = []
  const remove = model.layer('code').onCall((y, x, layer) => {
    shapes.push(`${layer.name} ${(x as Tensor).shape} ${(y as Tensor).shape}`)
  })
  model.apply([[1, 2]])
  remove()
  model.apply([[1, 2]])
  t.deepEqual(shapes, ['code 1,2 1,2'])
})

test('all weights are one vector, and come back from one', (t) => {
  const model = new Sequential([new Dense(2, { inputShape: [1] }), new Dense(1)])
  const vector = model.toVector()
  t.is(vector.size, 7)
  model.fromVector([1, 2, 3, 4, 5, 6, 7])
  t.deepEqual(model.predict([[1]]).toArray(), [[4 * 5 + 6 * 6 + 7]])
  model.fromVector(vector)
  t.deepEqual(model.toVector().toArray(), vector.toArray())
  t.throws(() => model.fromVector([1]), { instanceOf: ShapeError, message: /has 7 trainable weights, received.*\[1\]/ })
})

test('a custom model has its weights from build, or from the option inputShape, before the first call', (t) => {
  class Net extends Model {
    hidden = new Dense(3)
    out = new Dense(1)
    override call(x: Tensor): Tensor {
      return this.out.apply(this.hidden.apply(x))
    }
  }
  const built = new Net()
  built.build([2])
  t.deepEqual(
    built.variables.map((v) => v.shape),
    [[2, 3], [3], [3, 1], [1]],
  )
  t.true(built.built)
  const named = new Net({ inputShape: [2] })
  t.is(named.variables.length, 4)
  t.is(named.getWeights().length, 4)
})

test('the summary of a functional model shows the connections', (t) => {
  const x = input({ shape: [2, 2], name: 'picture' })
  const flat = new Flatten({ name: 'flat' }).apply(x)
  const model = new Model({
    inputs: x,
    outputs: new Add({ name: 'sum' }).apply([flat, new Dense(4, { name: 'dense' }).apply(flat)]),
    name: 'm',
  })
  t.is(
    model.summary(() => {}),
    `Model m
─────────────────────────────────────────────────────────
Layer                Output shape   Weights  Connected to
─────────────────────────────────────────────────────────
picture: Input       [batch, 2, 2]        0
flat: Flatten()      [batch, 4]           0  picture
dense: Dense(4 → 4)  [batch, 4]          20  flat
sum: Add()           [batch, 4]           0  flat, dense
─────────────────────────────────────────────────────────
20 weights, 20 trainable`,
  )
  t.is(
    new Model({ inputs: x, outputs: new Lambda('x * 2').apply(x) })
      .predict(ones([1, 2, 2]))
      .sum()
      .item(),
    8,
  )
})
