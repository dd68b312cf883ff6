/**
 * What every layer must do, as functions that throw an AssertionError where one does not. `contract.test.ts` runs them.
 */
import assert from 'node:assert/strict'
import {
  type DType,
  type Layer,
  type LayerOptions,
  NablaError,
  noGrad,
  randomNormal,
  Sequential,
  type Shape,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '../../src/index.js'

type Numbers = readonly number[] | readonly Numbers[]

type LayerDescription = ReturnType<Layer['toJSON']>

/** A layer, and what is known about it. */
export interface Case {
  /** A new layer, with weights of this dtype; random numbers are seeded. */
  readonly make: (options: LayerOptions, dtype: DType) => Layer
  /** A new layer from its JSON. */
  readonly rebuild: (json: LayerDescription) => Layer
  /** The shape of one example. */
  readonly input: Shape
  /** Worked out by hand or by a reference: the input, the weights in the order of `variables`, the output. */
  readonly example: { x: Numbers; weights?: readonly Numbers[]; y: Numbers }
}

const batch = (shape: Shape, size: number, dtype: DType = 'float64') =>
  randomNormal([size, ...shape], { seed: 7, dtype })
const pathsOf = (layer: Layer) => layer.variables.map((v) => v.path)
const numbersOf = (x: Tensor) => [...x.dataSync()]

/** A layer of the case that is built and has the weights of the example, or those it starts with. */
function built({ make, input }: Case, { dtype = 'float64' as DType, options = {} as LayerOptions } = {}): Layer {
  const layer = make(options, dtype)
  layer.apply(zeros([1, ...input], { dtype }))
  return layer
}

function assertClose(got: readonly number[], want: readonly number[], tolerance: number, what: string): void {
  assert.equal(got.length, want.length, what)
  got.forEach((x, i) => {
    const difference = Math.abs(x - want[i])
    assert.ok(difference <= tolerance * Math.max(1, Math.abs(want[i])), `${what}, element ${i}: ${x} and ${want[i]}`)
  })
}

/** The sum of the outputs, each with another factor, so that no gradient is lost by symmetry. */
function weighedSum(y: Tensor): Tensor {
  return y.mul(randomNormal(y.shape, { seed: 9, dtype: 'float64' })).sum()
}

/** The names of a layer and those inside. */
const namesIn = ({ name, layers = [] }: LayerDescription): string[] => [name, ...layers.flatMap(namesIn)]

/** What an error must be: one of nabla's that begins with the name of the layer, or of one inside. */
function assertOwnError(layer: Layer, call: () => unknown, what: string): void {
  assert.throws(call, (error: Error) => {
    assert.ok(error instanceof NablaError, `${what}: ${error}`)
    assert.ok(
      namesIn(layer.toJSON()).some((name) => error.message.startsWith(`${name}: `)),
      `${what} does not name the layer: ${error.message}`,
    )
    return true
  })
}

/** What every layer must pass; each throws an AssertionError otherwise. */
export const checks: Record<string, (c: Case) => void> = {
  'computes what was worked out by hand'({ make, example }) {
    const layer = make({}, 'float64')
    layer.apply(tensor(example.x as number[], { dtype: 'float64' }))
    const model = new Sequential([layer])
    if (example.weights) model.setWeights(example.weights as number[][])
    else assert.equal(model.variables.length, 0, 'the example needs weights')
    const y = layer.apply(tensor(example.x as number[], { dtype: 'float64' }))
    assertClose(numbersOf(y), (example.y as number[]).flat(9), 1e-12, 'output')
  },

  'has the output shape that it says'(c) {
    for (const layer of [c.make({}, 'float32'), built(c, { dtype: 'float32' })]) {
      const shape = layer.outputShape(c.input)
      for (const size of [1, 3]) assert.deepEqual(layer.apply(batch(c.input, size, 'float32')).shape, [size, ...shape])
    }
  },

  'treats each example alike, whatever the others are'(c) {
    const layer = built(c)
    const x = batch(c.input, 3)
    const rows = [0, 1, 2].flatMap((i) => numbersOf(layer.apply(x.slice([[i, i + 1]]))))
    assertClose(numbersOf(layer.apply(x)), rows, 1e-12, 'examples one by one')
  },

  'takes an empty batch'(c) {
    for (const layer of [c.make({}, 'float32'), built(c, { dtype: 'float32' })])
      for (const training of [false, true])
        assert.deepEqual(layer.apply(zeros([0, ...c.input]), { training }).shape, [0, ...layer.outputShape(c.input)])
  },

  'refuses shapes that do not fit in its own name'(c) {
    const layer = built(c, { dtype: 'float32' })
    const x = batch(c.input, 2, 'float32')
    const wider = batch([...c.input.slice(0, -1), (c.input.at(-1) as number) + 1], 2, 'float32')
    const odd: Record<string, Tensor> = {
      'a single number': tensor(3),
      'no batch axis': x.slice([0]),
      'one axis more': x.expandDims(1),
      'a wider last axis': wider,
    }
    for (const [what, wrong] of Object.entries(odd)) {
      let error: unknown = null
      try {
        layer.apply(wrong)
      } catch (e) {
        error = e
      }
      if (error) assertOwnError(layer, () => layer.apply(wrong), what)
    }
    if (layer.variables.length > 0) assertOwnError(layer, () => layer.apply(wider), 'a wider last axis')
    assert.throws(() => layer.apply('text' as never), NablaError)
  },

  'computes in float64 where its weights are float64'(c) {
    const x = batch(c.input, 3)
    const exact = built(c).apply(x)
    assert.equal(exact.dtype, 'float64')
    const rounded = built(c, { dtype: 'float32' }).apply(x.cast('float32'))
    assert.equal(rounded.dtype, 'float32')
    assertClose(numbersOf(rounded), numbersOf(exact), 1e-5, 'float32 and float64')
    assert.ok(
      numbersOf(exact).some((value) => value !== Math.fround(value)),
      'float64 went through float32',
    )
  },

  'has the gradients of central differences, to its input and weights, in use and in training'(c) {
    for (const training of [false, true]) {
      const x = variable(batch(c.input, 2))
      const weights = built(c).variables.map((v) => v.detach())
      const loss = () => {
        const layer = built(c)
        layer.variables.forEach((v, i) => {
          v.assign(weights[i])
        })
        return { layer, value: weighedSum(layer.apply(x, { training })) }
      }
      const { layer, value } = loss()
      value.backward()
      const at = (values: Float64Array, i: number, step: number, set: (t: Float64Array) => void) => {
        const moved = values.slice()
        moved[i] += step
        set(moved)
        const result = noGrad(() => loss().value.item())
        set(values)
        return result
      }
      const compare = (v: Tensor, grad: Tensor | null, set: (values: Float64Array) => void) => {
        const values = v.dataSync() as Float64Array
        const slopes = [...values.keys()].map((i) => (at(values, i, 1e-5, set) - at(values, i, -1e-5, set)) / 2e-5)
        assertClose(grad ? numbersOf(grad) : slopes.map(() => 0), slopes, 1e-6, `gradient, training ${training}`)
      }
      compare(x.detach(), x.grad, (values) => x.assign(tensor(values, { shape: x.shape })))
      layer.variables.forEach((v, i) => {
        compare(v.detach(), v.grad, (values) => {
          weights[i] = tensor(values, { shape: v.shape })
        })
      })
    }
  },

  'is the same in each call outside of training, which is the default'(c) {
    const layer = built(c)
    const x = batch(c.input, 4)
    const first = numbersOf(layer.apply(x))
    layer.apply(x, { training: true })
    assert.deepEqual(numbersOf(layer.apply(x)), first)
    assert.deepEqual(numbersOf(layer.apply(x, { training: false })), first)
  },

  'leaves its input alone, and hands out none of its variables'(c) {
    const layer = built(c)
    const x = variable(batch(c.input, 2))
    const before = numbersOf(x)
    const y = layer.apply(x)
    assert.deepEqual(numbersOf(x), before)
    const result = numbersOf(y)
    for (const v of [x, ...layer.variables]) v.assign(v.detach().add(1))
    assert.deepEqual(numbersOf(y), result)
  },

  'is frozen and set free, as an option and later'(c) {
    const layer = built(c)
    const names = layer.trainableVariables.map((v) => v.path)
    const hasGradients = () => {
      for (const v of layer.variables) v.grad = null
      const y = weighedSum(layer.apply(variable(batch(c.input, 2))))
      y.backward()
      return layer.variables.filter((v) => v.grad !== null).map((v) => v.path)
    }
    assert.deepEqual(hasGradients(), names)
    layer.trainable = false
    assert.deepEqual([layer.trainableVariables, hasGradients()], [[], []])
    layer.trainable = true
    assert.deepEqual([layer.trainableVariables.map((v) => v.path), hasGradients()], [names, names])
    const frozen = built(c, { options: { trainable: false } })
    assert.deepEqual([frozen.trainable, frozen.trainableVariables.length], [false, 0])
    assert.equal(frozen.variables.length, layer.variables.length)
  },

  'has weights that are saved and set, which decide what it computes'(c) {
    const [a, b] = [built(c), built(c)].map((layer) => new Sequential([layer]))
    for (const v of a.variables) v.assign(v.detach().mul(0.5).add(0.1))
    const x = batch(c.input, 3)
    b.setWeights(JSON.parse(JSON.stringify(a.getWeights())))
    assert.deepEqual(numbersOf(b.predict(x)), numbersOf(a.predict(x)))
    assert.deepEqual(
      b.variables.map((v) => v.shape),
      a.variables.map((v) => v.shape),
    )
  },

  'is described by JSON, from which a like layer is made'(c) {
    const layer = built(c, { dtype: 'float32', options: { name: 'one' } })
    const json = layer.toJSON()
    assert.deepEqual(JSON.parse(JSON.stringify(json)), json, 'only what JSON holds')
    assert.deepEqual([json.class, json.name, json.inputShape], [layer.constructor.name, 'one', c.input])
    const again = c.rebuild(JSON.parse(JSON.stringify(json)))
    const x = batch(c.input, 3, 'float32')
    again.apply(x)
    const copy = new Sequential([again])
    copy.setWeights(new Sequential([layer]).getWeights())
    assert.deepEqual(again.toJSON().config, json.config)
    assert.deepEqual(numbersOf(again.apply(x)), numbersOf(layer.apply(x)))
  },

  'has a name, and weights with names of their own below it'(c) {
    const [a, b] = [c.make({}, 'float32'), c.make({}, 'float32')]
    const base = a.constructor.name.toLowerCase()
    assert.match(a.name, new RegExp(`^${base}(_\\d+)?$`))
    assert.notEqual(a.name, b.name)
    const layer = built(c, { options: { name: 'mine' } })
    assert.equal(layer.name, 'mine')
    const paths = pathsOf(layer)
    assert.equal(new Set(paths).size, paths.length)
    for (const v of layer.variables) {
      assert.ok(v.path.startsWith('mine/'), v.path)
      assert.ok(!/variable/.test(v.name), `${v.path} is called ${v.name}`)
    }
    assert.ok(String(layer).startsWith(`${layer.constructor.name}(`), String(layer))
  },

  'knows its options, and names the nearest one'(c) {
    assert.throws(() => c.make({ trainabel: true } as never, 'float32'), {
      message: /^\w+: unknown option trainabel\. Did you mean trainable\?/,
    })
    assert.throws(() => c.make({ inputShape: 2 as never }, 'float32'), {
      message: /inputShape must be .*received 2\.$/,
    })
  },
}
