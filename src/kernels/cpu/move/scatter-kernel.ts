/**
 * The kernel of `scatterAdd`, for one dtype. Sizes are in bytes.
 */
import type { DType } from '../../backend.js'
import { exported, internal, type ModuleCode, variables } from '../wasm/code.js'
import { call, memoryFill, set } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { i32, v128 } from '../wasm/instructions.js'
import { advance, countTo, whileRoom } from '../wasm/loops.js'

/** A module that exports `scatterAdd`: zeroes `out`, then adds rows of `row` bytes to `outer` blocks of `block` bytes. */
export function scatterModule(dtype: DType): ModuleCode {
  const { bytes, scalar, vector, load, store } = numbersOf[dtype]
  const [addVectors, addNumbers] = 'add' in vector ? [vector.add, scalar.add] : [v128.or, i32.or]
  const step = (n: number) => [advance('from', n), advance('to', n)]
  const add = internal('add', variables('from to row'), variables('end'), [
    set('end', i32.add('from', 'row')),
    whileRoom('from', 'end', 16, [v128.store('to', addVectors(v128.load('to'), v128.load('from'))), step(16)]),
    whileRoom('from', 'end', bytes, [store('to', addNumbers(load('to'), load('from'))), step(bytes)]),
  ])
  const at = i32.add('out', i32.mul(i32.load(i32.add('indices', i32.shl('i', 2))), 'row'))
  const scatterAdd = exported('scatterAdd', variables('updates indices count out outer block row'), variables('o i'), [
    memoryFill('out', 0, i32.mul('outer', 'block')),
    countTo('o', 'outer', [
      countTo('i', 'count', [call('add', 'updates', at, 'row'), advance('updates', 'row')]),
      advance('out', 'block'),
    ]),
  ])
  return { functions: [add, scatterAdd] }
}
