import test from 'ava'
import fc from 'fast-check'
import * as mathjs from 'mathjs/number'
import * as nabla from '../../../src/index.js'
import { FormulaError, formula, type Tensor, tensor } from '../../../src/index.js'
import { call, number, symbol } from '../../../src/kernels/formula/ast.js'
import { instead, ofTensors } from '../../../src/kernels/formula/foreign.js'
import { type FunctionName, rows } from '../../../src/kernels/formula/functions.js'
import { parseMath } from '../../../src/kernels/formula/mathjs.js'
import { parse } from '../../../src/kernels/formula/parse.js'

const [a, b, c, x] = ['a', 'b', 'c', 'x'].map(symbol)
const value = (text: string) => parse(text).statements[0].value

test('a bare expression is the statement y = expression', (t) => {
  const program = parse('a + b * 2')
  t.deepEqual(program.statements, [{ name: 'y', value: call('add', a, call('multiply', b, number(2))) }])
  t.deepEqual([program.inputs, program.outputs, program.text], [['a', 'b'], ['y'], 'a + b * 2'])
})

test('the same text gives the same program', (t) => {
  t.is(parse('a + b'), parse('a + b'))
  t.not(parse('a + b'), parse('a  + b'))
})

test('statements stand one a line or between semicolons, comments end with the line', (t) => {
  const program = parse('# Momentum\n  m = beta * m + g  # the mean\n\n  w = w - eta * m; n = 1')
  t.deepEqual(
    program.statements.map(({ name }) => name),
    ['m', 'w', 'n'],
  )
  t.deepEqual(program.inputs, ['beta', 'm', 'g', 'w', 'eta'])
  t.deepEqual(program.outputs, ['m', 'w', 'n'])
})

test('a bare expression after assignments is the output y beside their names', (t) => {
  const { inputs, outputs } = parse('u = x^2\nu + 1')
  t.deepEqual([inputs, outputs], [['x'], ['u', 'y']])
})

test('a name assigned twice is one output', (t) => {
  t.deepEqual(parse('u = x\nu = u + 1').outputs, ['u'])
})

test('every function can be called by its name', (t) => {
  for (const fn of Object.keys(rows) as FunctionName[]) {
    if (fn === 'and' || fn === 'or' || fn === 'not') continue // operators only, in mathjs
    const args = [a, b, c].slice(0, rows[fn].arity)
    t.deepEqual(value(`${fn}(${args.map(({ name }) => name)})`), call(fn, ...args))
  }
})

test('operators are functions', (t) => {
  const operators: Record<string, FunctionName> = {
    '+': 'add',
    '-': 'subtract',
    '*': 'multiply',
    '/': 'divide',
    '^': 'pow',
    '%': 'mod',
    mod: 'mod',
    '==': 'equal',
    '!=': 'unequal',
    '<': 'smaller',
    '<=': 'smallerEq',
    '>': 'larger',
    '>=': 'largerEq',
    and: 'and',
    or: 'or',
  }
  for (const [operator, fn] of Object.entries(operators)) t.deepEqual(value(`a ${operator} b`), call(fn, a, b))
  t.deepEqual(value('not a'), call('not', a))
  t.deepEqual(value('-a'), call('unaryMinus', a))
  t.deepEqual(value('+a'), a)
  t.deepEqual(value('a ? b : c'), call('where', a, b, c))
  t.deepEqual(value('2 a'), call('multiply', number(2), a))
})

test('comparisons chain', (t) => {
  t.deepEqual(value('0 < x <= 1'), call('and', call('smaller', number(0), x), call('smallerEq', x, number(1))))
})

test('min and max of many nest, and short forms are written out', (t) => {
  t.deepEqual(value('max(a, b, c)'), call('max', call('max', a, b), c))
  t.deepEqual(value('log(x, a)'), call('divide', call('log', x), call('log', a)))
  t.deepEqual(value('log(x, 2)'), call('log2', x))
  t.deepEqual(value('log(x, 10)'), call('log10', x))
  t.deepEqual(value('heaviside(x)'), call('heaviside', x, number(0.5)))
  t.deepEqual(value('cube(x)'), call('pow', x, number(3)))
})

test('constants are numbers, i is a name', (t) => {
  const constants = {
    pi: Math.PI,
    π: Math.PI,
    e: Math.E,
    Infinity,
    NaN,
    true: 1,
    false: 0,
    '-2': -2,
    '-0': -0,
    '1e400': Infinity,
  }
  for (const [text, n] of Object.entries(constants)) t.deepEqual(value(text), number(n))
  t.deepEqual(value('i'), symbol('i'))
})

test('functions that came later are names, too, where they are not called', (t) => {
  const logit = symbol('logit')
  t.deepEqual(value('softplus(logit) + logit(logit)'), call('add', call('softplus', logit), call('logit', logit)))
  const f = formula<Tensor>('log2 + trunc * logit(x) + erfc(erfc)')
  t.deepEqual(f.inputs, ['log2', 'trunc', 'x', 'erfc'])
  t.deepEqual(f(tensor([1, 2]), 3, 0.5, tensor([0, 0])).toArray(), [2, 3])
  t.is(String(formula('frac = 2 * x')({ x: 3 })), String(tensor(6)))
})

test('names that every object has are ordinary', (t) => {
  t.deepEqual(parse('constructor + __proto__').inputs, ['constructor', '__proto__'])
})

const mistakes: Record<string, RegExp> = {
  '': /^formula: an expression is missing\. Write one/,
  '# nothing': /an expression is missing/,
  '2 +': /^formula: unexpected end of expression\.\n {2}2 \+\n {5}\^$/,
  '(a + b': /parenthesis \) expected\.\n {2}\(a \+ b\n {8}\^$/,
  'x ? 1': /false part of conditional expression expected/,
  'x!': /the operator ! \(factorial\) is not supported\. Known: \+/,
  "x'": /the operator ' \(ctranspose\) is not supported/,
  'a xor b': /the operator xor \(xor\) is not supported/,
  'x to cm': /the operator to \(to\) is not supported/,
  '10%': /percentages are not supported\. Divide by 100/,
  '[1, 2]': /a matrix \[ … \] is not supported/,
  '{a: 1}': /an object \{ … \} is not supported/,
  'a[1]': /an index or property is not supported/,
  'a.b': /an index or property is not supported/,
  '1:3': /a range a:b is not supported/,
  'f(x) = x': /a function definition is not supported/,
  'a = b = 2': /an assignment inside an expression is not supported/,
  '(a = 2; 3)': /parenthesis \) expected/,
  '"text"': /"text" is not a number/,
  null: /null is not a number/,
  'a[1] = 3': /only a plain name can be assigned to/,
  'a.b = 3': /only a plain name can be assigned to/,
  'a.b(2)': /only named functions can be called\. Call one by its name/,
  'a; b': /a bare expression may only come last/,
  'end = 3': /"end" is a word of mathjs\. Choose another name/,
  '1 + 0b2': /string "0b2" is not a valid number/,
  'pi = 3': /"pi" is a constant, 3\.14\d+\. Choose another name/,
  'exp = 2': /"exp" is a function, not a name\. Call it with 1 argument\./,
  'max + 1': /"max" is a function, not a name\. Call it with 2 arguments\./,
  'tanhh(x)': /unknown function tanhh\. Did you mean tanh\? Known: abs, acos, .*, where, xlogy\./,
  'x(a + 1)': /unknown function x\. For a product write x \* \( … \)\. Known: abs/,
  'ln(x)': /unknown function ln\. Write log\(x\)\. Known: abs/,
  'relu(x)': /unknown function relu\. Write max\(x, 0\)\. Known: abs/,
  'leaky_relu(x)': /unknown function leaky_relu\. Write x > 0 \? x : 0\.01 \* x\. Known: abs/,
  'softmax(x)': /unknown function softmax\. Formulas are elementwise: call the method softmax of the tensor/,
  'foo(x)': /unknown function foo\. For a product write foo \* \( … \)\. Known: abs/,
  'bar(x)': /unknown function bar\. For a product/,
  'csh(x)': /unknown function csh\. Did you mean cosh\?/,
  'sni(x)': /unknown function sni\. Did you mean sin\?/,
  'x ** 2': /^formula: value expected\. For a power write a\^b\.\n {2}x \*\* 2\n {5}\^$/,
  'x && y': /value expected\. Write a and b\.\n/,
  'x || y': /value expected\. Write a or b\.\n/,
  'x === y': /value expected\. Write a == b\.\n/,
  'x !== y': /Write a != b\.\n/,
  '!x': /value expected\. Write not a\.\n/,
  '|x|': /value expected\. For a magnitude write abs\(x\)\.\n/,
  '2 + x²': /syntax error in part "²"\. Write x\^2\.\n/,
  '√x': /Write sqrt\(x\)\.\n/,
  'a · b': /Write a \* b\.\n/,
  'a × b': /× is a letter here.*Write a \* b\.\n/,
  'x÷b': /÷ is a letter here.*Write a \/ b\.\n/,
  'a − b': /Write a - b, with the sign of the keyboard\.\n/,
  'a ≤ b': /Write a <= b\.\n/,
  'a ≠ b': /Write a != b\.\n/,
  'toString(x)': /unknown function toString\./,
  'pow(2)': /pow takes 2 arguments, but got 1\./,
  'max(a)': /max takes 2 arguments, but got 1\./,
  'sin(a, b)': /sin takes 1 argument, but got 2\./,
  'log2(a, b)': /log2 takes 1 argument, but got 2\./,
}
for (const [text, message] of Object.entries(mistakes)) {
  test(`a clear error for ${JSON.stringify(text)}`, (t) => {
    const error = t.throws(() => parse(text), { instanceOf: FormulaError, message })
    t.true(error.message.startsWith('formula: ') && error.message.includes(`\n  ${text}`), error.message)
  })
}

test('what hints say to write instead of a function is that function', (t) => {
  const x = tensor([-3, -0.7, 0.4, 2], { dtype: 'float64' })
  let count = 0
  for (const [name, text] of Object.entries(instead)) {
    t.notThrows(() => parse(text), name)
    const at = name === 'rsqrt' ? x.abs() : x
    const own = Object.keys(nabla).find((key) => key.toLowerCase() === name) ?? name
    const method = (at as unknown as Record<string, (() => Tensor) | undefined>)[own]
    if (!method || parse(text).inputs.join() !== 'x') continue
    t.true(formula(text)(at).sub(method.call(at)).abs().max().item() < 1e-12, text)
    count++
  }
  t.true(count >= 22, String(count))
})

test('the ^ stands under the column, in the line of the mistake', (t) => {
  const error = t.throws(() => parse('a = 1\nb = a +* 2\nc = 3'), { instanceOf: FormulaError })
  t.true(error.message.endsWith('\n  a = 1\n  b = a +* 2\n         ^\n  c = 3'), error.message)
})

const unclosed: Record<string, string> = {
  'm = (a + b\nw = w - m': '  m = (a + b\n      ^\n  w = w - m',
  'm = max(a, (b + 1)\nw = m\nv = w': '  m = max(a, (b + 1)\n         ^\n  w = m\n  v = w',
  'u = (1)\nm = sqrt(u # ) closed?\nw = m': '  u = (1)\n  m = sqrt(u # ) closed?\n          ^\n  w = m',
  'm = (a +\n  sin(b': '  m = (a +\n    sin(b\n         ^',
  'm = (a +\n  b)\nw = (m': '  m = (a +\n    b)\n  w = (m\n        ^',
}
for (const [text, shown] of Object.entries(unclosed)) {
  test(`the ^ stands in the line of the parenthesis that is not closed in ${JSON.stringify(text)}`, (t) => {
    const error = t.throws(() => parse(text), { instanceOf: FormulaError })
    const inLastLine = shown.endsWith('^')
    t.is(error.message, `formula: ${inLastLine ? 'parenthesis ) expected' : 'a parenthesis is not closed'}.\n${shown}`)
  })
}

const hints: Record<string, string> = {
  rint: 'Write round(x).',
  logsumexp: 'call the method logSumExp of',
  log_softmax: 'call the method logSoftmax of',
  logcumsumexp: 'call the method logCumSumExp of',
  argmax: 'call the method argMax of',
  topk: 'call the method topK of',
  var: 'call the method variance of',
  amin: 'call the method min of',
  inv: 'call the method inverse of',
  sort: 'call the method sort of',
  any: 'call the method any of',
  isnan: 'Write x != x.',
  isinf: 'Write abs(x) == Infinity.',
  expit: 'Write sigmoid(x).',
  celu: 'Write x > 0 ? x : expm1(x).',
  mish: 'Write x * tanh(softplus(x)).',
  logsigmoid: 'Write -softplus(-x).',
  acsc: 'Write asin(1 / x).',
  xor: 'Write (a != 0) != (b != 0).',
  real: 'For a product write real * ( … ).',
  conj: 'For a product write conj * ( … ).',
  sigma: 'For a product write sigma * ( … ).',
}

test('names of NumPy, PyTorch, JAX and mathjs get the hint of what they mean', (t) => {
  for (const [name, hint] of Object.entries(hints)) {
    const error = t.throws(() => parse(`${name}(x)`), { instanceOf: FormulaError })
    t.true(error.message.includes(` ${hint}`), `${name}: ${error.message.slice(0, 120)}`)
  }
  for (const [method] of ofTensors) t.is(typeof (tensor(1) as never)[method], 'function', method)
})

test('hints lead to no function of another meaning', (t) => {
  const names = 'cot coth csc csch sec sech exp10 fmod sinpi arctan2 sgn xlog1py log1pexp fix'.split(' ')
  for (const name of names) t.throws(() => parse(`${name}(x)`), { message: /\. Write / }, name)
})

test("what mathjs's parser reads is what mathjs reads", (t) => {
  const pieces = fc.constantFrom(
    ...'x|2|0.5|1e3|0x1F|0b1i8|+|-|*|/|^|%|(|)|,|<|>=|==|and|not|mod|?|:|sin(|max(|e|in|=|;|[|]|.|!|"|~|&|??|?.|null|i|#'.split(
      '|',
    ),
    '\n',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (words) => {
      const text = words.join('')
      t.deepEqual(
        outcome(() => plain(parseMath(text))),
        outcome(() => plain(mathjs.parse(text))),
        text,
      )
    }),
    { numRuns: 3000, seed: 1 },
  )
})

/** What `of` gives, or the error. */
function outcome(of: () => unknown): unknown {
  try {
    return of()
  } catch (error) {
    return String(error)
  }
}

/** What formulas know of a node, as a plain object. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain)
  if (typeof node !== 'object' || node === null) return node
  const { type } = node as { type?: string }
  const { index, assigned } = node as Record<string, unknown>
  if (opaque.has(type) || index || assigned) return type
  const known = Object.entries(node).filter(([name, value]) => properties.has(name) && value)
  return { type, ...Object.fromEntries(known.map(([name, value]) => [name, plain(value)])) }
}

const properties = new Set(
  'name content op fn args isPercentage condition trueExpr falseExpr conditionals params object value blocks node'.split(
    ' ',
  ),
)
const opaque = new Set<unknown>(['FunctionAssignmentNode', 'ArrayNode', 'AccessorNode', 'RangeNode', 'ObjectNode'])

test('a mistake is reported each time', (t) => {
  t.throws(() => parse('2 *'))
  t.throws(() => parse('2 *'))
})
