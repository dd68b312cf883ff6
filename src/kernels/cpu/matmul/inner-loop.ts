/**
 * The inner loop of a tile (`matmul-kernel.ts`): steps of k, each a column of A times a row of the panel of B, added to the sums in
 * registers.
 */
import type { Code } from '../wasm/code.js'
import { brIf, loop, set, when } from '../wasm/control.js'
import { i32, v128 } from '../wasm/instructions.js'
import { advance, countDown, repeatWhile, times } from '../wasm/loops.js'
import type { Candidate } from './candidates.js'
import { type Lanes, panelBytes, type TileShape } from './matmul-kernel.js'

/** A tile of a shape, as it is made. */
interface Inner extends TileShape {
  readonly lanes: Lanes
  readonly candidate: Candidate
}

/** The locals that point into A: one for each row, or one for all where A is transposed, so that rows are side by side. */
export const pointers = ({ height, transposed }: TileShape): string[] =>
  Array.from({ length: transposed ? 1 : height }, (_, r) => `a${r}`)

/**
 * The pointer to a row is too low by this for each row above it, and its offsets are higher by as much. Rows would otherwise share
 * offsets, and V8 then adds each of these to the start of the memory in an instruction of its own.
 */
const shift = 64

/** Points at the first step of k. (No address is so low that it becomes negative: the first MiB of the memory is not used.) */
export const start = (shape: TileShape): Code => [
  ...[set('a0', 'a'), set('bk', 'bj'), set('i', 'k')],
  pointers(shape).map((row, r, rows) => (r > 0 ? set(row, i32.add(rows[r - 1], i32.sub('aStep', shift))) : [])),
]

/** All steps of k. With packed operands a turn of several steps is at constant offsets from pointers that then move. */
export function innerLoop(tile: Inner): Code {
  const { steps, apart } = tile.candidate
  if (!tile.packed) return overK(1, apart, () => [step(tile, 0), move(tile, 1)])
  const turn = tile.transposed ? steps.copied : steps.inPlace
  return overK(
    turn,
    apart,
    (i) => step(tile, i),
    (count) => move(tile, count),
  )
}

/** Runs code for every step of k, `turn` of them in a turn of the loop, after which `next` moves the pointers. */
function overK(turn: number, apart: boolean, code: (step: number) => Code, next = (_: number): Code => []): Code {
  if (apart) {
    const steps = times(turn, (i) => when(i32.gt_s('i', i), code(i)))
    return loop('turn', [steps, next(turn), advance('i', -turn), brIf('turn', i32.gt_s('i', 0))])
  }
  const several = repeatWhile(i32.ge_u('i', turn), [times(turn, code), next(turn), advance('i', -turn)])
  return [turn > 1 ? several : [], countDown('i', [code(0), next(1)])]
}

/**
 * One step, the i-th of a turn. Rows come from the last to the first: V8 up to version 12 takes multiply-adds in the order in which the
 * sums are stored, backwards, and only then does each follow the load that it needs.
 */
function step(tile: Inner, i: number): Code {
  const { lanes, height, transposed, packed } = tile
  const { bytes } = lanes
  const splat = bytes === 4 ? v128.load32_splat : v128.load64_splat
  const number = (r: number) =>
    transposed ? splat('a0', r * bytes + i * panelBytes) : splat(`a${r}`, r * shift + i * bytes)
  const row = (r: number) => [set('x', number(r)), multiplyAdd(tile, `s${r}0`, 'y0'), multiplyAdd(tile, `s${r}1`, 'y1')]
  const at = packed ? i * panelBytes : 0
  return [
    ...[set('y0', v128.load('bk', at)), set('y1', v128.load('bk', at + 16))],
    times(height, (r) => row(height - 1 - r)),
  ]
}

/** Moves the pointers on by some steps: with packed operands by constants. */
function move(tile: Inner, steps: number): Code {
  const { lanes, packed, transposed } = tile
  const a = transposed ? (packed ? steps * panelBytes : 'aStep') : steps * lanes.bytes
  return [pointers(tile).map((pointer) => advance(pointer, a)), advance('bk', packed ? steps * panelBytes : 'bStep')]
}

function multiplyAdd({ lanes: { vector }, candidate: { fused } }: Inner, sum: string, y: string): Code {
  if (fused && 'relaxed_madd' in vector) return set(sum, vector.relaxed_madd('x', y, sum))
  return set(sum, vector.add(vector.mul('x', y), sum))
}
