/**
 * Layers against Keras's numbers (`test/golden/keras-layers.py` writes them): each is made from Keras's own configuration, given its weights,
 * and compared: outputs, masks, loss, gradients, moving statistics, and the losses of ten training steps.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import * as nabla from '../../src/index.js'
import {
  type CallOptions,
  type Config,
  type Layer,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../src/index.js'
import { maskOf } from '../../src/layers/masks.js'

interface Numbers {
  readonly shape: number[]
  readonly data: number[]
  readonly dtype?: 'int32' | 'bool'
}

interface Golden {
  readonly class: string
  readonly config: Config
  readonly training: boolean
  readonly inputs: Numbers[]
  /** True if the layer gets a list of inputs. */
  readonly isList: boolean
  readonly mask?: Numbers[]
  readonly call: Record<string, Numbers[] | boolean>
  readonly weights: Numbers[]
  readonly outputs: Numbers[]
  readonly masks: (Numbers | null)[]
  readonly targets?: Numbers[]
  readonly loss?: number
  readonly inputGradients?: Numbers[]
  readonly weightGradients?: Numbers[]
  readonly after?: Numbers[]
  readonly losses?: number[]
}

const goldens = JSON.parse(readFileSync(new URL('../golden/keras-layers.json', import.meta.url), 'utf8'))
  .cases as Record<string, Golden>

const classes: Readonly<Record<string, unknown>> = nabla
const allLayers = Object.values(nabla).filter(
  (value) => typeof value === 'function' && value.prototype instanceof nabla.Layer,
) as never[]

const read = ({ shape, data, dtype = 'float64' as never }: Numbers) => tensor(data, { shape, dtype })
const listOf = (y: Tensor | Tensor[]) => (Array.isArray(y) ? y : [y])

function assertClose(t: ExecutionContext, got: Tensor | null, want: Numbers, what: string): void {
  const values = got ? got.dataSync() : new Float64Array(want.data.length)
  if (got) t.deepEqual([...got.shape], want.shape, what)
  const wrong = want.data.findIndex((w, i) => !(Math.abs(values[i] - w) <= 1e-6 * Math.max(1, Math.abs(w))))
  t.is(wrong, -1, `${what}, element ${wrong}: ${values[wrong]}, Keras ${want.data[wrong]}`)
}

/** A call of a layer with the inputs of the golden; variables, so that gradients are found. */
function called(golden: Golden, layer: Layer, training: boolean) {
  const inputs = golden.inputs.map((one) => (one.dtype ? read(one) : variable(read(one))))
  const options: Record<string, unknown> = { training }
  for (const [name, value] of Object.entries(golden.call)) {
    const option = name.replace(/_(.)/g, (_, c) => c.toUpperCase())
    const values = Array.isArray(value) ? value.map(read) : value
    options[option] = option === 'attentionMask' ? (values as Tensor[])[0] : values
  }
  if (golden.mask) options.mask = golden.isList ? golden.mask.map(read) : read(golden.mask[0])
  const y = layer.apply<Tensor | Tensor[]>(golden.isList ? inputs : inputs[0], options as CallOptions)
  return { inputs, ys: listOf(y) }
}

function lossOf(golden: Golden, layer: Layer, ys: Tensor[]): Tensor {
  const data = ys.map((y, i) =>
    y
      .sub(read((golden.targets as Numbers[])[i]))
      .square()
      .mean(),
  )
  return [...data, ...layer.losses].reduce((sum, one) => sum.add(one))
}

function setWeights(layer: Layer, weights: readonly Numbers[]): void {
  for (const [i, v] of layer.variables.entries()) v.assign(read(weights[i]))
}

function layerOf(t: ExecutionContext, golden: Golden): Layer {
  const Class = classes[golden.class] as typeof nabla.Dense
  const layer: Layer = Class.fromConfig(golden.config, allLayers)
  called(golden, layer, false)
  t.deepEqual(
    layer.variables.map(({ shape }) => [...shape]),
    golden.weights.map(({ shape }) => shape),
    'the shapes of the weights',
  )
  setWeights(layer, golden.weights)
  return layer
}

for (const [name, golden] of Object.entries(goldens))
  test(`${name} computes what Keras computes`, (t) => {
    const layer = layerOf(t, golden)
    const { inputs, ys } = called(golden, layer, golden.training)
    t.is(ys.length, golden.outputs.length, 'the number of outputs')
    ys.forEach((y, i) => {
      assertClose(t, y, golden.outputs[i], `output ${i}`)
      const [mask, want] = [maskOf(y) as Tensor | null, golden.masks[i]]
      t.is(mask === null, want === null, `output ${i} has a mask`)
      if (mask && want) assertClose(t, mask, want, `mask ${i}`)
    })
    if (golden.loss !== undefined) {
      const loss = lossOf(golden, layer, ys)
      assertClose(t, loss, { shape: [], data: [golden.loss] }, 'loss')
      loss.backward()
      const floats = inputs.filter(({ dtype }) => dtype === 'float64')
      floats.forEach((x, i) => {
        assertClose(t, x.grad as Tensor | null, (golden.inputGradients as Numbers[])[i], `gradient of input ${i}`)
      })
      layer.trainableVariables.forEach((v, i) => {
        assertClose(t, v.grad as Tensor | null, (golden.weightGradients as Numbers[])[i], `gradient of ${v.path}`)
      })
    }
    layer.variables.forEach((v, i) => {
      assertClose(t, v, (golden.after ?? golden.weights)[i], `${v.path} after the call`)
    })
  })

for (const [name, golden] of Object.entries(goldens))
  if (golden.losses)
    test(`${name} trains as Keras trains`, (t) => {
      const layer = layerOf(t, golden)
      const losses = (golden.losses as number[]).map(() => {
        const loss = lossOf(golden, layer, called(golden, layer, true).ys)
        loss.backward()
        for (const v of layer.trainableVariables) step(v)
        return loss.item()
      })
      assertClose(t, tensor(losses, { dtype: 'float64' }), { shape: [10], data: golden.losses as number[] }, 'losses')
    })

function step(v: Variable): void {
  if (v.grad) v.assign(v.detach().sub((v.grad as Tensor).mul(0.1)))
  v.grad = null
}
