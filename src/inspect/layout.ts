/**
 * The layout of a drawing of boxes and arrows: `@dagrejs/dagre` places them in layers, from top to bottom.
 */
import { Graph, layout } from '@dagrejs/dagre'

/** A box with lines of text. */
export interface Box {
  readonly id: string
  readonly lines: readonly string[]
}

/** An arrow from one box to another. */
export interface Arrow {
  readonly from: string
  readonly to: string
}

/** A box, and where its middle is. */
export interface PlacedBox extends Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A drawing with all places. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly boxes: readonly PlacedBox[]
  readonly paths: readonly (readonly { readonly x: number; readonly y: number }[])[]
}

/** The sizes of letters and of the space around them, in pixels. */
export const letters = { width: 7.2, height: 18, margin: 12 }

/** Places boxes so that arrows go downwards and cross as little as possible. */
export function arranged(boxes: readonly Box[], arrows: readonly Arrow[]): Drawing {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 32, marginx: 12, marginy: 12 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, lines } of boxes) graph.setNode(id, sizeOf(lines))
  for (const { from, to } of arrows) graph.setEdge(from, to)
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: boxes.map((box) => ({ ...box, ...(graph.node(box.id) as Omit<PlacedBox, keyof Box>) })),
    paths: graph
      .edges()
      .map((edge: { v: string; w: string }) => (graph.edge(edge) as { points: { x: number; y: number }[] }).points),
  }
}

function sizeOf(lines: readonly string[]): { width: number; height: number } {
  const longest = Math.max(...lines.map(({ length }) => length))
  return {
    width: Math.ceil(longest * letters.width) + 2 * letters.margin,
    height: lines.length * letters.height + letters.margin,
  }
}
