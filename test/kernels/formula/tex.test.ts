import test from 'ava'
import { arity, type FunctionName } from '../../../src/kernels/formula/ast.js'
import { argumentNames } from '../../../src/kernels/formula/derivatives.js'
import { gradient } from '../../../src/kernels/formula/differentiate.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { toTeX } from '../../../src/kernels/formula/tex.js'

/** Spaces mean nothing in TeX, except after a command. */
const tight = (tex: string) => tex.replaceAll(/ (?![A-Za-z])/g, '').replaceAll(/(?<=[{(&=+-]) /g, '')

const written: Record<string, string> = {
  'x / beta1': '\\frac{x}{\\beta_{1}}',
  '(a + b) / (2 * c)': '\\frac{a+b}{2\\cdot c}',
  'a - (b - c)': 'a-\\left(b-c\\right)',
  'erf(x) * sigmoid(x)': '\\operatorname{erf}\\left(x\\right)\\cdot\\sigma\\left(x\\right)',
  'a % b': '\\left(a\\bmod b\\right)',
  'learningRate * w_hat': '\\mathrm{learningRate}\\cdot w_{\\mathrm{hat}}',
  'pi * e': '\\pi\\cdot e',
  'NaN + x_': '\\mathrm{NaN}+\\mathrm{x\\_}',
  'm = a': 'm=a',
  'm = a\nv = b': '\\begin{aligned}\nm&=a\\\\\nv&=b\n\\end{aligned}',
}
for (const [text, tex] of Object.entries(written)) {
  test(`${JSON.stringify(text)} in TeX`, (t) => {
    t.is(tight(toTeX(parse(text))), tex)
  })
}

test('every function and every derivative has TeX with matching braces', (t) => {
  for (const fn of Object.keys(arity) as FunctionName[]) {
    const args = argumentNames[arity[fn]]
    const source = parse(fn === 'and' || fn === 'or' ? `a ${fn} b` : fn === 'not' ? 'not x' : `${fn}(${args})`)
    for (const program of [source, ...source.inputs.map((name) => gradient(source, name))]) {
      const tex = toTeX(program)
      t.is(tex.split('{').length, tex.split('}').length, tex)
      t.is(tex.split('\\left').length, tex.split('\\right').length, tex)
      t.notRegex(tex, /undefined|null|\\cdot[a-z]/)
    }
  }
})
