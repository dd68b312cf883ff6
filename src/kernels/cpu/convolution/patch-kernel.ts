/**
 * The WebAssembly that moves patches of images (`patch-table.ts`): `read` lays them out as the rows of a matrix, `add` adds the rows of a
 * matrix to where their patches lie.
 */
import { type Code, exported, type FunctionCode, type ModuleCode, variables } from '../wasm/code.js'
import { set, when } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { i32, i32x4, v128 } from '../wasm/instructions.js'
import { advance, countDown, whileRoom } from '../wasm/loops.js'
import { headWords, word } from './patch-table.js'

/** Moves the patches of `count` outputs, one after the other. */
export type MovePatches = (
  /** The address of the first one's patch, which may lie outside of the image. */
  patch: number,
  /** The address of the matrix, and from row to row of it in bytes. */
  row: number,
  rowBytes: number,
  count: number,
  /** The row and column of the first output. */
  i: number,
  j: number,
  table: number,
) => void

/** The kernels of one dtype. */
export interface PatchKernels {
  readonly read: MovePatches
  readonly add: MovePatches
}

/** A module that exports `read` and `add`. */
export function patchModule(dtype: 'float32' | 'float64'): ModuleCode {
  const { vector, scalar, bytes, load, store } = numbersOf[dtype]
  const copy = run(bytes, v128.store('to', v128.load('from')), store('to', load('from')))
  const zero = run(bytes, v128.store('to', i32x4.const(0)), store('to', scalar.const(0)))
  const sum = run(
    bytes,
    v128.store('from', vector.add(v128.load('from'), v128.load('to'))),
    store('from', scalar.add(load('from'), load('to'))),
  )
  return { functions: [movePatches('read', copy, zero), movePatches('add', sum, advance('to', 'length'))] }
}

/** One run between the image, at `from`, and the row, at `to`, by vectors and then by numbers. */
const run = (bytes: number, moveVector: Code, moveNumber: Code): Code => [
  set('end', i32.add('to', 'length')),
  whileRoom('to', 'end', 16, [moveVector, advance('from', 16), advance('to', 16)]),
  whileRoom('to', 'end', bytes, [moveNumber, advance('from', bytes), advance('to', bytes)]),
]

const head = (name: keyof typeof word) => i32.load('table', 4 * word[name])

/** Moves each patch, with code for a run that is inside the image and for one that is not. */
function movePatches(name: string, inside: Code, outside: Code): FunctionCode {
  const wholePatch = [
    ...[set('at', i32.add('table', 4 * headWords)), set('runs', head('insideRuns'))],
    countDown('runs', [
      set('from', i32.add('patch', i32.load('at'))),
      set('length', i32.load('at', 4)),
      inside,
      advance('at', 8),
    ]),
  ]
  const isInside = i32.and(
    i32.lt_u(i32.add('y', i32.load('at')), head('height')),
    i32.lt_u(i32.add('x', i32.load('at', 4)), head('width')),
  )
  const patchAtEdge = [
    set('at', i32.add(i32.add('table', 4 * headWords), i32.shl(head('insideRuns'), 3))),
    set('runs', head('runs')),
    countDown('runs', [
      set('from', i32.add('patch', i32.load('at', 8))),
      set('length', i32.load('at', 12)),
      when(isInside, inside, outside),
      advance('at', 16),
    ]),
  ]
  const isWhole = i32.and(i32.lt_u('y', head('insideHeight')), i32.lt_u('x', head('insideWidth')))
  const start = (local: string, index: string, stride: keyof typeof word, before: keyof typeof word) =>
    set(local, i32.sub(i32.mul(index, head(stride)), head(before)))
  const locals = variables('y x at runs from to length end')
  return exported(name, variables('patch row rowBytes count i j table'), locals, [
    ...[start('y', 'i', 'strideY', 'top'), start('x', 'j', 'strideX', 'left')],
    countDown('count', [
      set('to', 'row'),
      when(isWhole, wholePatch, patchAtEdge),
      ...[
        advance('row', 'rowBytes'),
        advance('j', 1),
        advance('x', head('strideX')),
        advance('patch', head('rightBytes')),
      ],
      when(i32.ge_u('j', head('outputWidth')), nextRow()),
    ]),
  ])
}

/** From behind the last output of a row to the first of the next, or of the next image. */
function nextRow(): Code {
  const back = (local: string, count: keyof typeof word, step: keyof typeof word) =>
    set(local, i32.sub(local, i32.mul(head(count), head(step))))
  const nextImage = [
    ...[set('i', 0), back('y', 'outputHeight', 'strideY')],
    ...[back('patch', 'outputHeight', 'downBytes'), advance('patch', head('imageBytes'))],
  ]
  return [
    ...[set('j', 0), back('x', 'outputWidth', 'strideX'), back('patch', 'outputWidth', 'rightBytes')],
    ...[advance('i', 1), advance('y', head('strideY')), advance('patch', head('downBytes'))],
    when(i32.ge_u('i', head('outputHeight')), nextImage),
  ]
}
