/**
 * What every layer must do, as functions that throw an AssertionError where one does not. `contract.test.ts` runs them.
 */
import assert from 'node:assert/strict'
import * as nabla from '../../src/index.js'
import {
  type CallOptions,
  type Config,
  concat,
  type DType,
  Layer,
  type LayerOptions,
  Model,
  NablaError,
  noGrad,
  randomNormal,
  type Shape,
  type Shapes,
  Tensor,
  tensor,
  Variable,
  variable,
} from '../../src/index.js'

type Numbers = readonly number[] | readonly Numbers[]

type LayerDescription = ReturnType<Layer['toJSON']>
type Class = { name: string; fromConfig(config: Config, classes?: never): Layer }

/** A layer, and what is known about it. */
export interface Case {
  /** A new layer, of `options.dtype`; random numbers are seeded. */
  readonly make: (options: LayerOptions) => Layer
  /** The shape of one example; of several inputs, the shape of each. */
  readonly input: Shapes
  /** Worked out by hand or by a reference: the input (of several, an array of tensors), the weights in the order of `variables`, the output. */
  readonly example: { x: Numbers | Tensor[]; weights?: readonly (number | Numbers)[]; y: Numbers }
  /** Makes one input of a shape; default normally distributed numbers. Indices have no gradients. */
  readonly values?: (shape: Shape) => Tensor
  /** Options of each call, such as a mask, for batches of this size. */
  readonly call?: (size: number) => CallOptions
  /** True if a call in training changes it, as those of BatchNormalization do. */
  readonly changesInTraining?: boolean
  /** True if its outputs are whole numbers. */
  readonly isWhole?: boolean
}

const inputsOf = (shapes: Shapes): readonly Shape[] =>
  Array.isArray(shapes[0]) ? (shapes as readonly Shape[]) : [shapes as Shape]

/** A batch of inputs: a tensor, or an array of several. */
function batch({ input, values }: Case, size: number, dtype: DType = 'float64', map = (x: Tensor) => x): Tensors {
  const all = inputsOf(input).map((shape, i) => {
    const x = values?.([size, ...shape]) ?? randomNormal([size, ...shape], { seed: 7 + i, dtype })
    return map(isFloat(x) ? x.cast(dtype) : x)
  })
  return Array.isArray(input[0]) ? all : all[0]
}

type Tensors = Tensor | Tensor[]
const isFloat = (x: Tensor) => x.dtype.startsWith('float')
const listOf = (x: Tensors): Tensor[] => (Array.isArray(x) ? x : [x])
const mapped = (x: Tensors, f: (one: Tensor) => Tensor): Tensors => (Array.isArray(x) ? x.map(f) : f(x))
const pathsOf = (layer: Layer) => layer.variables.map((v) => v.path)
const numbersOf = (x: Tensors) => listOf(x).flatMap((one) => [...one.dataSync()])
const shapesOf = (x: Tensors) => mapped(x, (one) => one.shape as never)

/** The output of a layer of the case. */
function applied(c: Case, layer: Layer, x: Tensors, options: CallOptions = {}): Tensors {
  return layer.apply<Tensors>(x as Tensor, { ...c.call?.(listOf(x)[0].shape[0] ?? 0), ...options })
}

/** A layer of the case that is built, with weights that are not those it starts with. */
function built(c: Case, { dtype = 'float64' as DType, options = {} as LayerOptions } = {}): Layer {
  const layer = c.make({ dtype, ...options })
  applied(
    c,
    layer,
    batch(c, 1, dtype, (x) => x.mul(0)),
  )
  const [at, kept] = [layer.variables, layer.trainableVariables]
  for (const [i, v] of at.entries())
    if (kept.includes(v)) v.assign(randomNormal(v.shape, { seed: i + 3, dtype: 'float64', std: 0.5 }).cast(v.dtype))
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
function weighedSum(y: Tensors): Tensor {
  const sums = listOf(y).map((one) => one.mul(randomNormal(one.shape, { seed: 9, dtype: 'float64' })).sum())
  return sums.reduce((sum, one) => sum.add(one))
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
  'computes what was worked out by hand'({ make, example, call }) {
    const layer = make({ dtype: 'float64' })
    const isList = Array.isArray(example.x) && example.x.some((one) => one instanceof Tensor)
    const x = isList ? (example.x as Tensor[]) : tensor(example.x as number[], { dtype: 'float64' })
    const options = call?.(listOf(x)[0].shape[0]) ?? {}
    layer.apply(x, options)
    const model = new Holding(layer)
    if (example.weights) model.setWeights(example.weights as number[][])
    else assert.equal(model.variables.length, 0, 'the example needs weights')
    assertClose(numbersOf(layer.apply<Tensors>(x, options)), (example.y as number[]).flat(9), 1e-12, 'output')
  },

  'has the output shape that it says'(c) {
    for (const layer of [c.make({}), built(c, { dtype: 'float32' })]) {
      const shapes = layer.outputShape(c.input)
      for (const size of [1, 3]) {
        const y = applied(c, layer, batch(c, size, 'float32'))
        const want = inputsOf(shapes).map((shape) => [size, ...shape])
        assert.deepEqual(shapesOf(y), Array.isArray(y) ? want : want[0])
      }
    }
  },

  'treats each example alike, whatever the others are'(c) {
    const layer = built(c)
    const x = batch(c, 3)
    const one = (i: number) =>
      layer.apply<Tensors>(
        mapped(x, (all) => all.slice([[i, i + 1]])),
        sliced(c.call?.(3), i),
      )
    const [all, rows] = [applied(c, layer, x), [0, 1, 2].map(one)]
    listOf(all).forEach((y, k) => {
      assertClose(
        numbersOf(y),
        rows.flatMap((row) => numbersOf(listOf(row)[k])),
        1e-12,
        'examples one by one',
      )
    })
  },

  'takes an empty batch'(c) {
    for (const layer of [c.make({}), built(c, { dtype: 'float32' })])
      for (const training of [false, true]) {
        const y = applied(c, layer, batch(c, 0, 'float32'), { training })
        const want = inputsOf(layer.outputShape(c.input)).map((shape) => [0, ...shape])
        assert.deepEqual(shapesOf(y), Array.isArray(y) ? want : want[0])
      }
  },

  'refuses shapes that do not fit in its own name'(c) {
    const layer = built(c, { dtype: 'float32' })
    const x = batch(c, 2, 'float32')
    const first = listOf(x)[0]
    const wider = first.rank > 1 ? concatLast(first) : first.expandDims(1)
    const odd: Record<string, Tensor> = {
      'a single number': first.flatten().slice([0]),
      'no batch axis': first.slice([0]),
      'one axis more': first.expandDims(1),
      'a wider last axis': wider,
    }
    const attempt = (wrong: Tensor) => layer.apply<Tensors>(Array.isArray(x) ? [wrong, ...x.slice(1)] : wrong)
    for (const [what, wrong] of Object.entries(odd)) {
      let error: unknown = null
      try {
        attempt(wrong)
      } catch (e) {
        error = e
      }
      if (error) assertOwnError(layer, () => attempt(wrong), what)
    }
    if (layer.variables.length > 0 && isFloat(first)) assertOwnError(layer, () => attempt(wider), 'a wider last axis')
    assert.throws(() => layer.apply('text' as never), NablaError)
  },

  'computes in float64 where its weights are float64'(c) {
    const exact = listOf(applied(c, built(c), batch(c, 3)))[0]
    assert.equal(exact.dtype, 'float64')
    const rounded = listOf(applied(c, built(c, { dtype: 'float32' }), batch(c, 3, 'float32')))[0]
    assert.equal(rounded.dtype, 'float32')
    assertClose(numbersOf(rounded), numbersOf(exact), 1e-5, 'float32 and float64')
    assert.ok(
      c.isWhole || numbersOf(exact).some((value) => value !== Math.fround(value)),
      'float64 went through float32',
    )
  },

  'has the gradients of central differences, to its input and weights, in use and in training'(c) {
    for (const training of [false, true]) {
      const x = mapped(batch(c, 2), (one) => (isFloat(one) ? variable(one) : one))
      const weights = built(c).variables.map((v) => v.detach())
      const loss = () => {
        const layer = built(c)
        layer.variables.forEach((v, i) => {
          v.assign(weights[i])
        })
        return { layer, value: weighedSum(applied(c, layer, x, { training })) }
      }
      const { layer, value } = loss()
      if (value.requiresGrad) value.backward()
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
      for (const one of listOf(x))
        if (one instanceof Variable)
          compare(one.detach(), one.grad, (values) => one.assign(tensor(values, { shape: one.shape })))
      layer.variables.forEach((v, i) => {
        if (!v.trainable) return
        compare(v.detach(), v.grad, (values) => {
          weights[i] = tensor(values, { shape: v.shape })
        })
      })
    }
  },

  'is the same in each call outside of training, which is the default'(c) {
    const layer = built(c)
    const x = batch(c, 4)
    const first = numbersOf(applied(c, layer, x))
    if (!c.changesInTraining) applied(c, layer, x, { training: true })
    assert.deepEqual(numbersOf(applied(c, layer, x)), first)
    assert.deepEqual(numbersOf(applied(c, layer, x, { training: false })), first)
  },

  'leaves its input alone, and hands out none of its variables'(c) {
    const layer = built(c)
    const x = mapped(batch(c, 2), (one) => variable(one, { trainable: isFloat(one) }))
    const before = numbersOf(x)
    const y = applied(c, layer, x)
    assert.deepEqual(numbersOf(x), before)
    const result = numbersOf(y)
    for (const v of [...listOf(x), ...layer.variables] as Variable[]) v.assign(v.detach().add(1).cast(v.dtype))
    assert.deepEqual(numbersOf(y), result)
  },

  'is frozen and set free, as an option and later'(c) {
    const layer = built(c)
    const names = layer.trainableVariables.map((v) => v.path)
    const hasGradients = () => {
      for (const v of layer.variables) v.grad = null
      const x = mapped(batch(c, 2), (one) => (isFloat(one) ? variable(one) : one))
      const y = weighedSum(applied(c, layer, x))
      if (y.requiresGrad) y.backward()
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
    const [a, b] = [built(c), built(c)].map((layer) => new Holding(layer))
    for (const v of a.variables) if (isFloat(v)) v.assign(v.detach().mul(0.5).add(0.1))
    const x = batch(c, 3)
    b.setWeights(JSON.parse(JSON.stringify(a.getWeights())))
    assert.deepEqual(numbersOf(applied(c, b.inner, x)), numbersOf(applied(c, a.inner, x)))
    assert.deepEqual(
      b.variables.map((v) => v.shape),
      a.variables.map((v) => v.shape),
    )
  },

  'has a configuration in JSON, from which a like layer is made'(c) {
    const layer = built(c, { dtype: 'float32', options: { name: 'one' } })
    const config = layer.getConfig()
    assert.deepEqual(JSON.parse(JSON.stringify(config)), config, 'only what JSON holds')
    const { fromConfig } = layer.constructor as unknown as Class
    const again = fromConfig.call(layer.constructor, JSON.parse(JSON.stringify(config)), allClasses as never)
    assert.deepEqual([again.constructor, again.name, again.getConfig()], [layer.constructor, 'one', config])
    const x = batch(c, 3, 'float32')
    applied(c, again, x)
    new Holding(again).setWeights(new Holding(layer).getWeights())
    assert.deepEqual(numbersOf(applied(c, again, x)), numbersOf(applied(c, layer, x)))
  },

  'is described by JSON'(c) {
    const layer = built(c, { dtype: 'float32', options: { name: 'one' } })
    const json = layer.toJSON()
    assert.deepEqual(JSON.parse(JSON.stringify(json)), json, 'only what JSON holds')
    assert.deepEqual([json.class, json.name, json.inputShape], [layer.constructor.name, 'one', c.input])
  },

  'has a name, and weights with names of their own below it'(c) {
    const [a, b] = [c.make({}), c.make({})]
    const base = a.constructor.name.toLowerCase()
    assert.match(a.name.replaceAll('_', ''), new RegExp(`^${base}\\d*$`))
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
    assert.throws(() => c.make({ trainabel: true } as never), {
      message: /^\w+: unknown option trainabel\. Did you mean trainable\?/,
    })
    assert.throws(() => c.make({ inputShape: 2 as never }), {
      message: /inputShape must be .*received 2\.$/,
    })
  },
}

/** Every class that is exported, for configurations of layers inside. */
const allClasses = Object.values(nabla).filter(
  (value) => typeof value === 'function' && value.prototype instanceof Layer,
)

/** A model of a layer, whatever it takes: its weights are saved and set. */
class Holding extends Model {
  constructor(readonly inner: Layer) {
    super()
    this.built = true
  }
  override call(x: Tensors): Tensors {
    return this.inner.apply<Tensors>(x as Tensor)
  }
}

/** The options of a call for one of several examples. */
function sliced(options: CallOptions | undefined, i: number): CallOptions {
  const entries = Object.entries(options ?? {}).map(([name, value]) => [
    name,
    typeof value === 'boolean' ? value : mapped(value as Tensors, (one) => one.slice([[i, i + 1]])),
  ])
  return Object.fromEntries(entries)
}

/** The tensor, its last axis once more. */
const concatLast = (x: Tensor) => concat([x, x], x.rank - 1)
