/**
 * Whether numbers, or their squares, are finite, in one pass: x − x is 0 for a finite x; for NaN and ±∞ it is NaN, some of whose bits
 * are set.
 */
import type { DataBuffer } from '../../backend.js'
import { addressNow, begin, isAlive, pointer } from '../memory/memory.js'
import { instantiate } from '../wasm/module.js'
import { bytes, numbersOf } from '../wasm/numbers.js'
import { get, locals, params, pass, set, times, whileRoom } from '../wasm/wat.js'

/** Whether the numbers from one address to another are finite: 1 or 0. */
type IsFinite = (x: number, end: number) => number

/** One for each of the two questions: about the numbers, and about their squares. */
const kernels: { numbers?: Kernels; squares?: Kernels } = {}

type Kernels = ReturnType<typeof compile>

const compile = (what: keyof typeof kernels) =>
  instantiate<{ float32: IsFinite; float64: IsFinite }>(`${kernelText('float32', what)} ${kernelText('float64', what)}`)

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

function kernelText(dtype: 'float32' | 'float64', what: keyof typeof kernels): string {
  const { vector, type, load } = numbersOf[dtype]
  const square = (name: string, type: string) =>
    what === 'squares' ? set(name, `(${type}.mul ${pass(`${name} ${name}`)})`) : ''
  const note = (i: number) => `${set('v', `(v128.load offset=${16 * i} ${get('x')})`)} ${square('v', vector)}
    ${set(`a${i}`, `(v128.or ${get(`a${i}`)} (${vector}.sub ${pass('v v')}))`)}`
  const pass4 = `${times(4, note)} ${set('x', `(i32.add ${get('x')} (i32.const 64))`)}`
  const pass1 = `${note(0)} ${set('x', `(i32.add ${get('x')} (i32.const 16))`)}`
  const one = `${set('s', `(${load} ${get('x')})`)} ${square('s', type)}
    ${set('odd', `(i32.or ${get('odd')} (${type}.ne (${type}.sub ${pass('s s')}) (${type}.const 0)))`)}
    ${set('x', `(i32.add ${get('x')} (i32.const ${bytes[dtype]}))`)}`
  return `(func (export "${dtype}") ${params('x end')} (result i32) ${locals('odd')} ${locals('v a0 a1 a2 a3', 'v128')} ${locals('s', type)}
    ${whileRoom('x', 'end', 64, pass4)}
    ${whileRoom('x', 'end', 16, pass1)}
    ${whileRoom('x', 'end', bytes[dtype], one)}
    (i32.eqz (i32.or ${get('odd')} (v128.any_true (v128.or (v128.or ${pass('a0 a1')}) (v128.or ${pass('a2 a3')}))))))`
}
