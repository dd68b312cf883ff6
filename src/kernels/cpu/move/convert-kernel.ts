/**
 * The kernels for the conversions between dtypes that reductions need.
 */
import { type Code, exported, type ModuleCode, variables } from '../wasm/code.js'
import { f32, f64, i32 } from '../wasm/instructions.js'
import { advance, countTo } from '../wasm/loops.js'

/** Bytes of a number before and after, and what is stored at `to` of the number at `from`. */
const conversions = {
  nonzeroFloat32: [4, 1, () => i32.store8('to', f32.ne(f32.load('from'), 0))],
  nonzeroFloat64: [8, 1, () => i32.store8('to', f64.ne(f64.load('from'), 0))],
  nonzeroInt32: [4, 1, () => i32.store8('to', i32.ne(i32.load('from'), 0))],
  widenBool: [1, 4, () => i32.store('to', i32.load8_u('from'))],
  widenInt32: [4, 8, () => f64.store('to', f64.convert_i32_s(i32.load('from')))],
  narrowFloat64: [8, 4, () => f32.store('to', f32.demote_f64(f64.load('from')))],
} satisfies Record<string, [fromBytes: number, toBytes: number, convert: () => Code]>

/** The exports of the module: each converts `n` numbers from one address to another. */
export type Conversions = Record<keyof typeof conversions, (from: number, to: number, n: number) => void>

export const convertModule = (): ModuleCode => ({
  functions: Object.entries(conversions).map(([name, [fromBytes, toBytes, convert]]) =>
    exported(
      name,
      variables('from to n'),
      variables('i'),
      countTo('i', 'n', [convert(), advance('from', fromBytes), advance('to', toBytes)]),
    ),
  ),
})
