/**
 * How gradients flow. The engine handles graphs, not numbers: a value that was computed remembers the node that made it, a node
 * remembers its inputs, and `backpropagate` walks the nodes from the last to the first, so that each one is asked for the
 * gradients of its inputs only when the gradient of its output is complete. `tensor/operation.ts` makes the nodes.
 */
import { GradientError } from '../errors.js'

/** A value that can stand in a graph. */
export interface Differentiable<T> {
  /** True if gradients flow to it. */
  readonly requiresGrad: boolean
  /** The node that computed it; null for a leaf. */
  readonly node: Node<T> | null
  /** Called with its gradient, when it is a leaf; the result, if any, replaces the gradient. */
  readonly hooks: GradientHook<T>[] | null
}

/** Sees a gradient on its way and may replace it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
export type GradientHook<T> = (gradient: T) => T | undefined | void

let created = 0
let walks = 0
/** True while operations are recorded. `setRecording` changes it. */
export let recording = true

/** An operation that was carried out: its inputs, and how gradients pass through it. */
export abstract class Node<T> {
  /** Nodes in order of creation: a node's inputs come before it, so descending order is a topological order. */
  readonly order = ++created
  /** The last walk that came by, so that no walk visits a node twice. */
  walk = 0
  /** Called with the gradient of the output, like the hooks of a leaf. */
  hooks: GradientHook<T>[] | null = null
  /** Null once the graph is freed. */
  abstract readonly inputs: readonly T[] | null

  /** True if `gradients` calls a function of the user. */
  abstract readonly callsUser: boolean
  /** The gradients of the inputs, given that of the output; null where none flows. */
  abstract gradients(g: T): readonly (T | null)[]

  /** Forgets the inputs, and whatever else the forward pass kept, so that it can be garbage. */
  abstract free(): void
}

/** Runs `f` with recording on or off. */
export function setRecording<R>(on: boolean, f: () => R): R {
  const before = recording
  recording = on
  try {
    return f()
  } finally {
    recording = before
  }
}

/** Options of `backpropagate`. */
export interface BackpropagateOptions {
  /** Keep the graph for another walk. Default: the same as `createGraph`. */
  retainGraph?: boolean
  /** Record the walk itself, so that the gradients can be differentiated again. Default false. */
  createGraph?: boolean
}

/**
 * Sends the gradients `seeds` of the values `roots` back through the graph. Returns the sum of what arrived at each leaf that
 * requires a gradient; a value among `targets` counts as a leaf, whatever computed it.
 */
export function backpropagate<T extends Differentiable<T>>(
  roots: readonly T[],
  seeds: readonly T[],
  add: (a: T, b: T) => T,
  { createGraph = false, retainGraph = createGraph }: BackpropagateOptions = {},
  targets?: ReadonlySet<T>,
): Map<T, T> {
  const pending = new Map<Node<T>, T>()
  const leaves = new Map<T, T>()
  const accumulate = (x: T, g: T) => {
    const key = x.node && !targets?.has(x) ? x.node : x
    const sums = (key === x ? leaves : pending) as Map<unknown, T>
    const sum = sums.get(key)
    sums.set(key, sum === undefined ? g : add(sum, g))
  }
  return setRecording(createGraph, () => {
    for (let i = 0; i < roots.length; i++) if (roots[i].requiresGrad) accumulate(roots[i], seeds[i])
    for (const node of nodesBehind(roots)) {
      const arrived = pending.get(node)
      if (arrived === undefined) continue
      pending.delete(node)
      const g = runHooks(node.hooks, arrived)
      const { inputs } = node
      if (!inputs) throw freedGraph() // by a hook
      const gradients = node.gradients(g)
      if (!retainGraph) node.free()
      for (let i = 0; i < inputs.length; i++) {
        const passed = gradients[i]
        if (passed && inputs[i].requiresGrad) accumulate(inputs[i], passed)
      }
    }
    for (const [leaf, g] of leaves) if (leaf.hooks) leaves.set(leaf, runHooks(leaf.hooks, g))
    return leaves
  })
}

/** Returns whether a walk from this root calls functions of the user, which may keep the gradients that they see. */
export function callsUser<T extends Differentiable<T>>(root: T): boolean {
  return nodesBehind([root]).some(({ callsUser, hooks, inputs }) => callsUser || hooks || inputs?.some((x) => x.hooks))
}

/** The leaves that require a gradient and lie behind the roots. */
export function leavesBehind<T extends Differentiable<T>>(roots: readonly T[]): Set<T> {
  const leaves = new Set<T>()
  const look = (x: T) => {
    if (x.requiresGrad && !x.node) leaves.add(x)
  }
  roots.forEach(look)
  for (const node of nodesBehind(roots)) node.inputs?.forEach(look)
  return leaves
}

/** Every node behind the roots, the last created first. No recursion: graphs may be deep. */
function nodesBehind<T extends Differentiable<T>>(roots: readonly T[]): Node<T>[] {
  const found: Node<T>[] = []
  const walk = ++walks
  const visit = ({ node }: T) => {
    if (!node || node.walk === walk) return
    if (!node.inputs) throw freedGraph()
    node.walk = walk
    found.push(node)
  }
  roots.forEach(visit)
  for (let i = 0; i < found.length; i++) (found[i].inputs as readonly T[]).forEach(visit)
  return found.sort((a, b) => b.order - a.order)
}

function runHooks<T>(hooks: GradientHook<T>[] | null, g: T): T {
  return hooks ? hooks.reduce((value, hook) => hook(value) ?? value, g) : g
}

function freedGraph(): GradientError {
  return new GradientError(
    'backward: this graph was walked already, and freed. Compute the value again, or keep the graph with backward(undefined, { retainGraph: true }).',
  )
}
