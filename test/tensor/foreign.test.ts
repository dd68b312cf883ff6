/**
 * Tensors and arrays that come from elsewhere: from JSON, another thread, another realm (an iframe, `node:vm`, a test runner's sandbox),
 * or another copy of nabla.
 */
import { runInNewContext } from 'node:vm'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import test from 'ava'
import {
  Adam,
  Dense,
  DTypeError,
  formula,
  grad,
  IndexedSlices,
  LossScaleOptimizer,
  NablaError,
  ones,
  optimizers,
  Sequential,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  tidy,
  variable,
} from '../../src/index.js'
import { foreign } from '../../src/tensor/foreign.js'

const wrong = <T>(value: unknown) => value as T

/** What arrives at the other end. */
function posted<T>(value: T): T {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(value)
  const received = receiveMessageOnPort(port2) as { message: T }
  port1.close()
  return received.message
}

const ways: [string, <T>(value: T) => T][] = [
  ['structuredClone', structuredClone],
  ['postMessage', posted],
  ['JSON', (value) => JSON.parse(JSON.stringify(value))],
]

for (const [name, send] of ways) {
  test(`${name}: tensors arrive, in every dtype and shape, wherever a tensor may stand`, (t) => {
    for (const dtype of ['float32', 'float64', 'int32', 'bool'] as const) {
      for (const shape of [[], [3], [2, 3], [0, 2]]) {
        const x = ones(shape, { dtype })
        const y = tensor(send(x))
        t.deepEqual([y.dtype, y.shape, y.toArray()], [dtype, shape, x.toArray()])
      }
    }
    const x = tensor([0.1, 0.2], { dtype: 'float64' })
    t.deepEqual(ones([2]).add(send(x)).toArray(), [1.1, 1.2])
    t.deepEqual(tensor(send(x), { dtype: 'float32', shape: [1, 2] }).shape, [1, 2])
    t.deepEqual(stack([x, send(x)]).shape, [2, 2])
    t.deepEqual(formula('2 * x')(send(x)).toArray(), [0.2, 0.4])
    t.deepEqual(variable(send(x)).toArray(), x.toArray())
  })

  test(`${name}: weights and optimizer states arrive`, (t) => {
    const make = () => new Sequential([new Dense(2, { inputShape: [3] }), new Dense(1)])
    const [a, b] = [make(), make()]
    b.setWeights(send(a.getWeights()))
    t.deepEqual(
      b.variables.map((v) => v.toArray()),
      a.variables.map((v) => v.toArray()),
    )
    if (name === 'JSON') return // which has no typed arrays
    const w = variable([1, 2])
    const optimizer = new Adam()
    optimizer.apply([ones([2])], [w])
    const state = optimizer.exportState()
    optimizer.importState(send(state))
    t.deepEqual(optimizer.exportState(), state)
  })
}

test('numbers that stayed behind are an error that says what to send', (t) => {
  for (const send of [structuredClone, posted]) {
    const message = /without its numbers \(send x\.toJSON\(\), or x\.detach\(\) of a variable, and write tensor\(x\)\)/
    const sparse = new IndexedSlices(ones([1, 2]), tensor([1], { dtype: 'int32' }), [3, 2])
    const model = new Sequential([new Dense(1, { inputShape: [1], useBias: false })])
    for (const f of [
      () => tensor(send(variable([1, 2]))),
      () => ones([2]).add(send(variable([1, 2]))),
      () => tensor(send(sparse)),
      () => model.setWeights(send(model.variables)),
    ])
      t.throws(f, { instanceOf: NablaError, message })
    t.deepEqual(tensor(send(variable([1, 2]).toJSON())).toArray(), [1, 2])
    t.deepEqual(tensor(send(variable([1, 2]).detach())).toArray(), [1, 2])
    t.deepEqual(tensor(send(sparse.toJSON())).toArray(), sparse.toArray())
  }
})

/** A class of the same source, loaded again, and marked as that of another copy: below it, files are loaded once. */
async function again(file: string, name: string) {
  const { [name]: Other } = await import(`../../src/${file}?second`)
  return Object.defineProperty(Other, 'copy', { value: Symbol('another copy') })
}

test('what another copy of nabla made is told by name, with the way out', async (t) => {
  const Other = await again('tensor/tensor.ts', 'Tensor')
  const OtherLayer = await again('layers/layer.ts', 'Layer')
  const OtherOptimizer = await again('optim/base/any-optimizer.ts', 'AnyOptimizer')
  const x: Tensor = new Other(ones([2]).buffer, [2])
  t.false(x instanceof ones([1]).constructor)
  const copy = /a tensor of another copy of nabla \(load nabla once: npm ls nabla lists the copies; or write/
  const w = variable([1, 2])
  const dense = new Dense(1)
  for (const f of [
    () => tensor(x),
    () => ones([2]).add(x),
    () => ones([2]).matmul(x),
    () => formula('a + b')(ones([2]), x),
    () => formula('2 * x')(x),
    () => stack([ones([2]), x]),
    () => w.assign(x),
    () => dense.apply(x),
    () => grad(() => x)([1]),
    () => new Adam().apply([x], [w]),
    () => new Adam().apply([ones([2])], [wrong(x)]),
    () => new Adam().minimize(() => x, [w]),
    () => new IndexedSlices(x, x, [2]),
    () => new Sequential([new Dense(1, { inputShape: [1] })]).setWeights([x, x]),
  ])
    t.throws(f, { instanceOf: NablaError, message: copy })
  t.deepEqual(tensor(x.toJSON()).toArray(), [1, 1])
  class Same extends OtherLayer {}
  t.throws(() => new Sequential([Object.create(Same.prototype)]), { message: /a layer of another copy of nabla/ })
  class Step extends OtherOptimizer {
    exportState() {}
  }
  const message = /an optimizer of another copy of nabla \(load nabla once/
  const optimizer = wrong<Adam>(new Step())
  t.throws(() => optimizers.get(optimizer), { message })
  t.throws(() => new LossScaleOptimizer(optimizer), { message })
  const tfjs = { dtype: 'float32', shape: [1], dataSync: () => Float32Array.of(1) }
  t.throws(() => tensor(wrong(tfjs)), {
    instanceOf: DTypeError,
    message: /a tensor of another library \(write tensor\(x\.dataSync\(\), \{ shape: x\.shape \}\)\)/,
  })
})

test('what this copy made is not taken for what another copy made', (t) => {
  const model = new Sequential([new Dense(1, { inputShape: [1] })])
  const { kernel } = model.layers[0] as Dense
  for (const own of [model, model.layers[0], new Adam(), ones([1]), kernel, ones([1]).add(1)]) t.is(foreign(own), null)
  for (const f of [
    () => optimizers.get(wrong(model)),
    () => optimizers.get(wrong(ones([1]))),
    () => new LossScaleOptimizer(wrong(model)),
    () => new Sequential([wrong(ones([1]))]),
    () => new Sequential([wrong(new Adam())]),
    () => grad(() => wrong<Tensor>(model))(1),
  ])
    t.notRegex(String(t.throws(f)), /another copy/)
})

test('typed arrays of another realm are what their tags say', (t) => {
  const realm = (code: string) => runInNewContext(code)
  t.is(tensor(realm('Float64Array.of(0.1)')).dtype, 'float64')
  t.is(tensor(realm('Float64Array.of(0.1)')).item(), 0.1)
  t.is(tensor(realm('Int32Array.of(3)')).dtype, 'int32')
  t.is(tensor(realm('Float32Array.of(3)')).dtype, 'float32')
  t.is(tensor(realm('[Float64Array.of(0.1)]')).item(), 0.1)
  t.is(tensor(realm('[[1, 2], [3, 4]]')).size, 4)
  t.is(tensor(realm('[true]')).dtype, 'bool')
  t.is(tensor(realm('Uint8ClampedArray.of(255)')).item(), 255)
  t.is(ones([1], { dtype: 'int32' }).add(realm('Int32Array.of(3)')).dtype, 'int32')
  t.is(formula('2 * x')(realm('Float64Array.of(0.1)')).item(), 0.2)
  t.throws(() => tensor(realm('BigInt64Array.of(1n)')), { message: /object BigInt64Array.*Convert BigInts/ })
  t.throws(() => tensor(realm('new DataView(new ArrayBuffer(8))')), { message: /object DataView/ })
  const faked = wrong<number[]>({ [Symbol.toStringTag]: 'Float64Array', length: 1, 0: 1 })
  t.throws(() => tensor(faked), { instanceOf: DTypeError })
  const w = variable([1, 2])
  const optimizer = new Adam()
  optimizer.apply([ones([2])], [w])
  const state = optimizer.exportState()
  const elsewhere = Object.fromEntries(
    Object.entries(state).map(([name, numbers]) => {
      const kind = numbers instanceof Float64Array ? 'Float64Array' : 'Float32Array'
      return [name, runInNewContext(`${kind}.from(numbers)`, { numbers: [...numbers] })]
    }),
  )
  t.false(Object.values(elsewhere).some((array) => array instanceof Float32Array || array instanceof Float64Array))
  optimizer.importState(elsewhere)
  t.deepEqual(optimizer.exportState(), state)
  const model = new Sequential([new Dense(1, { inputShape: [2], useBias: false })])
  model.setWeights([realm('[Float32Array.of(1), Float32Array.of(2)]')])
  model.setWeights([wrong({ shape: [2, 1], dtype: 'float32', data: realm('Float32Array.of(3, 4)') })])
  t.deepEqual(model.variables[0].toArray(), [[3], [4]])
})

test('tidy finds tensors in objects, maps and sets of another realm, and in objects without a prototype', (t) => {
  for (const code of ['({ x: value })', '[value]', 'new Map([[1, value]])', 'new Set([value])']) {
    const kept = tidy(() => {
      const value = ones([2]).add(1)
      return { value, box: runInNewContext(code, { value }) }.box
    })
    const found: Tensor = kept.x ?? [...kept.values()].flat()[0]
    t.deepEqual(found.toArray(), [2, 2], code)
  }
  const bare = tidy(() => Object.assign(Object.create(null), { x: ones([2]).add(1) }))
  t.deepEqual(bare.x.toArray(), [2, 2])
})

test('a shape is for flat data: what is nested otherwise is not reshaped silently', (t) => {
  t.deepEqual(tensor([1, 2, 3, 4], { shape: [2, 2] }).shape, [2, 2])
  t.deepEqual(tensor([[1, 2]], { shape: [1, 2] }).shape, [1, 2])
  t.deepEqual(tensor(ones([2, 2]), { shape: [4] }).shape, [4])
  t.deepEqual(tensor(5, { shape: [1, 1] }).shape, [1, 1])
  const nested = [
    [1, 2, 3],
    [4, 5, 6],
  ]
  t.throws(() => tensor(nested, { shape: [3, 2] }), {
    instanceOf: ShapeError,
    message:
      /^tensor: the data is nested as \[2, 3\], the shape is \[3, 2\]\. Give flat data, or write .*reshape\(\[3, 2\]\)\.$/,
  })
  t.throws(() => tensor(nested, { shape: [6] }), { instanceOf: ShapeError })
})
