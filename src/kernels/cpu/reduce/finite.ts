/**
 * Whether numbers, or their squares, are finite, in one pass: x − x is 0 for a finite x; for NaN and ±∞ it is NaN, some of whose bits
 * are set.
 */
import type { DataBuffer } from '../../backend.js'
import { addressNow, begin, isAlive, pointer } from '../memory/memory.js'
import { exported, type FunctionCode, variables } from '../wasm/code.js'
import { set } from '../wasm/control.js'
import { bytes, numbersOf } from '../wasm/dtypes.js'
import { i32, v128 } from '../wasm/instructions.js'
import { advance, times, whileRoom } from '../wasm/loops.js'
import { instantiate } from '../wasm/module.js'

/** 1 if the numbers from one address to another are finite, else 0. */
type IsFinite = (x: number, end: number) => number

/** One for each of the two questions: about the numbers, and about their squares. */
const kernels: { numbers?: Kernels; squares?: Kernels } = {}

type Kernels = ReturnType<typeof compile>

const compile = (what: keyof typeof kernels) =>
  instantiate<{ float32: IsFinite; float64: IsFinite }>({
    functions: [kernel('float32', what), kernel('float64', what)],
  })

/** See `Backend.allFinite`. */
export function allFinite(x: DataBuffer, what: 'numbers' | 'squares' = 'numbers'): boolean {
  const { dtype, size } = x
  if (dtype !== 'float32' && dtype !== 'float64') return true
  let from = addressNow(x)
  if (from < 0) {
    if (!isAlive(x)) return true
    begin()
    from = pointer(x)
  }
  kernels[what] ??= compile(what)
  const { float32, float64 } = kernels[what]
  return (dtype === 'float32' ? float32(from, from + 4 * size) : float64(from, from + 8 * size)) !== 0
}

function kernel(dtype: 'float32' | 'float64', what: keyof typeof kernels): FunctionCode {
  const { vector, scalar, type, load } = numbersOf[dtype]
  const squared = (name: string, { mul }: typeof vector | typeof scalar) =>
    what === 'squares' ? [set(name, mul(name, name))] : []
  const note = (i: number) => [
    set('v', v128.load('x', 16 * i)),
    ...squared('v', vector),
    set(`a${i}`, v128.or(`a${i}`, vector.sub('v', 'v'))),
  ]
  const one = [
    set('s', load('x')),
    ...squared('s', scalar),
    set('odd', i32.or('odd', scalar.ne(scalar.sub('s', 's'), 0))),
  ]
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
