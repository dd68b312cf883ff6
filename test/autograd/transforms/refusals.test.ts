/**
 * What cannot be differentiated is refused, not answered with zeros: integers, results that are integers, async functions.
 */
import test from 'ava'
import {
  checkpoint,
  customGradient,
  GradientError,
  grad,
  gradcheck,
  gradgradcheck,
  grads,
  hessian,
  hvp,
  jacobian,
  jvp,
  noGrad,
  OptionError,
  SAM,
  SGD,
  sparseCategoricalCrossentropy,
  type Tensor,
  type TensorLike,
  tensor,
  tidy,
  valueAndGrad,
  variable,
  vectorize,
  vjp,
  zerosLike,
} from '../../../src/index.js'

type F = (...xs: Tensor[]) => Tensor

/** Every derivative of f with respect to x; more arguments follow it. */
const derivatives: Record<string, (f: F, x: TensorLike, ...more: TensorLike[]) => unknown> = {
  grad: (f, ...xs) => grad(f)(...xs),
  grads: (f, ...xs) => grads(f)(...xs),
  valueAndGrad: (f, ...xs) => valueAndGrad(f)(...xs),
  vjp: (f, ...xs) => vjp(f, ...xs)[1](1),
  jvp: (f, ...xs) =>
    jvp(
      f,
      xs,
      xs.map((x) => zerosLike(tensor(x))),
    ),
  jacobian: (f, ...xs) => jacobian(f)(...xs),
  hessian: (f, ...xs) => hessian(f)(...xs),
  hvp: (f, x) => hvp(f, x, zerosLike(tensor(x))),
  gradcheck: (f, ...xs) => gradcheck(f, xs),
  gradgradcheck: (f, ...xs) => gradgradcheck(f, xs),
}

const integers: [string, TensorLike][] = [
  ['int32', tensor([1, 2], { dtype: 'int32' })],
  ['int32', new Int32Array([1, 2])],
  ['int32', tensor([], { shape: [0], dtype: 'int32' })],
  ['bool', [true, false]],
]

/** A scalar of the dtype of x, which jacobian and hessian take as well. */
const half: F = (x) => x.cast('float32').mul(0.5).square().sum()

for (const [name, derivative] of Object.entries(derivatives)) {
  test(`${name} with respect to int32 and bool is an error that names the dtype`, (t) => {
    for (const [dtype, x] of integers) {
      t.throws(() => derivative(half, x), {
        instanceOf: GradientError,
        message: new RegExp(`^${name}: the argument is ${dtype}, and derivatives exist only with respect to floats\\.`),
      })
    }
  })

  test(`${name} of an integer or bool result is an error that names the dtype`, (t) => {
    const results: [string, F][] = [
      ['int32', (x) => x.argMax()],
      ['int32', (x) => x.sum().cast('int32')],
      ['int32', (x) => x.countNonzero()],
      ['bool', (x) => x.sum().greater(0)],
      ['bool', (x) => x.isNaN().any()],
    ]
    for (const [dtype, f] of results) {
      t.throws(() => derivative(f, [1, 2]), {
        instanceOf: GradientError,
        message: new RegExp(`: the function returned ${dtype}, and only floats have derivatives\\.`),
      })
    }
  })

  test(`${name} of an async function, or of a generator, is an error`, (t) => {
    t.throws(() => derivative((async (x: Tensor) => x.sum()) as never, [1, 2]), {
      instanceOf: OptionError,
      message: /: the function is async \(it returned a promise\)/,
    })
    const generator = function* (x: Tensor) {
      yield x.sum()
    }
    t.throws(() => derivative(generator as never, [1, 2]), {
      instanceOf: OptionError,
      message: /: the function is async \(it returned a generator\)/,
    })
  })

  test(`${name} of floats that do not depend on the argument is 0`, (t) => {
    const result = derivative(() => tensor(3), [1, 2])
    const numbers = [result].flat(2).filter((y) => typeof y === 'object') as Tensor[]
    if (name === 'valueAndGrad' || name === 'jvp') numbers.shift() // the value
    t.true(numbers.every((y) => y.dataSync().every((v) => v === 0)))
  })
}

test('hessian and hvp name themselves', (t) => {
  t.throws(() => hessian((x) => x.argMax())([1, 2]), { message: /^hessian: / })
  t.throws(() => hvp((x) => x.argMax(), [1, 2], [1, 1]), { message: /^hvp: / })
  t.throws(() => hessian((x) => x)([1, 2]), { message: /^hessian: the function returned shape \[2\]/ })
  t.throws(() => grad(half)(), { instanceOf: GradientError, message: /^grad: the argument is missing/ })
})

test('integers beside an argument of floats stay: labels', (t) => {
  const labels = tensor([1, 0], { dtype: 'int32' })
  const logits = tensor([[1, 2], [3, 1]]) // biome-ignore format: as a matrix
  const loss: F = (x, y) => sparseCategoricalCrossentropy(y, x, { fromLogits: true })
  const want = grad((x) => loss(x, labels))(logits).toArray()
  t.deepEqual(grad(loss)(logits, labels).toArray(), want)
  t.deepEqual(valueAndGrad(loss)(logits, labels)[1].toArray(), want)
  t.deepEqual(grads(loss)(logits, labels)[0].toArray(), want)
  t.deepEqual(vjp(loss, logits, labels)[1](1)[0].toArray(), want)
  t.deepEqual(jacobian(loss)(logits, labels).toArray(), want)
  t.deepEqual(hessian(loss)(logits, labels).shape, [2, 2, 2, 2])
  t.true(gradcheck(loss, [logits, labels]))
  t.true(gradgradcheck(loss, [logits, labels]))
  t.is(jvp(loss, [logits, labels], [zerosLike(logits), zerosLike(labels)])[1].item(), 0)
  const first: F = (y, x) => loss(x, y)
  t.deepEqual(grads(first)(labels, logits)[1].toArray(), want)
  t.throws(() => grad(first)(labels, logits), { message: /^grad: the argument is int32/ })
  for (const step of [[1, 0], tensor([1, 0], { dtype: 'int32' })]) {
    t.throws(() => jvp(loss, [logits, labels], [zerosLike(logits), step]), {
      instanceOf: GradientError,
      message: /^jvp: argument 1 is int32, .* Its tangent must be zeros/,
    })
  }
})

test('backward from integers, and a checkpoint of them, are refused too', (t) => {
  const w = variable([1, 2])
  t.throws(() => w.argMax().backward(), {
    instanceOf: GradientError,
    message: /^backward: this tensor is int32, and only floats have gradients/,
  })
  const index = checkpoint((x) => x.argMax(), w)
  t.deepEqual([index.item(), index.requiresGrad], [1, false])
})

test('a hook that frees the graph that is being walked gives the error of a freed graph', (t) => {
  const freed = { instanceOf: GradientError, message: /^backward: this graph was walked already, and freed\./ }
  for (const hooked of ['first', 'second', 'third'] as const) {
    const w = variable([1, 2])
    const first = w.exp()
    const second = first.square()
    const third = second.add(first)
    const loss = third.sum()
    let calls = 0
    const values = { first, second, third }
    const remove = values[hooked].onGradient(() => {
      if (calls++ === 0) loss.backward()
    })
    t.throws(() => loss.backward(undefined, { retainGraph: true }), freed, hooked)
    remove()
    t.throws(() => loss.backward(), freed)
  }
})

test('a function that returns a promise is refused wherever its computations are watched', (t) => {
  const w = variable([1])
  const wait = (async (x: Tensor = w) => x.square().sum()) as never as F
  // biome-ignore lint/suspicious/noThenProperty: what is refused
  const thenable = (() => ({ then: () => {} })) as never as F
  const later: Record<string, F> = {
    'a promise': wait,
    'a thenable': thenable,
    'an array of promises': ((x: Tensor) => [wait(x), wait(x)]) as never,
    'promises beside a result': ((x: Tensor) => ({ loss: x.sum(), parts: [{ wait: wait(x) }] })) as never,
    'a map of promises': ((x: Tensor) => new Map([['loss', wait(x)]])) as never,
    'a set of promises': ((x: Tensor) => new Set([wait(x)])) as never,
    'a generator': function* (x: Tensor) {
      yield x.square().sum()
    } as never,
    'an async generator': async function* (x: Tensor) {
      yield x.square().sum()
    } as never,
    'an array of generators': ((x: Tensor) => [
      (function* () {
        yield x.square()
      })(),
    ]) as never,
    'an iterator': ((x: Tensor) => ({ next: () => ({ value: x.square() }), [Symbol.iterator]: () => null })) as never,
  }
  const places: Record<string, (f: F) => unknown> = {
    noGrad: (f) => noGrad(() => f(w)),
    tidy: (f) => tidy(() => f(w)),
    checkpoint: (f) => checkpoint(f, w),
    'checkpoint, not recording': (f) => noGrad(() => checkpoint(f, [1])),
    customGradient: (f) => customGradient(f, (g) => g)(w),
    "customGradient's rule": (f) => customGradient((x) => x.square(), f as never)(w).backward(),
    vectorize: (f) => vectorize(f)([[1], [2]]),
    minimize: (f) => new SGD().minimize(() => f(w), [w]),
    'minimize of SAM': (f) => new SAM(new SGD()).minimize(() => f(w), [w]),
  }
  for (const [name, place] of Object.entries(places)) {
    for (const [kind, f] of Object.entries(later)) {
      t.throws(
        () => place(f),
        { instanceOf: OptionError, message: /: the function is async \(it returned / },
        `${name} ${kind}`,
      )
    }
  }
  t.deepEqual(w.toArray(), [1])
  t.true(w.square().requiresGrad, 'recording is on again')
  const cyclic: unknown[] = [w]
  cyclic.push(cyclic)
  const done = [
    undefined,
    null,
    3,
    w,
    [w, w],
    { a: w },
    new Map([['a', w]]).values(),
    [1, 2].entries(),
    cyclic,
    () => w,
  ]
  for (const result of done) {
    t.is(noGrad(() => result), result) // biome-ignore format: short
    t.is(tidy(() => result), result) // biome-ignore format: short
  }
})
