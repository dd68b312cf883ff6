import test from 'ava'
import { gradient } from '../../../src/kernels/formula/differentiate.js'
import { type FunctionName, rows } from '../../../src/kernels/formula/functions.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { argumentNames } from '../../../src/kernels/formula/row.js'
import { toTeX } from '../../../src/kernels/formula/tex.js'

const written: Record<string, string> = {
  'x / beta1': '\\frac{x}{\\beta_{1}}',
  '(a + b) / (2 * c)': '\\frac{a + b}{2 \\cdot c}',
  'a - (b - c)': 'a - \\left(b - c\\right)',
  'a + (b - c)': 'a + b - c',
  'a - -b': 'a - \\left(-b\\right)',
  'a * -2': 'a \\cdot \\left(-2\\right)',
  '-a * b': '-a \\cdot b',
  '-(a + b)': '-\\left(a + b\\right)',
  '2^-x': '2^{-x}',
  '(a / b)^c': '\\left(\\frac{a}{b}\\right)^{c}',
  '(-a)^2': '\\left(-a\\right)^{2}',
  'a^b^c': 'a^{b^{c}}',
  'square(square(a))': '\\left(a^{2}\\right)^{2}',
  '(a < b) == c': '\\left(a < b\\right) = c',
  'a <= b or not c and d': 'a \\leq b \\vee \\neg c \\wedge d',
  'a < 0 ? -a : sqrt(a)': '\\begin{cases} -a, & \\text{if } a < 0 \\\\ \\sqrt{a}, & \\text{otherwise} \\end{cases}',
  '(a ? b : c) + 1': '\\left(\\begin{cases} b, & \\text{if } a \\\\ c, & \\text{otherwise} \\end{cases}\\right) + 1',
  'erf(x) * sigmoid(x)': '\\operatorname{erf}\\left(x\\right) \\cdot \\sigma\\left(x\\right)',
  'atanh(x) + log(x)': '\\tanh^{-1}\\left(x\\right) + \\ln\\left(x\\right)',
  'log2(x) + log10(x) + atan2(a, b)':
    '\\log_{2}\\left(x\\right) + \\log_{10}\\left(x\\right) + \\operatorname{atan2}\\left(a, b\\right)',
  'hypot(a + 1, b)^2': '\\sqrt{\\left(a + 1\\right)^{2} + b^{2}}^{2}',
  'exp2(x)^2': '\\left(2^{x}\\right)^{2}',
  'cbrt(sinc(x))': '\\sqrt[3]{\\operatorname{sinc}\\left(x\\right)}',
  'max(abs(x), floor(x + 1))': '\\max\\left(\\left|x\\right|, \\left\\lfloor x + 1\\right\\rfloor\\right)',
  'a % b': '\\left(a \\bmod b\\right)',
  '(a + b) % c': '\\left(\\left(a + b\\right) \\bmod c\\right)',
  'learningRate * w_hat': '\\mathrm{learningRate} \\cdot w_{\\mathrm{hat}}',
  'pi * e': '\\pi \\cdot e',
  'Infinity - 1e-7': '\\infty - 10^{-7}',
  '1.5e300^2': '\\left(1.5 \\cdot 10^{300}\\right)^{2}',
  'NaN + x_': '\\mathrm{NaN} + \\mathrm{x\\_}',
  'm = a': 'm = a',
  'm = a\nv = b': '\\begin{aligned}\nm &= a \\\\\nv &= b\n\\end{aligned}',
}
for (const [text, tex] of Object.entries(written)) {
  test(`${JSON.stringify(text)} in TeX`, (t) => {
    t.is(toTeX(parse(text)), tex)
  })
}

test('every function and every derivative has TeX with matching braces', (t) => {
  for (const fn of Object.keys(rows) as FunctionName[]) {
    const args = argumentNames[rows[fn].arity]
    const source = parse(fn === 'and' || fn === 'or' ? `a ${fn} b` : fn === 'not' ? 'not x' : `${fn}(${args})`)
    for (const program of [source, ...source.inputs.map((name) => gradient(source, name))]) {
      const tex = toTeX(program)
      t.is(tex.split('{').length, tex.split('}').length, tex)
      t.is(tex.split('\\left').length, tex.split('\\right').length, tex)
      t.notRegex(tex, /undefined|null|\\cdot[a-z]/)
    }
  }
})
