/**
 * The WebAssembly text of `scatterAdd`, for one dtype. Sizes are in bytes.
 */
import type { DType } from '../../backend.js'
import { numbersOf } from '../wasm/numbers.js'
import { advance, countTo, get, int, locals, params, pass, set, whileRoom } from '../wasm/wat.js'

/** The fields of a module that exports `scatterAdd`: zeroes `out`, then adds rows of `row` bytes to `outer` blocks of `block` bytes. */
export function scatterModule(dtype: DType): string {
  const { bytes, type, vector, load, store } = numbersOf[dtype]
  const [addVectors, add] = dtype === 'bool' ? ['v128.or', 'i32.or'] : [`${vector}.add`, `${type}.add`]
  const step = (n: number) => `${advance('from', n)} ${advance('to', n)}`
  return `(func $add ${params('from to row')} ${locals('end')}
    ${set('end', `(i32.add ${pass('from row')})`)}
    ${whileRoom('from', 'end', 16, `(v128.store ${get('to')} (${addVectors} (v128.load ${get('to')}) (v128.load ${get('from')}))) ${step(16)}`)}
    ${whileRoom('from', 'end', bytes, `(${store} ${get('to')} (${add} (${load} ${get('to')}) (${load} ${get('from')}))) ${step(bytes)}`)})
  (func (export "scatterAdd") ${params('updates indices count out outer block row')} ${locals('o i')}
    (memory.fill ${get('out')} ${int(0)} (i32.mul ${pass('outer block')}))
    ${countTo(
      'o',
      'outer',
      `${countTo(
        'i',
        'count',
        `(call $add ${get('updates')}
          (i32.add ${get('out')} (i32.mul (i32.load (i32.add ${get('indices')} (i32.shl ${get('i')} ${int(2)}))) ${get('row')})) ${get('row')})
        ${advance('updates', get('row'))}`,
      )}
      ${advance('out', get('block'))}`,
    )})`
}
