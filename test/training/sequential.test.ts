/**
 * Layers in a row, given at once or added one by one.
 */
import test from 'ava'
import { Activation, Dense, Flatten, NablaError, ones, Sequential, SGD, setSeed, zeros } from '../../src/index.js'

const layers = () => [new Dense(3, { activation: 'tanh', name: 'a' }), new Dense(2, { name: 'b' })]

test('layers that are added make the model that a list of them makes', (t) => {
  const weights = (model: Sequential) => {
    model.predict([[1, 2]])
    return model.variables.map((v) => [v.path, v.toArray()])
  }
  setSeed(1)
  const want = weights(new Sequential(layers(), { name: 'm' }))
  for (const make of [
    () => layers().reduce((model, layer) => model.add(layer), new Sequential(undefined, { name: 'm' })),
    () =>
      layers().reduce((model, layer) => model.add(layer), new Sequential(undefined, { name: 'm', inputShape: [2] })),
    () => new Sequential(layers().slice(0, 1), { name: 'm', inputShape: [2] }).add(layers()[1]),
  ]) {
    setSeed(1)
    t.deepEqual(weights(make()), want)
  }
})

test('the first layer may have the input shape; what is added to a built model is built', (t) => {
  const model = new Sequential()
  model.add(new Dense(3, { inputShape: [2] }))
  t.true(model.built)
  t.is(model.variables.length, 2)
  const last = new Dense(1)
  model.add(new Flatten()).add(last)
  t.deepEqual(last.kernel.shape, [3, 1])
  t.true(last.kernel.path.startsWith(`${model.name}/`))
  t.deepEqual(model.outputShape([2]), [1])
})

test('a layer that is added to a compiled model is trained, and the loss knows how the model ends', (t) => {
  const model = new Sequential([new Dense(1, { kernelInitializer: 'ones' })], { inputShape: [1] })
  model.compile({ optimizer: new SGD(), loss: 'binaryCrossentropy' })
  const logits = model.evaluate([[0]], [[1]]).loss
  model.add(new Activation('sigmoid'))
  t.true(Math.abs(model.evaluate([[0]], [[1]]).loss - logits) < 1e-6)
  const head = new Dense(1, { kernelInitializer: 'ones' })
  model.add(head)
  const before = head.kernel.item()
  model.trainOnBatch([[1]], [[1]])
  t.not(head.kernel.item(), before)
})

test('a model without layers and a wrong layer are errors', (t) => {
  const empty = new Sequential(undefined, { name: 'empty' })
  for (const use of [() => empty.apply(ones([1, 2])), () => empty.predict([[1]])])
    t.throws(use, {
      instanceOf: NablaError,
      message: 'empty: there are no layers. Add them: empty.add(new Dense(10)).',
    })
  t.throws(() => empty.add(undefined as never), {
    instanceOf: NablaError,
    message: /entry 0 is undefined, not a layer/,
  })
  t.throws(() => empty.add(Dense as never), {
    message: 'Sequential: entry 0 is the class Dense, not a layer. Write new Dense(…).',
  })
  t.throws(() => empty.add([new Dense(1)] as never), { message: /not a layer/ })
  const layer = new Dense(1)
  empty.add(layer)
  t.throws(() => empty.add(layer), { message: /comes twice/ })
  t.is(empty.layers.length, 1)
  for (const around of [empty, new Sequential([empty])])
    t.throws(() => empty.add(around), { message: /^add: empty cannot contain itself, but the layer \w+ does\./ })
  t.deepEqual(empty.predict(zeros([1, 2])).shape, [1, 1])
  t.throws(() => new Sequential([]), { message: /no layers/ })
})
