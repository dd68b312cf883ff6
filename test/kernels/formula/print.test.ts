import test from 'ava'
import fc from 'fast-check'
import { program } from '../../../src/kernels/formula/ast.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { print, printExpr } from '../../../src/kernels/formula/print.js'
import { anyExpr } from './arbitrary.js'

test('parsing what was printed gives the same tree', (t) => {
  fc.assert(
    fc.property(anyExpr, (expr) => {
      const text = printExpr(expr)
      t.deepEqual(parse(text).statements[0].value, expr, text)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('programs of several statements come back too', (t) => {
  fc.assert(
    fc.property(anyExpr, anyExpr, (a, b) => {
      const statements = [
        { name: 'm', value: a },
        { name: 'y', value: b },
      ]
      const { statements: back, inputs, outputs } = parse(print({ statements }))
      t.deepEqual(
        { back, inputs, outputs },
        { back: statements, inputs: program('', statements).inputs, outputs: ['m', 'y'] },
      )
    }),
    { seed: 2, numRuns: 200 },
  )
})

const asWritten = [
  'a + b * c',
  '(a + b) * c',
  'a - (b - c)',
  'a - b - c',
  'a / (b * c)',
  'a / b / c',
  'a * (b / c)',
  '-x^2',
  '(-x)^2',
  '(-2)^x',
  '2^-x^2',
  'a^b^c',
  '(a^b)^c',
  '-(a * b)',
  '-a * b',
  'a * -b',
  'a - -2',
  'x > 0 ? x : c ? 1 : 2',
  'c ? (d ? 1 : 2) : 3',
  '(c ? a : b) * 2',
  'a and b or not c',
  'a and (b or c)',
  '(a < b) == (c < d)',
  'not (a == b)',
  '2 * pi * e',
  'x == Infinity',
  '1e-7 * x',
  'm = beta * m + (1 - beta) * g\nw = w - m',
]
for (const text of asWritten) {
  test(`no parenthesis is added or lost in ${text}`, (t) => {
    t.is(print(parse(text)), text)
  })
}

test('a single statement y is printed as an expression, any other with its name', (t) => {
  t.is(print(parse('y = a + b')), 'a + b')
  t.is(print(parse('z = a + b')), 'z = a + b')
})
