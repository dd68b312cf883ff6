/**
 * Models as tables (`model.summary()`) and as JSON (`JSON.stringify(model)`): layers in layers, with their shapes.
 */
import type { Shape } from '../kernels/backend.js'
import { classNameOf } from '../options.js'
import { formatShape } from '../tensor/shape.js'
import { Variable } from '../tensor/variable.js'
import { contents, type Find } from './contents.js'
import { type Graph, sourcesOf } from './functional.js'
import type { Layer } from './layer.js'
import { listOf, type Shapes } from './layer-options.js'

/** A layer in JSON, without its weights. */
export interface LayerDescription {
  /** The name of its class. */
  readonly class: string
  /** Its name. */
  readonly name: string
  /** Its own options: `{ units: 4, activation: 'relu', useBias: true }`. */
  readonly config: Readonly<Record<string, unknown>>
  /** True if optimizers update its weights. */
  readonly trainable: boolean
  /** The shape of one example; null before it is known. */
  readonly inputShape: Shapes | null
  /** The shapes of its own weights. */
  readonly weights: Readonly<Record<string, Shape>>
  /** The layers inside. */
  readonly layers?: readonly LayerDescription[]
}

/** A layer and those inside; `configOf` returns the options of one. */
export function describeTree(
  layer: Layer,
  finds: readonly Find[],
  configOf: (layer: Layer) => Readonly<Record<string, unknown>>,
): LayerDescription {
  const { name, trainable, inputShape } = layer
  const own = finds.filter(({ holder }) => holder === layer)
  const weights = own.flatMap(({ item, way }) => (item instanceof Variable ? [[way, item.shape]] : []))
  const layers = layersOf(own).map((inner) => describeTree(inner, finds, configOf))
  return {
    class: classNameOf(layer),
    name,
    config: configOf(layer),
    trainable,
    inputShape,
    weights: Object.fromEntries(weights),
    ...(layers.length > 0 && { layers }),
  }
}

function layersOf(finds: readonly Find[]): Layer[] {
  return finds.flatMap(({ item }) => (item instanceof Variable ? [] : [item as Layer]))
}

/** The table of a model's layers, their output shapes and numbers of weights. */
export function summarize(model: Layer, graph: Graph | null = null): string {
  const { finds, layers } = contents(model)
  const body = layers.size > 0 ? rowsIn(model, finds, '') : [layerRow(model.name, model)]
  const connected = graph ? connections(graph) : null
  const rows = [['Layer', 'Output shape', 'Weights', 'Connected to'], ...inputRows(graph), ...body]
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i].length)))
  const lines = rows.map(([name, shape, count, to]) => {
    const cells = `${name.padEnd(widths[0])}  ${shape.padEnd(widths[1])}  ${count.padStart(widths[2])}`
    return connected ? `${cells}  ${to ?? connected.get(name.split(':')[0]) ?? ''}`.trimEnd() : cells
  })
  const rule = '─'.repeat(Math.max(...lines.map(({ length }) => length)))
  const total = countWeights(model.variables)
  const trainable = countWeights(model.trainableVariables)
  return [
    `Model ${model.name}`,
    rule,
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `${total} weights, ${trainable} trainable`,
  ].join('\n')
}

/** The rows of the inputs of a functional model. */
function inputRows(graph: Graph | null): string[][] {
  return (graph?.inputs ?? []).map(({ call, shape }) => [`${call.name}: Input`, formatBatch(shape.slice(1)), '0', ''])
}

/** The names of the layers that each layer of a functional model gets its inputs from. */
function connections(graph: Graph): Map<string, string> {
  const sources = graph.layers.map((layer): [string, string] => {
    const calls = graph.calls.filter((call) => call.layer === layer)
    return [layer.name, [...new Set(calls.flatMap((call) => sourcesOf(call).map((x) => x.call.name)))].join(', ')]
  })
  return new Map(sources)
}

/** A row for each layer inside, with the rows of that layer indented below it, and for each variable next to layers. */
function rowsIn(layer: Layer, finds: readonly Find[], indent: string): string[][] {
  const own = finds.filter(({ holder }) => holder === layer)
  if (layersOf(own).length === 0) return []
  return own.flatMap(({ item, way }) => {
    const label = indent + way
    if (item instanceof Variable) return [[`${label}: Variable`, formatShape(item.shape), countWeights([item])]]
    return [layerRow(label, item as Layer), ...rowsIn(item as Layer, finds, `${indent}  `)]
  })
}

function layerRow(label: string, layer: Layer): string[] {
  return [
    `${label}: ${layer}${isFrozen(layer) ? ' (frozen)' : ''}`,
    shapeAfter(layer),
    layer.built ? countWeights(layer.variables) : '?',
  ]
}

/** True if it has weights, none of which is trained, or will have none. */
function isFrozen({ trainable, built, variables, trainableVariables }: Layer): boolean {
  return built && variables.length > 0 ? trainableVariables.length === 0 : !trainable && !built
}

/** The shape of a batch of outputs; custom layers are called with zeros to find out, which may fail. */
function shapeAfter(layer: Layer): string {
  if (!layer.inputShape) return 'not built'
  try {
    return listOf(layer.outputShape(layer.inputShape)).map(formatBatch).join(', ')
  } catch {
    return 'unknown'
  }
}

function formatBatch(shape: Shape): string {
  return formatShape(['batch' as unknown as number, ...shape])
}

function countWeights(variables: readonly { size: number }[]): string {
  return variables.reduce((sum, v) => sum + v.size, 0).toLocaleString('en-US')
}
