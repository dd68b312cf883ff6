/**
 * `plot`: the architecture of a model as a drawing (SVG), with the shapes that go from layer to layer.
 */
import { OptionError } from '../errors.js'
import { graphOf } from '../layers/functional.js'
import { listOf, type Shapes } from '../layers/layer-options.js'
import { formatShape } from '../tensor/shape.js'
import { Model } from '../training/model.js'
import { Sequential } from '../training/sequential.js'
import { type Arrow, arranged, type Box, letters, type PlacedBox } from './layout.js'

/**
 * Draws the layers of a model, and how they are connected.
 * @param model a functional model or a `Sequential`
 * @returns SVG, which browsers show, and `writeFileSync('model.svg', …)` keeps
 * @throws OptionError for a model whose connections are hidden in a custom `call`
 * @example
 * const x = input({ shape: [4] })
 * const hidden = new Dense(4, { activation: 'relu' }).apply(x)
 * const model = new Model({ inputs: x, outputs: new Add().apply([x, hidden]) })
 * plot(model).slice(0, 4) // => '<svg'
 */
export function plot(model: Model): string {
  if (!(model instanceof Model))
    throw new OptionError(`plot: ${String(model)} is not a model. Pass a Model or a Sequential.`)
  const { boxes, arrows } = model instanceof Sequential ? ofSequential(model) : ofGraph(model)
  const { width, height, boxes: placed, paths } = arranged(boxes, arrows)
  const lines = paths.map(
    (points) =>
      `<polyline points="${points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ')}" marker-end="url(#arrow)"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`The layers of ${model.name}`)}">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
<g fill="none" stroke="#555">${lines.join('')}</g>
<g font-family="ui-monospace, monospace" font-size="12" text-anchor="middle">${placed.map(drawn).join('\n')}</g>
</svg>`
}

interface Parts {
  readonly boxes: readonly Box[]
  readonly arrows: readonly Arrow[]
}

function ofSequential(model: Sequential): Parts {
  const { inputShape } = model
  if (!inputShape || !model.built)
    throw new OptionError(
      `plot: the model ${model.name} is not built. Call it once, or give its first layer an inputShape.`,
    )
  let shape: Shapes = inputShape
  const boxes: Box[] = [{ id: 'input', lines: ['Input', formatBatch(shape)] }]
  for (const layer of model.layers) {
    shape = layer.outputShape(shape)
    boxes.push({ id: layer.name, lines: [layer.name, String(layer), formatBatch(shape)] })
  }
  return { boxes, arrows: boxes.slice(1).map(({ id }, i) => ({ from: boxes[i].id, to: id })) }
}

function ofGraph(model: Model): Parts {
  const graph = graphOf(model)
  if (!graph)
    throw new OptionError(
      `plot: the connections of ${model.name} are in the call of its class. Only functional models and Sequential show theirs.`,
    )
  const idOf = new Map(graph.calls.map((call, i) => [call, `${i} ${call.name}`]))
  const inputs = graph.inputs.map(({ call, shape }) => ({
    id: call.name,
    lines: [call.name, 'Input', formatBatch(shape.slice(1))],
  }))
  const boxes = graph.calls.map((call) => ({
    id: idOf.get(call) as string,
    lines: [call.name, String(call.layer), formatBatch(call.outputShape)],
  }))
  const arrows = graph.calls.flatMap((call) =>
    graph.sourcesOf(call).map((source) => ({ from: idOf.get(source) ?? source.name, to: idOf.get(call) as string })),
  )
  return { boxes: [...inputs, ...boxes], arrows }
}

function formatBatch(shapes: Shapes): string {
  return listOf(shapes)
    .map((shape) => formatShape(['batch' as unknown as number, ...shape]))
    .join(', ')
}

function drawn({ x, y, width, height, lines }: PlacedBox): string {
  const texts = lines.map((line, i) => {
    const at = y - height / 2 + letters.margin / 2 + (i + 0.7) * letters.height
    return `<text x="${round(x)}" y="${round(at)}"${i === 0 ? ' font-weight="bold"' : ''}>${escaped(line)}</text>`
  })
  const corner = `x="${round(x - width / 2)}" y="${round(y - height / 2)}"`
  return `<rect ${corner} width="${width}" height="${height}" rx="6" fill="#eef3fb" stroke="#4a6fa5"/>${texts.join('')}`
}

const round = (n: number) => Math.round(n * 10) / 10

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
