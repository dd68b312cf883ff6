/**
 * The inner loop of a tile (`matmul-kernel.ts`): steps of k, each a column of A times a row of the panel of B, added to the sums in
 * registers.
 */
import type { Code } from '../wasm/code.js'
import { brIf, loop, set, when } from '../wasm/control.js'
import { i32, v128 } from '../wasm/instructions.js'
import { advance, countDown, repeatWhile, times } from '../wasm/loops.js'
import type { Candidate } from './candidates.js'
import { type Lanes, panelBytes, type TileShape } from './tile-shape.js'

/** A tile of a shape, as it is made. */
interface Inner extends TileShape {
  readonly lanes: Lanes
  readonly candidate: Candidate
}

/** The locals that point into A: one for each row. */
export const pointers = ({ height }: TileShape): string[] => Array.from({ length: height }, (_, r) => `a${r}`)

/** Points at the first step of k. */
export const start = (lanes: Lanes, shape: TileShape): Code => [
  ...[set('a0', 'a'), set('bk', 'bj'), set('i', 'k')],
  pointers(shape)
    .slice(1)
    .map((row, r) => set(row, i32.add(`a${r}`, shape.transposed ? lanes.bytes : 'aStep'))),
]

/** All steps of k. With packed operands a turn of several steps is at constant offsets from pointers that then move. */
export function innerLoop(tile: Inner): Code {
  const { packed, candidate } = tile
  if (!packed) return overK(1, candidate.apart, () => [step(tile, 0), move(tile, 1)])
  const next = (count: number) => move(tile, count)
  return overK(candidate.steps, candidate.apart, (i) => step(tile, i), next)
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
 * One step, the i-th of a turn. A pointer for each row lets all rows share an offset: V8 adds each offset of these loads to the start
 * of the memory in an instruction of its own. Rows come from the last to the first: V8 up to version 12 takes multiply-adds in the order
 * in which the sums are stored, backwards, and only then does each follow the load that it needs.
 */
function step(tile: Inner, i: number): Code {
  const { lanes, height, packed } = tile
  const splat = lanes.bytes === 4 ? v128.load32_splat : v128.load64_splat
  const row = (r: number) => [
    set('x', splat(`a${r}`, packed ? i * aStep(tile) : 0)),
    multiplyAdd(tile, `s${r}0`, 'y0'),
    multiplyAdd(tile, `s${r}1`, 'y1'),
  ]
  const at = packed ? i * panelBytes : 0
  return [
    ...[set('y0', v128.load('bk', at)), set('y1', v128.load('bk', at + 16))],
    times(height, (r) => row(height - 1 - r)),
  ]
}

/** Bytes of A from k to k, where that is known. */
const aStep = ({ lanes, transposed }: Inner) => (transposed ? panelBytes : lanes.bytes)

/** Moves the pointers on by some steps: with packed operands by constants. */
function move(tile: Inner, steps: number): Code {
  const { packed, transposed } = tile
  const a = transposed && !packed ? 'aStep' : steps * aStep(tile)
  return [pointers(tile).map((pointer) => advance(pointer, a)), advance('bk', packed ? steps * panelBytes : 'bStep')]
}

function multiplyAdd({ lanes: { vector }, candidate: { fused } }: Inner, sum: string, y: string): Code {
  if (fused && 'relaxed_madd' in vector) return set(sum, vector.relaxed_madd('x', y, sum))
  return set(sum, vector.add(vector.mul('x', y), sum))
}
