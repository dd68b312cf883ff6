/**
 * Long and deep formulas: they work, or an error says that they are too deep.
 */
import test from 'ava'
import { type arange, FormulaError, formula, grad, tensor, variable } from '../../../src/index.js'

const x = tensor([1, 2, 3])
const rounded = (values: number[]) => values.map((v) => Math.round(v * 1e4) / 1e4)

test('a sum of 2,500 terms works, with its derivative, text and dtype', (t) => {
  const sum = formula(Array(2500).fill('x').join(' + '))
  t.deepEqual(sum(x).toArray(), [2500, 5000, 7500])
  t.is(sum(tensor([1, 2], { dtype: 'int32' })).dtype, 'int32')
  const w = variable([1, 2])
  sum(w).sum().backward()
  t.deepEqual(w.grad?.toArray(), [2500, 2500])
  const products = formula(Array(2500).fill('sin(x)').join(' * '))
  t.is(products(0).item(), 0)
  t.true(String(products.derivative('x')).length > 1000)
  t.true(formula(Array(600).fill('sin(x)').join(' - ')).wat().length > 1000)
  t.is(formula(Array(3000).fill('k').join(' + '))(1).item(), 3000)
})

test('900 inputs can be added; more than a kernel takes are an error', (t) => {
  const sum = (count: number) => formula(Array.from({ length: count }, (_, i) => `a${i}`).join(' + '))
  const numbers = Array.from({ length: 900 }, (_, i) => tensor([i]))
  t.is(sum(900)(...numbers).item(), 404550)
  t.throws(() => sum(2000)(...numbers), { instanceOf: FormulaError, message: /^formula: 2000 inputs are more/ })
})

test('a program of 2,000 statements works, with gradients too', (t) => {
  const lines = Array.from({ length: 2000 }, (_, i) => `a${i + 1} = a${i} * 1.0001`).join('\n')
  const f = formula<Record<string, ReturnType<typeof arange>>>(lines)
  const results = f({ a0: x.cast('float64') })
  t.is(Object.keys(results).length, 2000)
  t.deepEqual(rounded(results.a2000.toArray<number[]>()), rounded([1, 2, 3].map((v) => v * 1.0001 ** 2000)))
  const slope = grad((z) => f({ a0: z }).a2000.sum())(tensor([1, 1], { dtype: 'float64' }))
  t.deepEqual(rounded(slope.toArray<number[]>()), rounded([1, 1].map((v) => v * 1.0001 ** 2000)))
})

test('what is nested too deeply to be read is an error of formulas, and short', (t) => {
  for (const text of [`${'sin('.repeat(20000)}x${')'.repeat(20000)}`, `${'('.repeat(50000)}x${')'.repeat(50000)}`]) {
    const error = t.throws(() => formula(text), { instanceOf: FormulaError })
    t.regex(error?.message ?? '', /nested too deeply/)
    t.true((error?.message.length ?? 0) < 2000)
  }
  const tower = formula(`${'x^'.repeat(100)}1`)
  t.is(tower(1).item(), 1)
})

test('several outputs are as one by one, whatever their dtypes', (t) => {
  const f = formula('s = i + j\nh = i / j\nbig = i > j\nm = max(i, j)')
  const [i, j] = [tensor([2 ** 30, 7], { dtype: 'int32' }), tensor([2 ** 30 - 1, 9], { dtype: 'int32' })]
  const all = f(i, j)
  for (const [name, text] of [
    ['s', 'i + j'],
    ['h', 'i / j'],
    ['big', 'i > j'],
    ['m', 'max(i, j)'],
  ]) {
    const one = formula(text)(i, j) as typeof all.s
    t.is(all[name].dtype, one.dtype)
    t.deepEqual(all[name].toArray(), one.toArray())
  }
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, k) => [`b${k}`, k]))
  const wide = formula<typeof all>(
    Object.keys(many)
      .map((name) => `${name} = x + ${many[name]}`)
      .join('\n'),
  )
  t.deepEqual(
    Object.values(wide(1)).map((y) => y.item()),
    Object.values(many).map((k) => k + 1),
  )
})
