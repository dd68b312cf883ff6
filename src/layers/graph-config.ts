/**
 * Functional models in Keras's configurations: which layer was applied to what.
 */
import { OptionError } from '../errors.js'
import { type Config, fromKeras, isKerasObject, toKeras } from '../keras-names.js'
import type { DType, Shape } from '../kernels/backend.js'
import { show } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import { deserializeAs, type LayerClass, serialize } from './config.js'
import { type Graph, input, type LayerCall, SymbolicTensor } from './functional.js'
import type { Layer, Tensors } from './layer.js'

/** The layer, its call and the output that a tensor is, as Keras writes it. */
type History = readonly [name: string, call: number, output: number]

/** The configuration of a functional model, without its name. */
export function graphConfig(graph: Graph): Config {
  const inputs = graph.inputs.map(({ call, shape, dtype }) => {
    const config = { name: call.name, batch_shape: [null, ...shape.slice(1)], dtype }
    const node = { module: 'keras.layers', class_name: 'InputLayer', config, registered_name: null }
    return { ...node, name: call.name, inbound_nodes: [] as object[] }
  })
  const layers = graph.layers.map((layer) => ({
    ...serialize(layer),
    name: layer.name,
    inbound_nodes: callsOf(graph, layer).map((call) => writtenCall(graph, call)),
  }))
  const histories = (list: readonly SymbolicTensor[]) => list.map((one) => historyOf(graph, one))
  const outputs = histories(graph.outputs)
  return {
    layers: [...inputs, ...layers],
    input_layers: histories(graph.inputs),
    output_layers: graph.isList ? outputs : outputs[0],
  }
}

function callsOf(graph: Graph, layer: Layer | null): readonly LayerCall[] {
  return graph.calls.filter((call) => call.layer === layer)
}

function historyOf(graph: Graph, { call, index }: SymbolicTensor): History {
  return [call.name, call.layer ? callsOf(graph, call.layer).indexOf(call) : 0, index]
}

function writtenCall(graph: Graph, { x, options }: LayerCall): object {
  const written = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(written)
    if (!(value instanceof SymbolicTensor)) return value
    const config = {
      shape: [null, ...value.shape.slice(1)],
      dtype: value.dtype,
      keras_history: historyOf(graph, value),
    }
    return { class_name: '__keras_tensor__', config }
  }
  const kwargs = Object.entries(options ?? {}).map(([name, value]) => [toKeras(name), written(value)])
  return { args: [written(x)], kwargs: Object.fromEntries(kwargs) }
}

/** An entry of `layers`. */
interface Entry {
  readonly class_name: string
  readonly name?: string
  readonly config: { readonly name: string; readonly batch_shape?: Shape; readonly dtype?: DType }
  readonly inbound_nodes: readonly { readonly args: readonly unknown[]; readonly kwargs: Config }[]
}

/**
 * The inputs and outputs of a functional model, of its configuration.
 * @throws OptionError when it is not one, or the class of a layer is missing
 */
export function tensorsFrom(
  op: string,
  config: Config,
  classes: readonly LayerClass[],
): { inputs: Tensors; outputs: Tensors } {
  const entries = config.layers as readonly Entry[]
  if (!Array.isArray(entries))
    throw new OptionError(`${op}: layers is ${show(config.layers)}. Pass what getConfig() returned.`)
  const made = new Map<string, Tensors>()
  const waiting = new Map<string, () => boolean>()
  for (const entry of entries) waitFor(op, entry, classes, made, waiting)
  for (let before = -1; waiting.size > 0 && waiting.size !== before; ) {
    before = waiting.size
    for (const [key, attempt] of waiting) if (attempt()) waiting.delete(key)
  }
  const at = (history: unknown) => outputOf(op, history, made)
  const { input_layers: inputs, output_layers: outputs } = config
  return { inputs: inHistories(inputs, at), outputs: inHistories(outputs, at) }
}

/** Puts each call of an entry on the list of those that can be made once their inputs are. */
function waitFor(
  op: string,
  entry: Entry,
  classes: readonly LayerClass[],
  made: Map<string, Tensors>,
  waiting: Map<string, () => boolean>,
): void {
  const name = entry.name ?? entry.config.name
  if (entry.class_name === 'InputLayer') {
    const { batch_shape: shape = [], dtype } = entry.config
    made.set(keyOf([name, 0, 0]), input({ shape: shape.slice(1), dtype: dtype ?? 'float32', name }))
    return
  }
  const layer = deserializeAs(op, entry, classes)
  entry.inbound_nodes.forEach(({ args, kwargs }, call) => {
    waiting.set(keyOf([name, call, 0]), () => {
      if (call > 0 && waiting.has(keyOf([name, call - 1, 0]))) return false
      const all = historiesIn([args, kwargs])
      if (!all.every((history) => made.has(keyOf(history)))) return false
      const read = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(read)
        return isTensor(value) ? outputOf(op, value.config.keras_history, made) : value
      }
      const given = args.length === 1 ? read(args[0]) : read(args)
      const options = Object.fromEntries(Object.entries(fromKeras(kwargs)).filter(([, value]) => value !== null))
      made.set(keyOf([name, call, 0]), layer.apply<Tensors>(given as Tensor, readAll(read, options) as never))
      return true
    })
  })
}

/** The options of a call, with the tensors that were made. */
function readAll(read: (value: unknown) => unknown, options: Config): Config | undefined {
  const entries = Object.entries(options).map(([name, value]) => [name, read(value)])
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

const keyOf = ([name, call]: History) => `${call} ${name}`

function outputOf(op: string, history: unknown, made: ReadonlyMap<string, Tensors>): Tensor {
  const found = Array.isArray(history) ? made.get(keyOf(history as unknown as History)) : undefined
  const y = Array.isArray(found) ? found[(history as unknown as History)[2]] : found
  if (y) return y
  throw new OptionError(
    `${op}: ${show(history)} is not an output of a layer before it. Pass what getConfig() returned.`,
  )
}

function isTensor(x: unknown): x is { config: { keras_history: History } } {
  return isKerasObject(x) && x.class_name === '__keras_tensor__'
}

function historiesIn(x: unknown): History[] {
  if (isTensor(x)) return [x.config.keras_history]
  if (Array.isArray(x)) return x.flatMap(historiesIn)
  return typeof x === 'object' && x !== null ? Object.values(x).flatMap(historiesIn) : []
}

/** One history, or several. */
function inHistories(x: unknown, at: (history: unknown) => Tensor): Tensors {
  return Array.isArray(x) && typeof x[0] !== 'string' ? x.map(at) : at(x)
}
