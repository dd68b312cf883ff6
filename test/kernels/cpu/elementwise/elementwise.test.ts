/**
 * Elementwise kernels against the interpreter of formulas, number by number. Inputs are small multiples of ½, so that sums and
 * products are exact in every dtype and results can be compared exactly, fused multiply-add or not.
 */
import test from 'ava'
import fc from 'fast-check'
import type { DataBuffer, DType, Operand, Shape, TypedArray } from '../../../../src/kernels/backend.js'
import { compileUpdate, map, watOf } from '../../../../src/kernels/cpu/elementwise/elementwise.js'
import { newArray, ordinary, overwrite, resident, values, within } from '../../../../src/kernels/cpu/memory/memory.js'
import { numberAlgebra } from '../../../../src/kernels/formula/algebra.js'
import type { Program } from '../../../../src/kernels/formula/ast.js'
import { type FunctionName, rows } from '../../../../src/kernels/formula/functions.js'
import { interpret } from '../../../../src/kernels/formula/interpret.js'
import { parse } from '../../../../src/kernels/formula/parse.js'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool']
const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1)
const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** A buffer of the numbers, as its dtype holds them. */
function buffer(numbers: readonly number[], dtype: DType = 'float32'): DataBuffer {
  const array = newArray(dtype, numbers.length)
  numbers.forEach((x, i) => {
    array[i] = dtype === 'bool' ? Number(x !== 0) : x
  })
  return ordinary(array, dtype)
}

const vector = (numbers: readonly number[], dtype: DType = 'float32'): Operand => ({
  buffer: buffer(numbers, dtype),
  shape: [numbers.length],
})

/** Small multiples of ½ (whole in int32), the same ones each time. */
function numbers(size: number, salt: number, dtype: DType): number[] {
  const scale = dtype === 'float32' || dtype === 'float64' ? 2 : 1
  return range(size).map((i) => ((((i + 1) * (37 + 2 * salt) + salt * 11) % 17) - 8) / scale)
}

const operand = (shape: Shape, salt: number, dtype: DType = 'float32'): Operand => ({
  buffer: buffer(numbers(sizeOf(shape), salt, dtype), dtype),
  shape,
})

/** The number that element `index` of the broadcast result reads. */
function at(input: Operand | number, shape: Shape, index: number): number {
  if (typeof input === 'number') return input
  let [position, stride, rest] = [0, 1, index]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = input.shape[axis - shape.length + input.shape.length] ?? 1
    position += (size === 1 ? 0 : rest % shape[axis]) * stride
    stride *= size
    rest = Math.floor(rest / shape[axis])
  }
  return values(input.buffer)[position]
}

/** A number as an array of the dtype holds it: whole numbers by truncation, saturating. */
function stored(x: number, dtype: DType): number {
  if (dtype === 'float64') return x
  if (dtype === 'float32') return Math.fround(x)
  if (dtype === 'bool') return Number(x !== 0)
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, -(2 ** 31)), 2 ** 31 - 1)) + 0
}

/** What `map` should give, by the interpreter. */
function expected(program: Program, inputs: readonly (Operand | number)[], shape: Shape, outputs: readonly DType[]) {
  const results = outputs.map(() => [] as number[])
  for (const index of range(sizeOf(shape))) {
    const env = Object.fromEntries(program.inputs.map((name, i) => [name, at(inputs[i], shape, index)]))
    const outs = interpret(program, numberAlgebra, env)
    program.outputs.forEach((name, i) => {
      results[i].push(stored(outs[name], outputs[i]))
    })
  }
  return results
}

const plain = (array: TypedArray) => Array.from(array)

function mapPlain(text: string, inputs: readonly (Operand | number)[], shape: Shape, outputs: readonly DType[]) {
  return map(parse(text), inputs, shape, outputs).map((out) => plain(values(out)))
}

/** The one float32 output of a formula over vectors. */
function compute(text: string, ...inputs: (readonly number[] | number)[]): number[] {
  const operands = inputs.map((input) => (typeof input === 'number' ? input : vector(input)))
  const length = inputs
    .map((input) => (typeof input === 'number' ? 1 : input.length))
    .reduce((a, b) => Math.max(a, b), 1)
  return mapPlain(text, operands, [length], ['float32'])[0]
}

/** Shapes that are broadcast to one of up to six axes: each keeps an axis, has 1 there, or starts further in. */
const broadcastShapes = fc
  .array(fc.integer({ min: 1, max: 5 }), { maxLength: 6 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      ...range(3).map(() =>
        fc
          .tuple(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), fc.integer({ min: 0, max: 6 }))
          .map(([keep, skip]) => shape.map((size, axis) => (keep[axis] ? size : 1)).slice(skip)),
      ),
    ),
  )

test('any shapes that broadcast together give what the interpreter gives', (t) => {
  const program = parse('d = where(a > c, b, s)\ny = a * b - c')
  const outputs: DType[] = ['float32', 'bool']
  fc.assert(
    fc.property(broadcastShapes, ([shape, ...shapes]) => {
      const inputs = [...shapes.map((s, i) => operand(s, i)), 2.5]
      const got = map(program, inputs, shape, outputs).map((out) => plain(values(out)))
      t.deepEqual(got, expected(program, inputs, shape, outputs))
    }),
    { seed: 7, numRuns: 400 },
  )
})

test('any mix of dtypes, of inputs and output, in any shape', (t) => {
  const program = parse('a < b ? a * b - s : max(b, -a)')
  for (const [i, mix] of dtypes
    .flatMap((a) => dtypes.flatMap((b) => dtypes.map((out) => [a, b, out] as const)))
    .entries()) {
    const [a, b, out] = mix
    for (const [shapeA, shapeB, shape] of [
      [[i % 20], [i % 20], [i % 20]],
      [
        [3, 1],
        [3, 7],
        [3, 7],
      ],
      [[5], [4, 5], [4, 5]],
      [
        [3, 1, 2],
        [1, 5, 2],
        [3, 5, 2],
      ],
      [[], [6], [6]],
    ]) {
      const inputs = [operand(shapeA, i, a), operand(shapeB, i + 1, b), 2]
      const got = map(program, inputs, shape, [out]).map((x) => plain(values(x)))
      t.deepEqual(got, expected(program, inputs, shape, [out]), `${a}, ${b} → ${out}, [${shape}]`)
    }
  }
})

test('every length from 0 to 19, in rows too, in every dtype', (t) => {
  const program = parse('a + 2 * b')
  for (const dtype of dtypes) {
    for (const n of range(20)) {
      for (const [shapeB, shape] of [
        [[n], [n]],
        [[n], [3, n]],
        [
          [3, 1],
          [3, n],
        ],
        [[1], [n]],
      ]) {
        const inputs = [operand(shape, n, dtype), operand(shapeB, n + 1, dtype)]
        const [got] = map(program, inputs, shape, [dtype])
        t.is(got.dtype, dtype)
        t.is(got.size, sizeOf(shape))
        t.deepEqual([plain(values(got))], expected(program, inputs, shape, [dtype]), `${dtype} [${shape}] [${shapeB}]`)
      }
    }
  }
})

test('rows that end where a block of memory ends do not reach into the next block', (t) => {
  const program = parse('p = a + b\nq = a - b')
  for (const dtype of dtypes) {
    for (const shape of [
      [16, 3],
      [64, 3],
      [64, 1, 5],
    ]) {
      const inputs = [operand(shape, 1, dtype), operand(shape.slice(-1), 2, dtype)]
      const got = map(program, inputs, shape, [dtype, dtype]).map((x) => plain(values(x)))
      t.deepEqual(got, expected(program, inputs, shape, [dtype, dtype]), `${dtype} [${shape}]`)
    }
  }
})

test('arrays with an axis of size 0 give empty results', (t) => {
  t.deepEqual(mapPlain('a + b', [operand([0, 3], 1), operand([3], 2)], [0, 3], ['float32']), [[]])
  t.deepEqual(mapPlain('s > 1', [0.5], [2, 0], ['bool']), [[]])
})

test('int32 is exact and wraps around', (t) => {
  const big = 2 ** 31 - 1
  const a = vector([big, -big - 1, 65537, -3, 123456789], 'int32')
  const b = vector([1, -1, 65539, 7, 987654321], 'int32')
  const run = (text: string, ...inputs: (Operand | number)[]) => mapPlain(text, inputs, [5], ['int32'])[0]
  const x = plain(values(a.buffer))
  const y = plain(values(b.buffer))
  const wrapped = (f: (a: number, b: number) => number) => x.map((v, i) => f(v, y[i]) | 0)
  t.deepEqual(
    run('a + b', a, b),
    wrapped((p, q) => p + q),
  )
  t.deepEqual(
    run('a - b', a, b),
    wrapped((p, q) => p - q),
  )
  t.deepEqual(run('a * b', a, b), wrapped(Math.imul))
  t.deepEqual(
    run('a^3', a),
    wrapped((p) => Math.imul(Math.imul(p, p), p)),
  )
  const power = (x: number, n: number): number => (n === 0 ? 1 : Math.imul(x, power(x, n - 1)))
  t.deepEqual(
    run('a^s', a, 11),
    x.map((p) => power(p, 11)),
  )
  t.deepEqual(
    run('a^9', a),
    x.map((p) => power(p, 9)),
  )
  t.deepEqual(run('s^a', 2, vector([0, 1, 30, 31, 40], 'int32')), [1, 2, 2 ** 30, -(2 ** 31), 0])
  const bases = vector([46341, 2000, -3, 0, 7], 'int32')
  t.deepEqual(run('a^b', bases, vector([2, 3, 5, 0, 12], 'int32')), [-2147479015, -589934592, -243, 1, power(7, 12)])
  t.deepEqual(run('a^b', vector([1, -1, -1, 2, -3], 'int32'), vector([-3, -3, -4, -1, -2], 'int32')), [1, -1, 1, 0, 0])
  t.deepEqual(
    run('a * s', a, big),
    wrapped((p) => Math.imul(p, big)),
  )
  t.deepEqual(run('sign(a)', a), [1, -1, 1, -1, 1])
  t.deepEqual(run('max(a, b)', a, b), wrapped(Math.max))
  t.deepEqual(run('abs(a)', a), [big, -big - 1, 65537, 3, 123456789])
  t.deepEqual(mapPlain('a > s', [a, big - 1], [5], ['bool']), [[1, 0, 0, 0, 0]], 'float32 would not see the difference')
})

test('int32 functions that need fractions are exact, too', (t) => {
  const a = vector([2147483647, -2147483648, 16777217, -7, 7], 'int32')
  const b = vector([2, 3, 1, 2, -2], 'int32')
  const run = (text: string, ...inputs: (Operand | number)[]) => mapPlain(text, inputs, [5], ['int32'])[0]
  t.deepEqual(run('mod(a, b)', a, b), [1, 1, 0, 1, -1])
  t.deepEqual(run('floor(a / b)', a, b), [1073741823, -715827883, 16777217, -4, -4])
  t.deepEqual(run('a / b', a, b), [1073741823, -715827882, 16777217, -3, -3], 'truncated when stored')
  t.deepEqual(run('a * s', a, 0.5), [1073741823, -1073741824, 8388608, -3, 3])
  t.deepEqual(mapPlain('a > s', [a, -6.5], [5], ['bool']), [[1, 0, 1, 0, 1]], 'a fraction is not cut off')
  t.deepEqual(mapPlain('a > s', [a, -7], [5], ['bool']), [[1, 0, 1, 0, 1]])
  t.deepEqual(run('a + s', a, Number.POSITIVE_INFINITY), Array(5).fill(2 ** 31 - 1))
})

test('storing to int32 truncates and saturates, storing to bool asks whether it is 0', (t) => {
  const x = [1.9, -1.9, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-40]
  const whole = [1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1, -(2 ** 31), 0, 0]
  for (const dtype of ['float32', 'float64'] as const) {
    t.deepEqual(mapPlain('x', [vector(x, dtype)], [9], ['int32']), [whole])
    t.deepEqual(mapPlain('x', [vector(x, dtype)], [9], ['bool']), [[1, 1, 1, 1, 1, 1, 1, 0, 1]])
  }
})

test('NaN, infinities and signed zeros behave as in Math', (t) => {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1.5, -2.5, 2.5, 0.5]
  const pairs = special.flatMap((a) => special.map((b) => [a, b]))
  const a = pairs.map(([x]) => x)
  const b = pairs.map(([, y]) => y)
  const functions: FunctionName[] = [
    ...([
      'add',
      'subtract',
      'multiply',
      'divide',
      'min',
      'max',
      'and',
      'or',
      'not',
      'abs',
      'sign',
      'sqrt',
      'square',
    ] as const),
    ...([
      'equal',
      'unequal',
      'smaller',
      'smallerEq',
      'larger',
      'largerEq',
      'floor',
      'ceil',
      'round',
      'unaryMinus',
    ] as const),
  ]
  for (const dtype of ['float32', 'float64'] as const) {
    for (const fn of functions) {
      const program = parse(rows[fn].arity === 1 ? `${fn}(a)` : `${fn}(a, b)`)
      const inputs = [vector(a, dtype), vector(b, dtype)].slice(0, rows[fn].arity)
      const got = map(program, inputs, [81], [dtype]).map((out) => plain(values(out)))
      t.deepEqual(got, expected(program, inputs, [81], [dtype]), `${fn} ${dtype}`)
    }
    for (const bound of [0, -0, 1.5, -2.5]) {
      for (const text of [`max(a, ${bound})`, `min(${bound}, a)`, `max(a, ${Object.is(bound, -0) ? '-0' : bound})`]) {
        const inputs = [vector(special, dtype)]
        const got = mapPlain(text, inputs, [9], [dtype])
        t.deepEqual(got, expected(parse(text), inputs, [9], [dtype]), `${text} ${dtype}`)
      }
    }
  }
})

/** Numbers where every function of the language is defined, by function; others take any of `everywhere`. */
const everywhere = [-2.25, -0.75, -0.5, 0, 0.125, 0.5, 0.9, 1.5, 3, 7.5, 20]
const domains: Partial<Record<FunctionName, number[]>> = {
  log: [1e-30, 0.5, 0.9, 1, 2, 1e30],
  log1p: [-0.5, 1e-20, 0.5, 100],
  sqrt: [0, 0.5, 2, 1e30],
  asin: [-1, -0.5, 0, 0.3, 1],
  acos: [-1, -0.5, 0, 0.3, 1],
  acosh: [1, 1.5, 100],
  atanh: [-0.9, 0, 0.5],
  pow: [0.25, 0.5, 1, 2, 3.5],
}

test('every function of the language, nested in others, of arrays and of scalars', (t) => {
  for (const fn of Object.keys(rows) as FunctionName[]) {
    const x = domains[fn] ?? everywhere
    const call = (a: string) => `${fn}(${[a, 's', 'r'].slice(0, rows[fn].arity).join(', ')})`
    for (const dtype of ['float32', 'float64'] as const) {
      const program = parse(`y = ${call('x')} + k * ${call('x + k')}\nz = ${call('s')}`)
      const given: Record<string, Operand | number> = { x: vector(x, dtype), s: 0.75, r: 1.25, k: 0 }
      if (fn === 'acosh') given.s = 1.75
      const inputs = program.inputs.map((name) => given[name])
      const outputs = [dtype, dtype]
      const got = map(program, inputs, [x.length], outputs).map((out) => plain(values(out)))
      const want = expected(program, inputs, [x.length], outputs)
      for (const [i, value] of got.flat().entries()) {
        const wanted = want.flat()[i]
        const ulps =
          Math.abs(value - wanted) / Math.max(Math.abs(wanted), 2 ** -100) / (dtype === 'float32' ? 2 ** -23 : 2 ** -52)
        t.true(Object.is(value, wanted) || ulps <= 4, `${fn} ${dtype} ${x[i % x.length]}: ${value} ≠ ${wanted}`)
      }
    }
  }
})

test('functions within functions, and functions of two functions', (t) => {
  const x = [0.1, 0.7, 1.3, 2.9]
  for (const text of [
    'exp(-exp(-exp(-x)))',
    'pow(exp(x / 4), pow(x, exp(-x)))',
    'tanh(sin(x) * cos(x)) + log(1 + exp(tanh(x)))',
  ]) {
    const got = compute(text, x)
    const [want] = expected(parse(text), [vector(x)], [4], ['float64'])
    got.forEach((value, i) => {
      t.true(Math.abs(value / want[i] - 1) < 1e-6, `${text} at ${x[i]}: ${value} ≠ ${want[i]}`)
    })
  }
})

test('the branch that is not taken does not leak', (t) => {
  const x = [4, -4, 0, Number.NaN]
  t.deepEqual(compute('x > 0 ? 1 / x : 0', x), [0.25, 0, 0, 0])
  t.deepEqual(compute('x > 0 ? 0 : sqrt(-x)', x), [0, 2, -0, Number.NaN])
  t.deepEqual(compute('x > 0 ? sqrt(x) : -1', x), [2, -1, -1, -1])
  t.deepEqual(compute('x ? 1 : 2', x), [1, 1, 2, 1], 'NaN counts as true')
})

test('comparisons are masks for conditions and 1 or 0 for arithmetic', (t) => {
  const x = [-1, 0, 1, 2, 3]
  t.deepEqual(compute('(x > 0) + (x > 1) + 1', x), [1, 1, 2, 3, 3])
  t.deepEqual(compute('(x > 0 and not (x == 2) ? x : -x) + (x > 0 or x == 0)', x), [1, 1, 2, -1, 4])
  t.deepEqual(mapPlain('c = x > 0\ny = c * x + (c ? 10 : 20)', [vector(x)], [5], ['bool', 'float32']), [
    [0, 0, 1, 1, 1],
    [20, 20, 11, 12, 13],
  ])
})

test('powers with small exponents are exact', (t) => {
  const x = [-3, -2, -1, 1, 2, 3]
  for (const k of [1, 2, 3, 4, 5, 6, 7, 8]) {
    t.deepEqual(
      compute(`x^${k}`, x),
      x.map((v) => v ** k),
    )
  }
  t.deepEqual(compute('x^0', x), [1, 1, 1, 1, 1, 1])
  t.deepEqual(compute('x^-1', [2, 4, -8]), [0.5, 0.25, -0.125])
  t.deepEqual(compute('x^-2', [2, 4, -8]), [0.25, 0.0625, 0.015625])
  t.deepEqual(compute('x^0.5', [4, 9, 0.25]), [2, 3, 0.5])
  t.deepEqual(compute('x^-0.5', [4, 16, 0.25]), [0.5, 0.25, 2])
  const edges = [-0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const k of [0.5, -0.5]) {
    t.deepEqual(
      compute(`x^${k}`, edges),
      edges.map((v) => v ** k),
    )
  }
  t.deepEqual(compute('x / 4 + x / 3 * 3', [8]), [10])
})

test('what depends on scalars only is computed in double precision', (t) => {
  const beta = 0.999
  t.deepEqual(compute('(1 - beta) * x', beta, [1, 1, 1]), Array(3).fill(Math.fround(1 - beta)))
  t.deepEqual(compute('x * (s + 1 - s)', [3], 1e12), [3])
  t.deepEqual(compute('s > 1e-50 ? x : -x', 1e-45, [1, 2]), [1, 2], 'float32 would have made 0 of it')
  t.deepEqual(compute('s * r', 3, 4), [12], 'no arrays at all')
  t.deepEqual(compute('(s^2 > 10 and s) + s^2 * 3', 2), [12])
  t.deepEqual(compute('exp(s) - mod(s, 3) + erf(s) * x', 5, [0, 0]), Array(2).fill(Math.fround(Math.exp(5) - 2)))
})

test('several outputs, statements in order, names read before and after they are assigned', (t) => {
  const swap = mapPlain(
    't = a\na = b\nb = t + a',
    [vector([1, 2]), vector([10, 20])],
    [2],
    ['float32', 'float32', 'float32'],
  )
  t.deepEqual(swap, [
    [1, 2],
    [10, 20],
    [11, 22],
  ])
  const product = mapPlain(
    'p = a * b\nq = p + a\nr = p - 1',
    [vector([3]), vector([5])],
    [1],
    ['float32', 'float64', 'int32'],
  )
  t.deepEqual(product, [[15], [18], [14]], 'a product that is an output itself stays whole')
})

test('names may be any that a formula can have', (t) => {
  const names = ['n', 'inner', 'outer', 'left', 'stop', 'loop', 'at', 'x1', 'constant0', 'β', '_t', 'v', 'y']
  const program = parse(`${names.join(' + 3 * ')} + 7`)
  for (const [shape, other] of [
    [[5], [5]],
    [
      [3, 5],
      [3, 1],
    ],
  ]) {
    const inputs = names.map((_, i) => (i % 3 === 0 ? i : operand(i % 3 === 1 ? shape : other, i)))
    const got = map(program, inputs, shape, ['float32']).map((x) => plain(values(x)))
    t.deepEqual(got, expected(program, inputs, shape, ['float32']))
  }
})

test('more operands than fit into a number as signature', (t) => {
  const names = range(16).map((i) => `x${i}`)
  const program = parse(names.join(' + '))
  for (const dtype of ['float32', 'int32'] as const) {
    const inputs = names.map((_, i) => (i % 5 === 0 ? i : operand(i % 5 === 1 ? [1] : [7], i, dtype)))
    t.deepEqual(
      map(program, inputs, [7], [dtype]).map((x) => plain(values(x))),
      expected(program, inputs, [7], [dtype]),
    )
  }
})

test('the same program serves different dtypes, shapes and scalars in turn', (t) => {
  const program = parse('a * b')
  for (const [a, b, shape] of [
    [operand([5], 1), operand([5], 2), [5]],
    [operand([5], 1), 3, [5]],
    [operand([5], 1, 'int32'), 3, [5]],
    [operand([5], 1, 'int32'), 0.5, [5]],
    [operand([5, 1], 1), operand([5], 2), [5, 5]],
    [operand([], 1), operand([5], 2), [5]],
    [operand([5], 1), operand([5], 2), [5]],
  ] as [Operand | number, Operand | number, number[]][]) {
    t.deepEqual(
      map(program, [a, b], shape, ['float32']).map((x) => plain(values(x))),
      expected(program, [a, b], shape, ['float32']),
    )
  }
})

test('operands stay as they were, and results of a step can be used in it', (t) => {
  const x = vector([1, 2, 3, 4, 5])
  const kept = resident('float32', 5)
  within(() => {
    const [double] = map(parse('2 * x'), [x], [5], ['float32'])
    const [outer] = map(parse('x * y'), [{ buffer: double, shape: [5, 1] }, x], [5, 5], ['float32'])
    const [last] = map(
      parse('x + y'),
      [
        { buffer: outer, shape: [5, 5] },
        { buffer: double, shape: [5] },
      ],
      [5, 5],
      ['float32'],
    )
    t.deepEqual(
      plain(values(last)),
      range(25).map((i) => 2 * (Math.floor(i / 5) + 1) * ((i % 5) + 1) + 2 * ((i % 5) + 1)),
    )
    overwrite(kept, double)
  })
  t.deepEqual(plain(values(x.buffer)), [1, 2, 3, 4, 5])
  t.deepEqual(plain(values(kept)), [2, 4, 6, 8, 10])
})

const adam = parse(`m = beta1 * m + (1 - beta1) * g
  v = beta2 * v + (1 - beta2) * g^2
  w = w - alpha * m / (sqrt(v) + epsilon)`)

test("Adam's update follows a plain loop in double precision", (t) => {
  const scalars = { beta1: 0.9, beta2: 0.999, alpha: 0.01, epsilon: 1e-7 }
  const update = compileUpdate(adam, ['w', 'g', 'm', 'v'], Object.keys(scalars))
  for (const dtype of ['float64', 'float32'] as const) {
    for (const n of [1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 0]) {
      const [w, m, v] = range(3).map(() => resident(dtype, n))
      const start = numbers(n, 3, dtype)
      overwrite(w, buffer(start, dtype))
      const reference = { w: [...start], m: Array(n).fill(0), v: Array(n).fill(0) }
      for (const k of range(5)) {
        const g = numbers(n, k, dtype)
        update([w, buffer(g, dtype), m, v], Object.values(scalars))
        for (const i of range(n)) {
          reference.m[i] = 0.9 * reference.m[i] + (1 - 0.9) * g[i]
          reference.v[i] = 0.999 * reference.v[i] + (1 - 0.999) * g[i] ** 2
          reference.w[i] -= (0.01 * reference.m[i]) / (Math.sqrt(reference.v[i]) + 1e-7)
        }
      }
      // Five steps of at most three roundings each, of terms as large as the gradients (up to 4) make them.
      const rounding = 15 * (dtype === 'float64' ? 2 ** -53 : 2 ** -24)
      const largest = { w: 4, m: (1 - 0.9) * 4, v: (1 - 0.999) * 16 }
      for (const [name, got] of Object.entries({ w, m, v })) {
        const want = reference[name as 'w'] as number[]
        values(got).forEach((x, i) => {
          t.true(
            Math.abs(x - want[i]) <= rounding * largest[name as 'w'],
            `${dtype} ${n} ${name}[${i}]: ${x} ${want[i]}`,
          )
        })
      }
    }
  }
})

test('an update reads old values before and new ones after an assignment, and leaves its neighbours alone', (t) => {
  const [before, a, b, after] = range(4).map(() => resident('float32', 3))
  for (const x of [before, a, b, after]) overwrite(x, buffer([1, 2, 3]))
  compileUpdate(parse('t = a\na = s * b + t\nb = t + 10 * a'), ['a', 'b'], ['s'])([a, b], [2])
  t.deepEqual(plain(values(a)), [3, 6, 9])
  t.deepEqual(plain(values(b)), [31, 62, 93])
  t.deepEqual(plain(values(before)), [1, 2, 3])
  t.deepEqual(plain(values(after)), [1, 2, 3])
  compileUpdate(parse('t = a\na = b\nb = t'), ['a', 'b'], [])([a, b], [])
  t.deepEqual(plain(values(a)), [31, 62, 93])
  t.deepEqual(plain(values(b)), [3, 6, 9])
})

test('an update mixes dtypes, and takes ordinary buffers for what it only reads', (t) => {
  const w = resident('float32', 5)
  const update = compileUpdate(parse('w = mask ? w + g : w - 1'), ['w', 'g', 'mask'], [])
  update([w, buffer([1, 2, 3, 4, 5], 'float64'), buffer([1, 0, 1, 0, 1], 'bool')], [])
  t.deepEqual(plain(values(w)), [1, -1, 3, -1, 5])
  update([w, buffer([1, 2, 3, 4, 5], 'int32'), buffer([1, 0, 1, 0, 1])], [])
  t.deepEqual(plain(values(w)), [2, -2, 6, -2, 10])
})

test('an update refuses to change a buffer that is not resident', (t) => {
  const update = compileUpdate(parse('w = w - g'), ['w', 'g'], [])
  t.throws(() => update([buffer([1]), buffer([1])], []), {
    name: 'BackendError',
    message: /^update: w is assigned .*allocate/,
  })
})

test('the WebAssembly text of a formula can be read', (t) => {
  const text = watOf(parse('x * s + b'), ['float32', 'scalar', 'int32'])
  t.regex(text, /\(local\.set \$x \(v128\.load/)
  t.regex(text, /f32x4\.splat \(f32\.demote_f64 \(local\.get \$s\)\)/)
  t.regex(text, /f32x4\.convert_i32x4_s/)
})
