import test from 'ava'
import * as math from 'mathjs'
import {
  DTypeError,
  FormulaError,
  formula,
  fromMathjs,
  grad,
  gradcheck,
  gradgradcheck,
  randomNormal,
  type Tensor,
  tensor,
  variable,
} from '../../../src/index.js'

test('a formula is a function of tensors, by position and by name, broadcast', (t) => {
  const f = formula('a * x^2 + b')
  t.deepEqual(f.inputs, ['a', 'x', 'b'])
  t.deepEqual(f.outputs, ['y'])
  t.deepEqual(f(2, tensor([1, 2, 3]), 1).toArray(), [3, 9, 19])
  t.deepEqual(f({ b: [[0], [10]], x: [1, 2], a: 1 }).toArray(), [
    [1, 4],
    [11, 14],
  ])
  t.is(String(f), 'a * x^2 + b')
})

test('x.pow(3) and the formula x^3 agree to the last bit, and so do their gradients', (t) => {
  const bytes = (x: Tensor) => Buffer.from(x.dataSync().slice().buffer)
  for (const dtype of ['float32', 'float64'] as const) {
    const x = randomNormal([1000], { seed: 3, dtype })
    const slope = (f: (x: Tensor) => Tensor) => grad((x: Tensor) => f(x).sum())(x)
    for (const k of [-8, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5, 8]) {
      const power = formula<Tensor>(`x^${k}`)
      t.true(bytes(x.pow(k)).equals(bytes(power(x))), `x^${k}`)
      t.true(bytes(slope((x) => x.pow(k))).equals(bytes(slope(power))), `the gradient of x^${k}`)
    }
    for (const k of [0.3, 9]) t.true(bytes(x.abs().pow(k)).equals(bytes(formula(`x^${k}`)(x.abs()))), `x^${k}`)
  }
  t.is(tensor([Number.NEGATIVE_INFINITY]).pow(0.5).item(), Number.POSITIVE_INFINITY)
})

test('formulas are differentiable to every order, and their derivative is a formula', (t) => {
  const f = formula('exp(-x^2 / 2) * cos(a * x)')
  const x = randomNormal([4], { seed: 1, dtype: 'float64' })
  t.true(gradcheck(f, [x, tensor(1.5)]))
  t.true(gradgradcheck(f, [x, tensor(1.5)]))
  const d = f.derivative('x')
  const g = grad((z) => f(z, 1.5).sum())(x)
  t.deepEqual(d.inputs, ['x', 'a', 'g'], 'the inputs keep their order, the gradient of the result comes last')
  t.true(d(x, 1.5, 1).sub(g).abs().max().item() < 1e-14)
  t.true(d(x, 1.5).sub(g).abs().max().item() < 1e-14, 'and is 1 if left out')
  t.true(d({ a: 1.5, x }).sub(g).abs().max().item() < 1e-14)
  const w = variable([2])
  formula('w^3')(w).backward()
  t.deepEqual((w.grad as Tensor).toArray(), [12])
})

test('a derivative has the dtype of the value, although it reads none of the inputs', (t) => {
  const x = tensor([3, 4], { dtype: 'float64' })
  const at = (text: string, ...inputs: (Tensor | number)[]) => formula(text).derivative('x')(...inputs)
  t.deepEqual(at('x / 3', x).toArray(), [1 / 3, 1 / 3])
  t.deepEqual(at('1e308 * x', x).toArray(), [1e308, 1e308])
  t.deepEqual(at('x', x).toArray(), [1, 1])
  for (const text of [
    'x / 3',
    '1e308 * x',
    '5 * x',
    '-x',
    'x',
    'x + a',
    '0.1 * x + a^2',
    'floor(x)',
    'max(x, 2)',
    'x > 0 ? x / 3 : 0.1',
  ]) {
    const inputs = [x, tensor(2)].slice(0, formula(text).inputs.length)
    const d = formula(text).derivative('x')
    t.is(d(...inputs).dtype, 'float64', text)
    t.deepEqual(d(...inputs).toArray(), grad((z) => formula(text)(z, ...inputs.slice(1)).sum())(x).toArray(), text)
    t.is(d(...inputs.map((z) => z.cast('float32'))).dtype, 'float32', text)
    t.is(d(...inputs, tensor(0.1, { dtype: 'float64' })).dtype, 'float64')
  }
  t.deepEqual(
    formula('x / 3')
      .derivative('x')([3, 4], tensor(1, { dtype: 'float64' }))
      .toArray(),
    [1 / 3, 1 / 3],
  )
  t.is(
    formula('a * x')
      .derivative('x')(tensor(0.1, { dtype: 'float64' }), tensor([1]))
      .item(),
    0.1,
  )
  t.is(formula('a + x').derivative('x')(tensor(0.1, { dtype: 'float64' }), tensor([1])).dtype, 'float64')
  const second = formula('x^2 / 3').derivative('x').derivative('x')
  t.deepEqual(second({ x, g: 1 }).toArray(), [2 / 3, 2 / 3])
  t.is(formula('c > 0 ? x / 3 : 1').derivative('x')(tensor(1, { dtype: 'float64' }), tensor([1])).dtype, 'float32')
  const whole = tensor([3], { dtype: 'int32' })
  t.deepEqual([at('x^2', whole).item(), at('x^2', whole).dtype], [6, 'int32'])
  t.is(formula('q = x\ny = x / 3').derivative('x')(x).slice([0]).item(), 1 / 3)
})

test('an input may be called y or g', (t) => {
  const f = formula('g * y^2')
  t.true(gradgradcheck((g, y) => f({ g, y }), [tensor([2, 3]), tensor([5, -1])]))
  const [g, y] = [variable([2]), variable([5])]
  f({ g, y }).backward()
  t.deepEqual(g.grad?.toArray(), [25])
  t.deepEqual(y.grad?.toArray(), [20])
})

test('a program gives its outputs by name, each differentiable', (t) => {
  const polar = formula<{ r: Tensor; phi: Tensor }>('r = sqrt(x^2 + z^2)\nphi = atan(z / x)')
  const { r, phi } = polar([3, 1], [4, 1])
  t.deepEqual(r.toArray(), [5, Math.fround(Math.SQRT2)])
  t.true(Math.abs(phi.slice([1]).item() - Math.PI / 4) < 1e-6)
  t.true(gradcheck((x, z) => polar({ x, z }).r.add(polar({ x, z }).phi), [tensor([3]), tensor([4])]))
})

test('a formula shows its TeX and its WebAssembly', (t) => {
  const f = formula('a / sqrt(x)')
  t.regex(f.toTeX(), /frac.*sqrt/)
  t.regex(f.wat(), /f32x4\.sqrt/)
})

test('integers and booleans come out where the formula says so', (t) => {
  const n = tensor([1, 2, 3], { dtype: 'int32' })
  t.is(formula('x + 1')(n).dtype, 'int32')
  t.is(formula('x / 2')(n).dtype, 'float32')
  t.is(formula('x > 1')(n).dtype, 'bool')
  t.deepEqual(formula('x > 1 ? 10 : 20')(n).toArray(), [20, 10, 10])
})

test('mistakes in formulas and their arguments are errors that show the formula', (t) => {
  const error = (f: () => unknown, message: RegExp) => t.throws(f, { instanceOf: FormulaError, message })
  error(() => formula('3 + * x'), /3 \+ \* x\n\s+\^/)
  error(() => formula('sine(x)'), /sine/)
  const f = formula('a * x')
  error(() => f(1), /takes 2 inputs \(a, x\), received 1/)
  error(() => f(1, 2, 3), /takes 2 inputs/)
  error(() => f({ a: 1 }), /received a/)
  error(() => f({ a: 1, x: 2, z: 3 }), /has no input z/)
  error(() => f.derivative('q'), /has no input q. Its inputs are a, x/)
})

test('tensors travel to mathjs and back', (t) => {
  const m = math.matrix([
    [1, 2],
    [3, 4],
  ])
  const x = fromMathjs(m)
  t.is(x.dtype, 'float64')
  t.deepEqual(x.toArray(), [
    [1, 2],
    [3, 4],
  ])
  t.deepEqual(
    fromMathjs(
      math.sparse([
        [0, 1],
        [0, 0],
      ]),
    ).toArray(),
    [
      [0, 1],
      [0, 0],
    ],
  )
  const back = x.toMathjs(math)
  t.true(math.isMatrix(back))
  t.deepEqual(math.multiply(back as math.Matrix, m).toArray(), x.matmul(x).toArray() as number[][])
  t.is(math.det(x.toMathjs() as number[][]), -2)
  t.throws(() => fromMathjs([1, 2] as never), { instanceOf: DTypeError, message: /not a mathjs matrix/ })
})

test('derivatives of derivatives may leave out every gradient, and name themselves in messages', (t) => {
  const slope = formula('x^3 / 3').derivative('x')
  const curvature = slope.derivative('x')
  const x = tensor([1, 2], { dtype: 'float64' })
  t.deepEqual(curvature.inputs, ['x', 'g', 'g2'])
  t.deepEqual(curvature(x).toArray(), [2, 4])
  t.deepEqual(curvature({ x }).toArray(), [2, 4])
  t.deepEqual(curvature(x, 3, 2).toArray(), [12, 24])
  t.throws(() => curvature(), { instanceOf: FormulaError, message: /^formula: .*x.* takes 3 inputs \(x, g, g2\)/ })
  t.throws(() => slope.derivative('z'), { instanceOf: FormulaError, message: /^formula: .*x.* has no input z/ })
})
