/**
 * Whether numbers are finite, in one pass: x − x is 0 for a finite x; for NaN and ±∞ it is NaN, some of whose bits are set.
 */
import type { DataBuffer } from '../../backend.js'
import { addressNow, begin, isAlive, pointer } from '../memory/memory.js'
import { exported, type FunctionCode, variables } from '../wasm/code.js'
import { set } from '../wasm/control.js'
import { bytes, numbersOf } from '../wasm/dtypes.js'
import { i32, v128 } from '../wasm/instructions.js'
import { advance, times, whileRoom } from '../wasm/loops.js'
import { instantiate } from '../wasm/module.js'

/** Whether the numbers from one address to another are finite: 1 or 0. */
type IsFinite = (x: number, end: number) => number

let kernels: ReturnType<typeof compile> | undefined

const compile = () =>
  instantiate<{ float32: IsFinite; float64: IsFinite }>({ functions: [kernel('float32'), kernel('float64')] })

/** See `Backend.allFinite`. */
export function allFinite(x: DataBuffer): boolean {
  const { dtype, size } = x
  if (dtype !== 'float32' && dtype !== 'float64') return true
  let from = addressNow(x)
  if (from < 0) {
    if (!isAlive(x)) return true
    begin()
    from = pointer(x)
  }
  kernels ??= compile()
  return (dtype === 'float32' ? kernels.float32(from, from + 4 * size) : kernels.float64(from, from + 8 * size)) !== 0
}

function kernel(dtype: 'float32' | 'float64'): FunctionCode {
  const { vector, scalar, type, load } = numbersOf[dtype]
  const note = (i: number) => [set('v', v128.load('x', 16 * i)), set(`a${i}`, v128.or(`a${i}`, vector.sub('v', 'v')))]
  const one = [set('s', load('x')), set('odd', i32.or('odd', scalar.ne(scalar.sub('s', 's'), 0)))]
  const locals = [...variables('odd'), ...variables('v a0 a1 a2 a3', 'v128'), ...variables('s', type)]
  const seen = v128.any_true(v128.or(v128.or('a0', 'a1'), v128.or('a2', 'a3')))
  const body = [
    whileRoom('x', 'end', 64, [times(4, note), advance('x', 64)]),
    whileRoom('x', 'end', 16, [note(0), advance('x', 16)]),
    whileRoom('x', 'end', bytes[dtype], [one, advance('x', bytes[dtype])]),
    i32.eqz(i32.or('odd', seen)),
  ]
  return { ...exported(dtype, variables('x end'), locals, body), result: 'i32' }
}
