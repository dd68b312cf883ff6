/**
 * Recurrent cells over whole sequences (`recurrent-cells.ts`). Everything here lies with the batch last, [units, batch], so that the gates of a
 * step are one product and lie one behind the other.
 */
import type { RecurrentStates } from '../../kernels/backend.js'
import { withOutputs } from '../../kernels/formula/ast.js'
import { parse } from '../../kernels/formula/parse.js'
import { backend } from '../backend.js'
import { elementwiseOutputs } from '../elementwise-outputs.js'
import { ones } from '../filling.js'
import { fused } from '../fused.js'
import { ElementwiseRow, nameRows, primitive, run } from '../operation.js'
import { Tensor } from '../tensor.js'
import { type Cell, maskedCell } from './recurrent-cells.js'

const isOutput = /^([de]\d|dh|ds|h1|s1)$/

/** A cell's program, with its results as outputs. */
function programOf(text: string) {
  const all = parse(text)
  return withOutputs(all, all.outputs.filter((name) => isOutput.test(name) && (name !== 's1' || !all.outputs.includes('d0')))) // biome-ignore format: a list
}

interface Options {
  cell: Cell
  /** 1 where a step counts, [steps, units, batch]; for a `maskedCell`. */
  mask: Tensor | null
  /** Filled by the forward pass, for the backward one. */
  saved: { states?: RecurrentStates }
}

type Inputs = readonly [x: Tensor, kernel: Tensor, ...initial: Tensor[]]

/** The row of this operation in the table. */
export const recurrentRows = nameRows({
  recurrent: fused<Inputs, Options>({
    composition: ([x, kernel, ...initial], { cell, mask }) => stepByStep(cell, x, kernel, initial, mask),
    forward: ([x, kernel, ...initial], { cell, saved, mask }) => {
      const [steps, , batch] = x.shape
      const units = initial[0].shape[0]
      const states = backend.recurrent?.(
        programOf(cell.step),
        x.buffer,
        kernel.buffer,
        initial.map(({ buffer }) => buffer),
        sizeFor(cell, x, kernel, initial),
        mask?.buffer,
      )
      if (!states) return null
      saved.states = states
      const n = units * batch
      const pieces = states.states.map((buffer, i) => {
        const height = i === 0 ? kernel.shape[0] * batch : n
        const whole = { shape: [steps, n], strides: [height, 1], offset: height }
        return new Tensor(backend.copy(buffer, i === 0 ? whole : { ...whole, shape: [1, n], offset: steps * height }), [i === 0 ? steps : 1, n]) // biome-ignore format: a view
      })
      const views = pieces.map((piece, i) => ({ shape: piece.shape, strides: [n, 1], offset: i * steps * n }))
      const shape = [steps + initial.length - 1, units, batch]
      const buffers = pieces.map(({ buffer }, i) => ({ x: buffer, view: views[i] }))
      return {
        buffer: pieces.length === 1 ? pieces[0].buffer : backend.place(buffers, x.dtype, shape[0] * n, 0),
        shape,
      }
    },
    backward: (g, { inputs: [x, kernel, ...initial], options: { cell, saved, mask } }) => {
      if (!saved.states) return null
      const size = sizeFor(cell, x, kernel, initial)
      const { steps, units, rows, batch, gates } = size
      const part = (from: number, to: number) => backend.copy(g.buffer, { shape: [to - from, units * batch], strides: [units * batch, 1], offset: from * units * batch }) // biome-ignore format: a view
      const last = initial.slice(1).map((_, i) => part(steps + i, steps + i + 1))
      const back = backend.recurrentGradient!(programOf(cell.back), part(0, steps), last, x.buffer, kernel.buffer, saved.states, size, mask?.buffer) // biome-ignore format: one call
      const together = (buffer: Tensor['buffer'], height: number) =>
        new Tensor(buffer, [steps, height, batch]).transpose([1, 0, 2]).reshape([height, steps * batch])
      const before = new Tensor(saved.states.states[0], [steps + 1, rows, batch]).slice([[0, steps]])
      const products = together(back.products, gates * units)
      const ofKernel = together(before.buffer, rows).matmul(products, { transposeB: true })
      return [
        new Tensor(back.x, x.shape),
        ofKernel,
        ...back.states.map((buffer) => new Tensor(buffer, initial[0].shape)),
      ]
    },
  }),
})

function sizeFor({ gates }: Cell, x: Tensor, kernel: Tensor, initial: readonly Tensor[]) {
  return { steps: x.shape[0], gates, units: initial[0].shape[0], rows: kernel.shape[0], batch: x.shape[2] }
}

/** The same with a few operations for every step. */
function stepByStep(cell: Cell, x: Tensor, kernel: Tensor, initial: readonly Tensor[], mask: Tensor | null): Tensor {
  const { steps, gates, units, rows, batch } = sizeFor(cell, x, kernel, initial)
  const program = programOf(cell.step)
  const outputs = program.outputs.map((name) => new ElementwiseRow(withOutputs(program, [name])))
  const names = ['h', 's'].slice(0, initial.length)
  const split = (all: Tensor, letter: string) =>
    Array.from({ length: gates }, (_, i) => [`${letter}${i}`, all.slice([[i * units, (i + 1) * units]])] as const)
  let states = [...initial]
  const results: Tensor[] = []
  for (let t = 0; t < steps; t++) {
    const [h] = states
    const state = rows > units ? joined([h, ones([1, batch], { dtype: h.dtype })]) : h
    const products = kernel.matmul(state, { transposeA: true })
    const gate = new Map<string, Tensor>([...split(x.slice([t]), 'x'), ...split(products, 'u')])
    names.forEach((name, i) => {
      gate.set(name, states[i])
    })
    if (mask) gate.set('m', mask.slice([t]))
    const next = elementwiseOutputs(program, (i) => outputs[i], program.inputs.map((name) => gate.get(name) as Tensor)) // biome-ignore format: one call
    states = names.map((name) => next[program.outputs.indexOf(`${name}1`)])
    results.push(states[0])
  }
  return joined([...results, ...states.slice(1)].map((y) => y.expandDims(0)))
}

/** Tensors one behind the other in the first axis. */
const joinedRow = primitive<readonly Tensor[]>(
  (pieces) => {
    const [{ dtype, shape }] = pieces
    const starts = startsOf(pieces)
    const views = pieces.map((x, i) => ({ x: x.buffer, view: { shape: [x.size], strides: [1], offset: starts[i] } }))
    const size = pieces.reduce((sum, x) => sum + x.size, 0)
    const height = pieces.reduce((sum, x) => sum + x.shape[0], 0)
    return { buffer: backend.place(views, dtype, size, 0), shape: [height, ...shape.slice(1)] }
  },
  (g, { inputs }, i) => {
    const start = inputs.slice(0, i).reduce((sum, x) => sum + x.shape[0], 0)
    return g.slice([[start, start + inputs[i].shape[0]]])
  },
)
const joined = (pieces: readonly Tensor[]) => run(joinedRow, pieces, undefined)

function startsOf(pieces: readonly Tensor[]): number[] {
  let sum = 0
  return pieces.map((x) => {
    sum += x.size
    return sum - x.size
  })
}

/**
 * A cell over a sequence.
 * @param x what the input adds to the gates, [steps, gates · units, batch]
 * @param kernel [units, gates · units], or one row more, whose weights are added always
 * @param initial the states before the first step, [units, batch] each
 * @param mask 1 where a step counts, 0 where it leaves the states as they are, [steps, units, batch]. Default: all count
 * @returns h after every step, [steps, units, batch], and the last ones of the other states
 */
export function recurrentSequence(
  cell: Cell,
  x: Tensor,
  kernel: Tensor,
  initial: readonly Tensor[],
  mask: Tensor | null = null,
) {
  const [steps, , batch] = x.shape
  const extra = missingExamples(initial[0].shape[0], batch)
  const padded = (one: Tensor) => (extra ? one.pad(one.shape.map((_, i) => [0, i === one.rank - 1 ? extra : 0])) : one) // biome-ignore format: one line
  const given = [padded(x), kernel, ...initial.map(padded)] as const
  const whole = { cell: mask ? maskedCell(cell) : cell, mask: mask && padded(mask), saved: {} }
  const all = run(recurrentRows.recurrent, given, whole)
  const part = (spec: readonly [number, number] | number) => all.slice([spec, null, [0, batch]])
  if (initial.length === 1) return { outputs: extra ? part([0, steps]) : all, last: [] }
  return { outputs: part([0, steps]), last: initial.slice(1).map((_, i) => part(steps + i)) }
}

/** Kernels write whole vectors, so a state must be a whole number of them: so many examples more make it one. */
function missingExamples(units: number, batch: number): number {
  let extra = 0
  while ((units * (batch + extra)) % vector !== 0) extra++
  return extra
}

const vector = 4
