import test, { type ExecutionContext } from 'ava'
import { compile } from 'watr'
import { kernelModule } from '../../../../src/kernels/cpu/elementwise/elementwise-kernel.js'
import { mapSpec } from '../../../../src/kernels/cpu/elementwise/kernel-cache.js'
import { declare, prefixed } from '../../../../src/kernels/cpu/math/define.js'
import { float32Functions } from '../../../../src/kernels/cpu/math/functions-float32.js'
import { float64Functions, float64Prefix } from '../../../../src/kernels/cpu/math/functions-float64.js'
import { int32Functions } from '../../../../src/kernels/cpu/math/functions-int32.js'
import { type Candidate, candidates } from '../../../../src/kernels/cpu/matmul/candidates.js'
import { tileModule } from '../../../../src/kernels/cpu/matmul/matmul-kernel.js'
import { packModule } from '../../../../src/kernels/cpu/matmul/pack-kernel.js'
import type { TileShape } from '../../../../src/kernels/cpu/matmul/tile-shape.js'
import { convertModule } from '../../../../src/kernels/cpu/move/convert-kernel.js'
import { moveModule } from '../../../../src/kernels/cpu/move/move-kernel.js'
import { scatterModule } from '../../../../src/kernels/cpu/move/scatter-kernel.js'
import { extremeModule } from '../../../../src/kernels/cpu/reduce/extreme-kernel.js'
import { reduceModule } from '../../../../src/kernels/cpu/reduce/reduce-kernel.js'
import { recurrenceModule, scanModule } from '../../../../src/kernels/cpu/reduce/scan-kernel.js'
import { softmaxModule } from '../../../../src/kernels/cpu/softmax/softmax-kernel.js'
import { type Code, exported, internal, type ModuleCode, variables } from '../../../../src/kernels/cpu/wasm/code.js'
import {
  block,
  br,
  brIf,
  call,
  get,
  leave,
  loop,
  memoryCopy,
  memoryFill,
  pop,
  select,
  set,
  tee,
  when,
} from '../../../../src/kernels/cpu/wasm/control.js'
import { encode } from '../../../../src/kernels/cpu/wasm/encode.js'
import * as instructions from '../../../../src/kernels/cpu/wasm/instructions.js'
import { print } from '../../../../src/kernels/cpu/wasm/print.js'
import { parse } from '../../../../src/kernels/formula/parse.js'

const { f32, f32x4, f64, f64x2, i32, i32x4, i64x2, v128 } = instructions

/** A module has the bytes that watr makes of its text, with a memory that is shared and one that is not. */
function agrees(t: ExecutionContext, code: ModuleCode, name?: string): void {
  for (const most of [undefined, 65536]) {
    const memory = `(import "nabla" "memory" (memory 1${most ? ` ${most} shared` : ''}))`
    t.deepEqual(encode(code, most), compile(`(module ${memory} ${print(code)})`), name ?? print(code))
  }
}

const moduleOf = (body: Code, params = variables('a b'), locals = variables('c')): ModuleCode => ({
  functions: [exported('f', params, locals, body)],
})

/** What can stand for the arguments of each function of `instructions.ts`. */
const immediate: Record<string, unknown[]> = {
  'i32.const': [-70],
  'f32.const': [0.1],
  'f64.const': [0.1],
  'i32x4.const': [1, 2, 3, 4],
  'i64x2.const': [1n, -1n],
  'f32x4.const': [0.1, -0, 3, 4],
  'f64x2.const': [0.1, -0],
  'i8x16.shuffle': [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31], 'a', 'b'],
}

/** An address (and a value) with an offset, a lane and a vector, or operands. */
function argumentsOf(name: string): unknown[] {
  if (/load\d*(_|$)/.test(name) && !name.endsWith('_lane')) return ['a', 300]
  if (/store|load/.test(name)) return ['a', 'b', 300]
  return name.includes('_lane') ? [1, 'a', 'b'] : ['a', 'b']
}

test('every instruction has the bytes that watr gives it', (t) => {
  let count = 0
  for (const [type, table] of Object.entries(instructions)) {
    for (const [name, build] of Object.entries(table)) {
      const full = `${type}.${name}`
      const code = (build as (...args: unknown[]) => Code)(...(immediate[full] ?? argumentsOf(full)))
      agrees(t, moduleOf(code), full)
      count++
    }
  }
  t.true(count > 150)
})

const pi = variables('p')
const modules: Record<string, ModuleCode> = {
  'an empty function': moduleOf([]),
  'locals of several types': moduleOf(
    set('d', 'a'),
    variables('a', 'f64'),
    [variables('b'), variables('c'), variables('u v', 'v128'), variables('d', 'f64')].flat(),
  ),
  'equal types once': {
    functions: [
      exported('f', variables('a'), [], []),
      internal('g', variables('b'), [], []),
      { ...internal('h', [], [], i32.const(1)), result: 'i32' },
    ],
  },
  'a function called before it is written': {
    functions: [internal('a', [], [], call('b')), exported('b', [], [], call('a'))],
  },
  'imported functions': {
    imports: ['Math.exp', 'Math.pow', 'nabla.erf'],
    functions: [
      {
        ...exported('f', variables('x', 'f64'), [], call('Math.pow', call('Math.exp', 'x'), call('nabla.erf', 'x'))),
        result: 'f64',
      },
    ],
  },
  'blocks, loops and branches': moduleOf(
    block('out', loop('again', [brIf('out', 'a'), block('', [brIf('again', 'a')]), br('again')])),
  ),
  'branches without labels': moduleOf(loop('', [block('in', []), brIf('', 'a')])),
  conditions: moduleOf(set('c', when(i32.eqz('a'), i32.const(1), i32.const(2), 'i32'))),
  'a branch out of a condition': moduleOf(block('out', when('a', br('out'), leave))),
  'a block with a result': moduleOf([block('', [get('a'), pop('b'), get('b')], 'i32'), pop('c')]),
  locals: moduleOf([set('c', tee('b', 7)), set('a', select('b', 3, 'c'))]),
  memory: moduleOf([memoryCopy('a', 'b', 100), memoryFill('a', 0, 'b')]),
  'whole numbers': moduleOf(
    [0, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), 0x7f800000].map((n) => set('c', i32.const(n))),
  ),
  floats: moduleOf(
    [0, -0, -0.5, 1e-45, 3.4e38, 0.1, Infinity, -Infinity, NaN].map((n) => [
      set('s', f32.const(n)),
      set('d', f64.const(n)),
    ]),
    [],
    [...variables('s', 'f32'), ...variables('d', 'f64')],
  ),
  vectors: moduleOf(
    [
      f32x4.const(0.1, -1, Infinity, NaN),
      f64x2.const(1e-7, -Infinity),
      i64x2.const(0x000fffffffffffffn, -1n),
      i64x2.const(-(2n ** 63n)),
      i32x4.const(-1),
    ].map((x) => set('v', x)),
    [],
    variables('v', 'v128'),
  ),
  addresses: moduleOf(v128.store16_lane('p', v128.load('p', 70000), 200), pi, []),
  'names that are not ASCII': moduleOf(set('π', 'café'), variables('café π'), []),
}
for (const [what, code] of Object.entries(modules)) {
  test(`${what}: the bytes are watr's`, (t) => agrees(t, code))
}

const float64 = prefixed(float64Prefix, float64Functions)

/** Arrays of every dtype and a scalar, in rows that are broadcast. */
const elementwise = mapSpec(
  parse('u = x * s + exp(y)\nv = u > z and s > 0 ? max(b, 0) : mod(u, 2)'),
  'rows',
  [
    { name: 'x', dtype: 'float32', stride: 1 },
    { name: 's', dtype: 'scalar', stride: 0 },
    { name: 'y', dtype: 'int32', stride: 1 },
    { name: 'z', dtype: 'float32', stride: 0 },
    { name: 'b', dtype: 'bool', stride: 1 },
  ],
  ['float32', 'bool'],
  false,
)

/** A tile in place and a packed one, for each candidate. */
const matmuls = (candidate: Candidate): [string, ModuleCode][] => {
  const lanes = { vector: f32x4, bytes: 4, max: f32x4.pmax } as const
  const tile = (shape: Omit<TileShape, 'height'>) => tileModule(lanes, candidate, { height: candidate.rows, ...shape })
  return [
    [`matmul in place, ${candidate.name}`, tile({ transposed: false, packed: false })],
    [`matmul with packed operands, ${candidate.name}`, tile({ transposed: true, packed: true })],
  ]
}

const kernels: Record<string, ModuleCode> = {
  'a formula': kernelModule(elementwise),
  'functions of float32': declare(float32Functions, Object.keys(float32Functions)),
  'functions of float64': declare(float64, Object.keys(float64)),
  'functions of int32': declare(int32Functions, Object.keys(int32Functions)),
  ...Object.fromEntries(candidates.flatMap(matmuls)),
  packing: packModule(8),
  moving: moveModule(4),
  conversions: convertModule(),
  scatterAdd: scatterModule('bool'),
  argMax: extremeModule('float32'),
  sum: reduceModule('sum', 'float32'),
  'the maximum': reduceModule('max', 'float64'),
  'the minimum of bools': reduceModule('min', 'bool'),
  'running maxima': scanModule('max', 'int32'),
  recurrences: recurrenceModule('float32'),
  ...Object.fromEntries(
    (['float32', 'float64'] as const).flatMap((dtype) =>
      ['softmax', 'logSoftmax', 'softmaxGradient', 'crossEntropy', 'gradient'].map((name) => [
        `${name} in ${dtype}`,
        softmaxModule(dtype, name),
      ]),
    ),
  ),
}
for (const [what, code] of Object.entries(kernels)) {
  test(`the kernel of ${what}: the bytes are watr's`, (t) => agrees(t, code))
}

test('names that do not exist are refused', (t) => {
  const refused = (body: Code, message: RegExp) =>
    t.throws(() => encode(moduleOf(body)), { name: 'NablaError', message })
  refused(get('x'), /^wasm: .* local "x"/)
  refused(call('x'), /^wasm: .* function "x"/)
  refused(br('x'), /^wasm: .* label "x"/)
})

test('a constant without a type is refused', (t) => {
  t.throws(() => v128.and('a', 1), { name: 'NablaError', message: /^wasm: the constant 1 needs a type/ })
})
