/**
 * Functional models: `input({ shape })` gives a symbolic tensor; layers that are applied to it write down who was applied to what, and
 * `new Model({ inputs, outputs })` makes a model of that. A symbolic tensor holds zeros, one example of them, on which each layer is really
 * called: so shapes are known and mistakes are found while the model is written.
 */
import { noGrad } from '../autograd/transforms/grad.js'
import { OptionError, ShapeError } from '../errors.js'
import type { DType, Shape } from '../kernels/backend.js'
import { autoName, required, resolve, show, string } from '../options.js'
import { zeros } from '../tensor/filling.js'
import { checkShape, formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Layer, Tensors } from './layer.js'
import type { CallOptions } from './layer-options.js'

/** A call of a layer on symbolic tensors; of an input, there is no layer. */
export interface LayerCall {
  readonly name: string
  readonly layer: Layer | null
  /** The tensors that it was given, and the options with those in them. */
  readonly x: Tensors
  readonly options: CallOptions | undefined
  /** The number of its outputs. */
  readonly count: number
}

/** An input of a functional model, or what layers make of it. It stands for batches of any size. */
export class SymbolicTensor extends Tensor {
  /** The call that made it. @internal */
  readonly call: LayerCall
  /** Its place among the outputs of the call. @internal */
  readonly index: number

  /** Internal: use `input({ shape })`. */
  constructor(zeros: Tensor, call: LayerCall, index: number) {
    super(zeros.buffer, zeros.shape)
    this.call = call
    this.index = index
  }

  override toString(): string {
    return `SymbolicTensor [batch${this.shape
      .slice(1)
      .map((n) => `, ${n}`)
      .join('')}] of ${this.call.name}`
  }
}

/** Options of `input`. */
export interface InputOptions {
  /** The shape of one example, without the batch axis. */
  shape: Shape
  /** Default float32. */
  dtype?: DType
  /** Its name, by which data may be passed: `fit({ words: x }, y)`. Default `input_layer`, numbered. */
  name?: string
}

let areUsed = false

/**
 * Makes an input of a functional model.
 * @throws OptionError or ShapeError when the shape is missing or not one
 * @example
 * const x = input({ shape: [4] })
 * const hidden = new Dense(8, { activation: 'relu' }).apply(x)
 * const model = new Model({ inputs: x, outputs: new Dense(2).apply(hidden) })
 * model.predict([[1, 2, 3, 4]]).shape // => [1, 2]
 */
export function input(options: InputOptions): Tensor {
  const { shape, dtype, name } = resolve('input', options, {
    defaults: { shape: required, dtype: 'float32', name: undefined },
    ranges: { name: string },
  })
  checkShape('input', shape as Shape)
  areUsed = true
  const call = { name: name ?? autoName('InputLayer'), layer: null, x: [], options: undefined, count: 1 }
  return new SymbolicTensor(zeros([1, ...(shape as Shape)], { dtype: dtype as DType }), call, 0)
}

/** True if some of these tensors are symbolic. */
export function isSymbolic(x: unknown): boolean {
  if (!areUsed) return false
  return x instanceof SymbolicTensor || (Array.isArray(x) && x.some((one) => one instanceof SymbolicTensor))
}

/**
 * Applies a layer to symbolic tensors: it is called on their zeros, and what comes out is symbolic.
 * @throws OptionError for a tensor that is not symbolic among those that are
 */
export function applySymbolic(layer: Layer, x: Tensors, options: CallOptions | undefined): Tensors {
  const plain = mapTensors(layer.name, x) as Tensors
  const settings =
    options &&
    (Object.fromEntries(
      Object.entries(options).map(([name, value]) => [name, mapTensors(layer.name, value)]),
    ) as CallOptions)
  const y = noGrad(() => layer.apply<Tensors>(plain as Tensor, settings))
  const call = { name: layer.name, layer, x, options, count: Array.isArray(y) ? y.length : 1 }
  return Array.isArray(y) ? y.map((one, i) => new SymbolicTensor(one, call, i)) : new SymbolicTensor(y, call, 0)
}

/** Symbolic tensors as the zeros that they hold. */
function mapTensors(name: string, x: unknown): unknown {
  if (Array.isArray(x)) return x.map((one) => mapTensors(name, one))
  if (x instanceof SymbolicTensor) return new Tensor(x.buffer, x.shape)
  if (!(x instanceof Tensor)) return x
  throw new OptionError(
    `${name}: some inputs come from input(…), but one is ${formatShape(x.shape)} of numbers. Apply layers only, such as Lambda, to symbolic tensors.`,
  )
}

/** The places of tensors in the list of all those of a run. */
type Places = number | readonly number[]

/** A call of a layer in a functional model. */
interface Step {
  readonly layer: Layer
  readonly from: Places
  readonly options: CallOptions | undefined
  readonly to: number
}

/** The calls of a functional model in an order in which they can be made. */
export class Graph {
  readonly inputs: readonly SymbolicTensor[]
  readonly outputs: readonly SymbolicTensor[]
  /** True if the model returns an array. */
  readonly isList: boolean
  /** The layers, each once, in the order of their first calls. */
  readonly layers: readonly Layer[]
  readonly calls: readonly LayerCall[]
  private readonly steps: readonly Step[]
  /** The place of the first output of each call. */
  private readonly places = new Map<LayerCall, number>()
  private size = 0

  /** @throws OptionError when outputs do not come from the inputs */
  constructor(
    readonly name: string,
    inputs: unknown,
    outputs: unknown,
  ) {
    this.inputs = this.symbolic('inputs', inputs)
    this.outputs = this.symbolic('outputs', outputs)
    this.isList = Array.isArray(outputs)
    for (const { call } of this.inputs) this.place(call)
    this.calls = this.ordered()
    this.steps = this.calls.map((call) => this.stepOf(call))
    this.layers = [...new Set(this.steps.map(({ layer }) => layer))]
  }

  /** The names of the inputs. */
  get inputNames(): readonly string[] {
    return this.inputs.map(({ call }) => call.name)
  }

  /** The names of the layers whose outputs these are, numbered where one has several. */
  get outputNames(): readonly string[] {
    const names = this.outputs.map(({ call }) => call.name)
    return names.map((name, i) =>
      names.indexOf(name) === i ? name : `${name}_${names.slice(0, i).filter((n) => n === name).length}`,
    )
  }

  /** True for each output that is probabilities: it comes from such a layer, perhaps through Dropout or Flatten. */
  get areProbabilities(): readonly boolean[] {
    return this.outputs.map((one) => {
      let at = one
      while (at.call.layer?.keepsProbabilities && !Array.isArray(at.call.x)) at = at.call.x as SymbolicTensor
      return at.call.layer?.givesProbabilities ?? false
    })
  }

  private symbolic(what: string, given: unknown): readonly SymbolicTensor[] {
    const list = [given].flat()
    const at = list.findIndex((one) => !(one instanceof SymbolicTensor))
    const wrong = list[at]
    if (list.length > 0 && at < 0) {
      if (what === 'inputs') this.checkInputs(list as SymbolicTensor[])
      return list as SymbolicTensor[]
    }
    throw new OptionError(
      `${this.name}: ${what} must be what input(…) or layers on it returned, received ${wrong instanceof Tensor ? `a tensor ${formatShape(wrong.shape)}` : show(given)}. Operations between layers go into a Lambda.`,
    )
  }

  private checkInputs(inputs: readonly SymbolicTensor[]): void {
    const made = inputs.find(({ call }) => call.layer !== null)
    if (made)
      throw new OptionError(`${this.name}: inputs has an output of ${made.call.name}. Pass what input(…) returned.`)
    const names = inputs.map(({ call }) => call.name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined)
      throw new OptionError(`${this.name}: two inputs are called ${twice}. Give each its own name.`)
  }

  private place(call: LayerCall): void {
    this.places.set(call, this.size)
    this.size += call.count
  }

  /** The calls behind the outputs, those that they need first, without recursion. */
  private ordered(): LayerCall[] {
    const calls: LayerCall[] = []
    const waiting = this.outputs.map(({ call }) => call).reverse()
    while (waiting.length > 0) {
      const call = waiting[waiting.length - 1]
      const missing = this.places.has(call) ? [] : sourcesOf(call).filter(({ call }) => !this.places.has(call))
      if (missing.length > 0) {
        waiting.push(...missing.map((source) => source.call).reverse())
        continue
      }
      waiting.pop()
      if (this.places.has(call)) continue
      if (!call.layer) throw this.unknownInput(call)
      this.place(call)
      calls.push(call)
    }
    return calls
  }

  private unknownInput({ name }: LayerCall): OptionError {
    return new OptionError(`${this.name}: the outputs need the input ${name}, which inputs lacks. Add it to inputs.`)
  }

  private stepOf(call: LayerCall): Step {
    const from = Array.isArray(call.x) ? call.x.map((x) => this.placeOf(x)) : this.placeOf(call.x as Tensor)
    return { layer: call.layer as Layer, from, options: call.options, to: this.places.get(call) as number }
  }

  private placeOf(x: Tensor): number {
    const { call, index } = x as SymbolicTensor
    return (this.places.get(call) as number) + index
  }

  /**
   * Calls the layers.
   * @throws ShapeError for another number of inputs
   */
  run(x: Tensors): Tensors {
    const given = Array.isArray(x) ? x : [x]
    if (given.length !== this.inputs.length) throw this.wrongCount(given.length)
    const values: Tensor[] = [...given]
    for (const step of this.steps) {
      const y = step.layer.apply<Tensors>(this.pick(values, step.from) as Tensor, this.optionsOf(step, values))
      if (!Array.isArray(y)) values[step.to] = y
      else for (let i = 0; i < y.length; i++) values[step.to + i] = y[i]
    }
    return this.isList ? this.outputs.map((one) => values[this.placeOf(one)]) : values[this.placeOf(this.outputs[0])]
  }

  private pick(values: readonly Tensor[], from: Places): Tensors {
    return typeof from === 'number' ? values[from] : from.map((place) => values[place])
  }

  /** The options of a call, with the tensors of this run in place of the symbolic ones. */
  private optionsOf({ options }: Step, values: readonly Tensor[]): CallOptions | undefined {
    if (!options) return undefined
    const real = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(real)
      return value instanceof SymbolicTensor ? values[this.placeOf(value)] : value
    }
    return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, real(value)]))
  }

  private wrongCount(count: number): ShapeError {
    const names = this.inputs.map(({ call }) => call.name)
    return new ShapeError(
      `${this.name}: received ${count} inputs, but has ${names.length}: ${names.join(', ')}. Pass ${names.length === 1 ? 'one tensor' : 'an array with one tensor each'}.`,
    )
  }
}

/** The symbolic tensors that a call needs. */
export function sourcesOf({ x, options }: LayerCall): SymbolicTensor[] {
  return [x, ...Object.values(options ?? {})].flat().filter((one) => one instanceof SymbolicTensor)
}
