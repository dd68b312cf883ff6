/**
 * The WebAssembly text of the running reductions (`scan.ts`), for one dtype. Floats are accumulated in float64, so that the
 * last sum is as good as the first.
 */
import type { ScanKind } from '../../backend.js'
import { bytes } from '../wasm/numbers.js'
import { advance, countTo, get, int, locals, params, set } from '../wasm/wat.js'

/** The type that numbers are accumulated in, and how they are loaded as that and stored again. */
const accumulated = {
  float32: { type: 'f64', load: (at: string) => `(f64.promote_f32 (f32.load ${at}))` },
  float64: { type: 'f64', load: (at: string) => `(f64.load ${at})` },
  int32: { type: 'i32', load: (at: string) => `(i32.load ${at})` },
} as const

const store = {
  float32: (at: string, x: string) => `(f32.store ${at} (f32.demote_f64 ${x}))`,
  float64: (at: string, x: string) => `(f64.store ${at} ${x})`,
  int32: (at: string, x: string) => `(i32.store ${at} ${x})`,
} as const

const total = get('total')
const x = get('v')

/** The value before the first number, and the next one made of the last and a number. */
const steps = {
  f64: {
    sum: ['(f64.const 0)', `(f64.add ${total} ${x})`],
    prod: ['(f64.const 1)', `(f64.mul ${total} ${x})`],
    max: ['(f64.const -inf)', `(f64.max ${total} ${x})`],
    min: ['(f64.const inf)', `(f64.min ${total} ${x})`],
  },
  i32: {
    sum: [int(0), `(i32.add ${total} ${x})`],
    prod: [int(1), `(i32.mul ${total} ${x})`],
    max: [int(-(2 ** 31)), `(select ${total} ${x} (i32.gt_s ${total} ${x}))`],
    min: [int(2 ** 31 - 1), `(select ${total} ${x} (i32.lt_s ${total} ${x}))`],
  },
} as const

/** The fields of a module that exports `scan(x, out, outer, n, inner)`. */
export function scanModule(kind: ScanKind, dtype: keyof typeof accumulated): string {
  const { type } = accumulated[dtype]
  const [first, next] = steps[type][kind]
  return walk('scan', dtype, ['x'], `${set('v', valueAt('x', dtype))} ${set('total', next)}`, first)
}

/** The fields of a module that exports `recurrence(a, b, out, outer, n, inner)`. */
export function recurrenceModule(dtype: 'float32' | 'float64'): string {
  const next = `(f64.add (f64.mul ${valueAt('a', dtype)} ${total}) ${valueAt('b', dtype)})`
  return walk('recurrence', dtype, ['a', 'b'], set('total', next), '(f64.const 0)')
}

const valueAt = (name: string, dtype: keyof typeof accumulated) => accumulated[dtype].load(get(`${name}.at`))

/** A function that goes along the middle axis of [outer, n, inner] and stores `$total` after each step. */
function walk(
  name: string,
  dtype: keyof typeof accumulated,
  inputs: readonly string[],
  step: string,
  first: string,
): string {
  const { type } = accumulated[dtype]
  const arrays = [...inputs, 'out']
  const cursors = arrays.map((array) => `${array}.at`)
  const each = (text: (array: string) => string) => arrays.map(text).join(' ')
  return `(func (export "${name}") ${params(`${arrays.join(' ')} outer n inner`)}
    ${locals(`o i j row ${cursors.join(' ')}`)} ${locals('total v', type)}
    ${set('row', `(i32.mul ${get('inner')} ${int(bytes[dtype])})`)}
    ${countTo(
      'o',
      'outer',
      `${countTo(
        'i',
        'inner',
        `${set('total', first)} ${each((array) => set(`${array}.at`, get(array)))}
        ${countTo(
          'j',
          'n',
          `${step} ${store[dtype](get('out.at'), total)} ${each((array) => advance(`${array}.at`, get('row')))}`,
        )}
        ${each((array) => advance(array, bytes[dtype]))}`,
      )}
      ${each((array) => advance(array, `(i32.mul (i32.sub ${get('n')} ${int(1)}) ${get('row')})`))}`,
    )})`
}
