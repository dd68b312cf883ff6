/**
 * The WebAssembly text of the conversions between dtypes that reductions need.
 */
import { advance, countTo, get, locals, params } from '../wasm/wat.js'

/** From (bytes, how to load) to (bytes, how to store), with what happens in between. */
const conversions = {
  nonzeroFloat32: [4, 1, 'i32.store8', '(f32.ne (f32.load $) (f32.const 0))'],
  nonzeroFloat64: [8, 1, 'i32.store8', '(f64.ne (f64.load $) (f64.const 0))'],
  nonzeroInt32: [4, 1, 'i32.store8', '(i32.ne (i32.load $) (i32.const 0))'],
  widenBool: [1, 4, 'i32.store', '(i32.load8_u $)'],
  widenInt32: [4, 8, 'f64.store', '(f64.convert_i32_s (i32.load $))'],
  narrowFloat64: [8, 4, 'f32.store', '(f32.demote_f64 (f64.load $))'],
} as const

/** The exports of the module: each converts `n` numbers from one address to another. */
export type Conversions = Record<keyof typeof conversions, (from: number, to: number, n: number) => void>

/** The fields of the module. */
export const convertModule = () =>
  Object.entries(conversions)
    .map(
      ([name, [fromBytes, toBytes, store, value]]) => `(func (export "${name}") ${params('from to n')} ${locals('i')}
      ${countTo('i', 'n', `(${store} ${get('to')} ${value.replace('$', get('from'))}) ${advance('from', fromBytes)} ${advance('to', toBytes)}`)})`,
    )
    .join('\n')
