/**
 * Checks of functions outside of their domain and at its ends: every function of the formula language, every formula of the table of
 * operations and what goes along rows gives what the CPU gives, so that a GPU hides no NaN. The lists are those of `src/`.
 */
import { formula, setBackend, type Tensor, tensor } from '../../src/index.js'
import { type Algebra, numberAlgebra } from '../../src/kernels/formula/algebra.js'
import type { Program } from '../../src/kernels/formula/ast.js'
import { type FunctionName, rows } from '../../src/kernels/formula/functions.js'
import { apply, interpret } from '../../src/kernels/formula/interpret.js'
import { open } from '../../src/kernels/gpu/adapter.js'
import type { Api } from '../../src/kernels/gpu/device.js'
import { functions } from '../../src/kernels/gpu/functions.js'
import { kernelSource } from '../../src/kernels/gpu/kernel-source.js'
import { type ElementwiseRow, elementwise } from '../../src/tensor/operation.js'
import { decompositionRows } from '../../src/tensor/operations/decomposition-rows.js'
import { ops } from '../../src/tensor/operations/ops.js'
import { singularValueRows } from '../../src/tensor/operations/singular-value-rows.js'
import { cases, domains, type Formulas } from '../tensor/operations/op-cases.js'
import { equal, ok } from './assert.js'
import type { Checks } from './suite.js'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** Where functions end, and some places between. */
const single = [
  ...[nan, inf, -inf, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-3, -1e-6, 1e-30, -2e-38],
  ...[
    1e-40, -1e-40, 87.5, -87.5, 89, -89, 1000, -1000, 1e4, -3e4, 1e7, 16777216, -123456789, 1e30, 1e38, -1e38, 3.4e38,
  ],
]
const pairs = [nan, inf, -inf, 0, -0, 1, -1, 0.5, -1 / 3, 2, 3, -3, 7.5, 1e-40, 1e38, -1e38]
const triples = [nan, inf, -inf, 0, -0, 1, -1, 1e38]

/** All ways to choose `count` of the points: one list for each argument. */
function everyChoice(count: number): Float32Array[] {
  const points = [single, pairs, triples][Math.min(count, 3) - 1]
  const size = points.length ** count
  return Array.from({ length: count }, (_, k) =>
    Float32Array.from({ length: size }, (_, i) => points[Math.floor(i / points.length ** k) % points.length]),
  )
}

const smallestNormal = 2 ** -126

/** Devices may take denormal numbers to be 0. */
const flushed = (x: number): number => (Math.abs(x) < smallestNormal ? 0 * x : x)

/** Whether `got` is `want`: NaN for NaN, infinities and zeros with their sign, else up to `tolerance`, relative. */
function agrees(got: number, want: number, tolerance: number): boolean {
  if ([want, flushed(want)].some((x) => Object.is(got, x) || Object.is(flushed(got), x))) return true
  return want !== 0 && got !== 0 && Math.abs(got - want) <= Math.max(tolerance * Math.abs(want), smallestNormal / 64)
}

/** Complains where a function of numbers does not give what it must, nor what it must give for flushed arguments. */
async function compare(
  what: string,
  got: Tensor,
  args: readonly ArrayLike<number>[],
  f: (...xs: number[]) => number,
  tolerance: number,
): Promise<string[]> {
  const numbers = await got.data()
  const wrong: string[] = []
  for (let i = 0; i < numbers.length; i++) {
    const xs = args.map((x) => x[i])
    const wants = [Math.fround(f(...xs)), Math.fround(f(...xs.map(flushed)))]
    if (wants.some((want) => agrees(numbers[i], want, tolerance))) continue
    wrong.push(`${what}(${xs.map((x) => (Object.is(x, -0) ? '-0' : x))}) = ${numbers[i]}, not ${wants[0]}`)
  }
  return wrong
}

/** Runs something on the CPU, and comes back. */
async function onCpu<T>(api: Api, run: () => T): Promise<Awaited<T>> {
  await setBackend('cpu')
  const result = await run()
  await setBackend('gpu', { allowSoftware: true, api })
  return result
}

const interpreted = (program: Program, algebra: Algebra<number>, xs: readonly number[]): number =>
  interpret(program, algebra, Object.fromEntries(program.inputs.map((name, i) => [name, xs[i]]))).y

/** float32 on a device that takes denormal numbers to be 0, also those on the way. */
const flushingAlgebra = Object.fromEntries(
  Object.entries(numberAlgebra).map(([name, f]) => [
    name,
    (...xs: number[]) => flushed(Math.fround((f as (...xs: number[]) => number)(...xs))),
  ]),
) as unknown as Algebra<number>

/** What stands where in a tensor. Sums of several 1e38 overflow in one order and not in another. */
const specials = [
  ...[nan, inf, -inf].flatMap((special) => [[0], [0, 1, 2]].map((places) => ({ special, places }))),
  { special: 1e38, places: [0] },
  { special: -1e38, places: [1] },
]

/** The tensor in float32, with a number at some places. */
function withSpecial(x: Tensor, special: number, places: readonly number[]): Tensor {
  const numbers = Float32Array.from(x.dataSync())
  for (const place of places) if (place < numbers.length) numbers[place] = special
  return tensor(numbers, { shape: x.shape })
}

/** Complains where an operation with special numbers in its inputs gives other numbers than on the CPU. */
async function compareSpecials(
  api: Api,
  name: string,
  f: (...xs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): Promise<string[]> {
  const wrong: string[] = []
  for (const { special, places } of specials) {
    const run = () => f(...inputs.map((x) => withSpecial(x, special, places))).data()
    const got = await run()
    const want = await onCpu(api, run)
    const same = got.length === want.length && got.every((x, i) => x === want[i] || agrees(x, want[i], 1e-5))
    if (!same) wrong.push(`${name} with ${special} at ${places}: ${got}, not ${want}`)
  }
  return wrong
}

const compositions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  logSumExp: (x) => x.logSumExp(1),
  softmax: (x) => x.softmax(),
  norm: (x) => x.norm(),
  variance: (x) => x.variance(1),
  sort: (x) => x.sort(),
  argMax: (x) => x.argMax(1).cast('float32'),
  cumsum: (x) => x.cumsum(1),
}

const none = (wrong: readonly string[]) =>
  ok(wrong.length === 0, `${wrong.length} wrong: ${wrong.slice(0, 50).join('; ')}`)

export const checks: Checks = {
  'every function of the language, outside of its domain too, gives what JavaScript gives': async () => {
    const wrong: string[] = []
    for (const name of Object.keys(rows) as FunctionName[]) {
      const args = everyChoice(rows[name].arity)
      const f = formula(`${name}(${['a', 'b', 'c'].slice(0, args.length)})`)
      const want = (...xs: number[]) => apply(numberAlgebra, name, xs)
      wrong.push(...(await compare(name, f(...args.map((x) => tensor(x))), args, want, 1e-5)))
    }
    none(wrong)
  },

  'powers written as numbers are those of JavaScript': async () => {
    const wrong: string[] = []
    for (const power of ['2', '3', '4', '-1', '-2', '0.5', '-0.5', '(1/3)', '0', '1', '(-3)', 'Infinity']) {
      const exponent = power === '(1/3)' ? 1 / 3 : Number(power.replace(/[()]/g, ''))
      const x = Float32Array.from(single)
      const want = (a: number) => apply(numberAlgebra, 'pow', [a, exponent])
      wrong.push(...(await compare(`x^${power}`, formula(`x^${power}`)(tensor(x)), [x], want, 1e-5)))
    }
    none(wrong)
  },

  'every formula of the table, outside of its domain too, gives what the CPU gives': async (api) => {
    const wrong: string[] = []
    for (const [name, { inputs }] of Object.entries(domains)) {
      // Of integers only
      if (name === 'wholeDiv') continue
      const row: ElementwiseRow = ops[name as Formulas]
      const args = everyChoice(inputs.length)
      const run = () =>
        elementwise(
          row,
          args.map((x) => tensor(x)),
        ).data()
      const got = await run()
      const want = await onCpu(api, run)
      for (let i = 0; i < got.length; i++) {
        const xs = args.map((x) => x[i])
        const wants = [want[i], Math.fround(interpreted(row.program, numberAlgebra, xs))]
        if (api !== 'javascript') wants.push(interpreted(row.program, flushingAlgebra, xs.map(flushed)))
        if (!wants.some((x) => agrees(got[i], x, 1e-4))) wrong.push(`${name}(${xs}) = ${got[i]}, not ${want[i]}`)
      }
    }
    none(wrong)
  },

  'what goes along rows or moves numbers takes NaN and infinities as the CPU does': async (api) => {
    for (const [name, list] of Object.entries(cases)) {
      // Those solve by other steps than the CPU; the first factor of a recurrence meets nothing
      if (name in decompositionRows || name in singularValueRows || name === 'recurrence') continue
      for (const { f, inputs } of list) none(await compareSpecials(api, name, f, inputs))
    }
  },

  'what is made of several operations takes NaN and infinities as the CPU does': async (api) => {
    const matrix = tensor([
      [1, -2, 3],
      [0.5, 0, -1],
    ])
    for (const [name, f] of Object.entries(compositions)) none(await compareSpecials(api, name, f, [matrix]))
  },

  'sines of large numbers are those of the angle, not of its rounding': async () => {
    const x = Float32Array.from({ length: 500 }, (_, i) => (-1) ** i * 1.7 ** (i / 3) * (1 + i / 1000))
    const [sine, cosine] = [await tensor(x).sin().data(), await tensor(x).cos().data()]
    ok(
      x.every((a, i) => Math.abs(sine[i] - Math.sin(a)) < 3e-7),
      'sin',
    )
    ok(
      x.every((a, i) => Math.abs(cosine[i] - Math.cos(a)) < 3e-7),
      'cos',
    )
  },

  'log2 of every power of two and log10 of every power of ten are exact': async (api) => {
    const device = await open(api, functions)
    const run = async (name: string, x: Float32Array) => {
      const handle = await device.launch(
        kernelSource(1, [], `return ${name}(a0[i]);`),
        x.length,
        [device.upload(x)],
        [],
      )
      return device.read(handle, x.length)
    }
    const exponents = Array.from({ length: 254 }, (_, i) => i - 126)
    equal(
      [
        ...(await run(
          'logarithm2Of',
          Float32Array.from(exponents, (k) => 2 ** k),
        )),
      ],
      exponents,
    )
    const tens = Array.from({ length: 76 }, (_, i) => i - 37)
    equal(
      [
        ...(await run(
          'logarithm10Of',
          Float32Array.from(tens, (k) => Number(`1e${k}`)),
        )),
      ],
      tens,
    )
    const between = Float32Array.from({ length: 300 }, (_, i) => 1.3 ** (i - 150))
    for (const [name, f] of Object.entries({ logarithm2Of: Math.log2, logarithm10Of: Math.log10 })) {
      const got = await run(name, between)
      ok(
        between.every((x, i) => agrees(got[i], Math.fround(f(x)), 3e-7)),
        name,
      )
    }
  },
}
