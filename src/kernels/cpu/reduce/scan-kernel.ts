/**
 * The kernels of the running reductions (`scan.ts`), for one dtype. Floats are accumulated in float64, so that the last sum is as good
 * as the first.
 */
import type { ScanKind } from '../../backend.js'
import { type Code, exported, type ModuleCode, type Operand, variables } from '../wasm/code.js'
import { select, set } from '../wasm/control.js'
import { bytes } from '../wasm/dtypes.js'
import { f32, f64, i32 } from '../wasm/instructions.js'
import { advance, countTo } from '../wasm/loops.js'

/** The type that numbers are accumulated in, and how they are loaded as that and stored again. */
const accumulated = {
  float32: {
    type: 'f64',
    load: (at: string): Code => f64.promote_f32(f32.load(at)),
    store: (at: string, x: Operand): Code => f32.store(at, f32.demote_f64(x)),
  },
  float64: { type: 'f64', load: f64.load, store: f64.store },
  int32: { type: 'i32', load: i32.load, store: i32.store },
} as const

/** The value before the first number, and the next `total` made of the last one and a number `v`. */
const steps = {
  f64: {
    sum: [f64.const(0), f64.add('total', 'v')],
    prod: [f64.const(1), f64.mul('total', 'v')],
    max: [f64.const(-Infinity), f64.max('total', 'v')],
    min: [f64.const(Infinity), f64.min('total', 'v')],
  },
  i32: {
    sum: [i32.const(0), i32.add('total', 'v')],
    prod: [i32.const(1), i32.mul('total', 'v')],
    max: [i32.const(-(2 ** 31)), select('total', 'v', i32.gt_s('total', 'v'))],
    min: [i32.const(2 ** 31 - 1), select('total', 'v', i32.lt_s('total', 'v'))],
  },
} as const

/** A module that exports `scan(x, out, outer, n, inner)`. */
export function scanModule(kind: ScanKind, dtype: keyof typeof accumulated): ModuleCode {
  const { type, load } = accumulated[dtype]
  const [first, next] = steps[type][kind]
  return walk('scan', dtype, ['x'], [set('v', load('x.at')), set('total', next)], first)
}

/** A module that exports `recurrence(a, b, out, outer, n, inner)`. */
export function recurrenceModule(dtype: 'float32' | 'float64'): ModuleCode {
  const { load } = accumulated[dtype]
  const next = f64.add(f64.mul(load('a.at'), 'total'), load('b.at'))
  return walk('recurrence', dtype, ['a', 'b'], set('total', next), f64.const(0))
}

/** A function that goes along the middle axis of [outer, n, inner] and stores `total` after each step. */
function walk(
  name: string,
  dtype: keyof typeof accumulated,
  inputs: readonly string[],
  step: Code,
  first: Code,
): ModuleCode {
  const { type, store } = accumulated[dtype]
  const arrays = [...inputs, 'out']
  const eachStep = [step, store('out.at', 'total'), arrays.map((array) => advance(`${array}.at`, 'row'))]
  const eachColumn = [
    set('total', first),
    arrays.map((array) => set(`${array}.at`, array)),
    countTo('j', 'n', eachStep),
    arrays.map((array) => advance(array, bytes[dtype])),
  ]
  const params = variables(`${arrays.join(' ')} outer n inner`)
  const cursors = arrays.map((array) => `${array}.at`)
  const locals = [...variables(`o i j row ${cursors.join(' ')}`), ...variables('total v', type)]
  const body = [
    set('row', i32.mul('inner', bytes[dtype])),
    countTo('o', 'outer', [
      countTo('i', 'inner', eachColumn),
      arrays.map((array) => advance(array, i32.mul(i32.sub('n', 1), 'row'))),
    ]),
  ]
  return { functions: [exported(name, params, locals, body)] }
}
