/**
 * `model.summary()`: a table of layers.
 */
import { formatShape } from '../tensor/shape.js'
import type { Layer } from './layer.js'
import type { Model } from './model.js'

/** The table of a model's layers, their output shapes and numbers of weights. */
export function summarize(model: Model & { readonly layers?: readonly Layer[] }): string {
  const rows = [['Layer', 'Output shape', 'Weights'], ...layerRows(model.layers ?? [model])]
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i].length)))
  const lines = rows.map(
    ([name, shape, count]) => `${name.padEnd(widths[0])}  ${shape.padEnd(widths[1])}  ${count.padStart(widths[2])}`,
  )
  const rule = '─'.repeat(lines[0].length)
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

function layerRows(layers: readonly Layer[]): string[][] {
  return layers.map((layer) => {
    const shape = layer.inputShape
      ? formatShape(['batch' as unknown as number, ...layer.outputShape(layer.inputShape)])
      : 'not built'
    return [`${layer.name}: ${layer}`, shape, layer.built ? countWeights(layer.variables) : '?']
  })
}

function countWeights(variables: readonly { size: number }[]): string {
  return variables.reduce((sum, v) => sum + v.size, 0).toLocaleString('en-US')
}
