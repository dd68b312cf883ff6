/**
 * What gradients start with and what hooks and rules hand on: tensors of the right shape and of a floating dtype, or a clear error.
 */
import test from 'ava'
import { customGradient, GradientError, hvp, jvp, ones, ShapeError, tensor, variable, vjp } from '../../../src/index.js'

const whole = tensor([1, 1], { dtype: 'int32' })
const wrong = <T>(value: unknown) => value as T

test('a gradient of whole numbers or bools is refused, as in PyTorch and JAX', (t) => {
  const v = variable([1, 2])
  const expected = (op: string, dtype: string) => ({
    instanceOf: GradientError,
    message: new RegExp(`^${op}: the gradient is ${dtype}, .* float32\\. Cast it: g\\.cast\\('float32'\\)\\.$`),
  })
  t.throws(() => v.exp().backward(whole), expected('backward', 'int32'))
  t.throws(() => v.exp().backward(tensor([true, true])), expected('backward', 'bool'))
  t.throws(() => vjp((x) => x.mul(0.5), [1, 2])[1](tensor([true, true])), expected('vjp', 'bool'))
  t.throws(() => jvp((x) => x.mul(0.5), [[1, 2]], [whole]), expected('jvp', 'int32'))
  t.throws(() => hvp((x) => x.mul(0.5).sum(), [1, 2], whole), expected('hvp', 'int32'))
  t.is(v.grad, null)
})

test('a gradient of another floating dtype is converted; arrays and numbers are welcome', (t) => {
  const v = variable([1, 2])
  v.mul(3).backward(tensor([1, 10], { dtype: 'float64' }))
  t.is(v.grad?.dtype, 'float32')
  t.deepEqual(v.grad?.toArray(), [3, 30])
  v.zeroGrad()
  v.mul(3).backward([1, 2])
  v.sum().backward(5)
  t.deepEqual(v.grad?.toArray(), [8, 11])
  const [, pullback] = vjp((x) => x.mul(0.1), tensor([1, 2], { dtype: 'float64' }))
  t.deepEqual(pullback([1, 1])[0].toArray(), [0.1, 0.1])
  t.is(pullback(ones([2]))[0].dtype, 'float64')
})

test('what a hook returns must be a tensor of the gradient’s shape and dtype', (t) => {
  const pass = (hook: unknown) => {
    const v = variable([1, 2])
    v.onGradient(wrong(hook))
    v.sum().backward()
    return v.grad
  }
  t.throws(() => pass(() => tensor([1, 2, 3])), {
    instanceOf: GradientError,
    message: /^onGradient: the hook returned shape \[3\], the gradient has shape \[2\]\./,
  })
  t.throws(() => pass(() => 5), {
    instanceOf: GradientError,
    message: /^onGradient: the hook returned 5, not a tensor\./,
  })
  t.throws(() => pass(() => whole), {
    instanceOf: GradientError,
    message: /^onGradient: the hook returned int32, the gradient is float32\./,
  })
  t.throws(() => variable([1]).onGradient(wrong(3)), {
    instanceOf: GradientError,
    message: /^onGradient: the hook is 3/,
  })
  t.deepEqual(pass(() => undefined)?.toArray(), [1, 1])
  t.deepEqual(pass(() => null)?.toArray(), [1, 1])
  t.deepEqual(pass(() => tensor([5, 6]))?.toArray(), [5, 6])
  const y = variable([1, 2]).mul(0.5)
  y.onGradient((g) => g.cast('int32'))
  t.throws(() => y.exp().sum().backward(), { message: /^onGradient: the hook returned int32/ })
})

test('a rule of one’s own must give a tensor for each input, and its function a tensor', (t) => {
  const rule = (result: unknown) => () => {
    const v = variable([1, 2])
    customGradient(
      (x) => x.mul(2),
      wrong(() => result),
    )(v)
      .sum()
      .backward()
  }
  t.throws(rule(null), { instanceOf: GradientError, message: /^customGradient: gradient 0 is null, not a tensor\./ })
  t.throws(rule(1), { instanceOf: GradientError, message: /^customGradient: gradient 0 is 1, not a tensor\./ })
  t.throws(rule(whole), {
    instanceOf: GradientError,
    message: /^customGradient: gradient 0 is int32, its input float32\./,
  })
  t.throws(rule([]), { instanceOf: GradientError, message: /^customGradient: the rule gave 0 gradients for 1 inputs/ })
  t.throws(
    () =>
      customGradient(
        wrong(() => 3),
        (g) => g,
      )([1]),
    {
      instanceOf: GradientError,
      message: /^customGradient: the function returned 3, not a tensor\./,
    },
  )
})

test('tangents and gradients of another shape are errors', (t) => {
  t.throws(() => vjp((x) => x.mul(2), [1, 2])[1](ones([3])), { instanceOf: ShapeError })
  t.throws(() => variable([1, 2]).mul(2).backward([1, 2, 3]), { instanceOf: GradientError })
})
