/**
 * Calling layers: what reaches the layers inside, what may be passed in, and what must come out.
 */
import test from 'ava'
import {
  Activation,
  Dense,
  Dropout,
  Flatten,
  Layer,
  Model,
  NablaError,
  ones,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js'

/** Half of its inputs are dropped in training. */
class Dropping extends Model {
  dropout = new Dropout(0.5, { seed: 1 })
  out = new Dense(1, { kernelInitializer: 'ones' })
  override call(x: Tensor): Tensor {
    return this.out.apply(this.dropout.apply(x))
  }
}

/** A layer that writes down how it was called. */
class Watching extends Layer {
  readonly seen: unknown[] = []
  override call(x: Tensor, options?: { training?: boolean }): Tensor {
    this.seen.push(options?.training)
    return x
  }
}

const lossesOf = (model: Model, x: Tensor) => {
  model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: (_, p) => p.square().mean() })
  return [model.trainOnBatch(x, zeros([x.shape[0], 1])).loss, model.evaluate(x, zeros([x.shape[0], 1])).loss]
}

test('dropout inside a custom model drops in training, and only there', async (t) => {
  const x = ones([4, 100])
  for (const model of [new Dropping(), new Sequential([new Dropping()])]) {
    const [training, evaluation] = lossesOf(model, x)
    t.is(evaluation, 10_000)
    t.not(training, 10_000)
    t.is(model.predict(x).mean().item(), 100)
    const { history } = await model.fit(x, zeros([4, 1]), { validationData: [x, zeros([4, 1])] })
    t.not(history.loss[0], 10_000)
    t.is(history.val_loss[0], 10_000)
    t.true(model.apply(x).sub(100).abs().max().item() === 0)
    t.false(model.apply(x, { training: true }).sub(100).abs().max().item() === 0)
  }
})

test('layers inside have the options of the call around them unless they are given others', (t) => {
  class Middle extends Layer {
    readonly inner = new Watching()
    readonly off = new Sequential([new Watching()])
    readonly lambda: Activation
    constructor() {
      super()
      this.lambda = new Activation((x) => this.inner.apply(x))
    }
    override call(x: Tensor): Tensor {
      const y = this.lambda.apply(this.inner.apply(x))
      return this.inner.apply(this.off.apply(y, { training: false }))
    }
  }
  const middle = new Middle()
  const off = middle.off.layers[0] as Watching
  middle.apply(ones([1, 2]), { training: true })
  t.deepEqual(middle.inner.seen.splice(0), [true, true, true])
  t.deepEqual(off.seen.splice(0), [false])
  middle.apply(ones([1, 2]))
  t.deepEqual(middle.inner.seen.splice(0), [false, false, false])
  middle.apply(ones([1, 2]), {})
  t.deepEqual(middle.inner.seen.splice(0), [false, false, false])
})

test('an error in a call leaves no training behind', (t) => {
  class Failing extends Layer {
    readonly inner = new Watching()
    override call(x: Tensor): Tensor {
      this.inner.apply(x)
      return x.matmul(ones([7, 7]))
    }
  }
  const failing = new Failing()
  t.throws(() => failing.apply(ones([1, 2]), { training: true }), { message: /inner sizes differ/ })
  failing.inner.apply(ones([1, 2]))
  t.deepEqual(failing.inner.seen, [true, false])
})

test('predict, evaluate and finding out a shape are no training, even inside of a call in training', (t) => {
  const watching = new Watching()
  class Teacher extends Model {
    watching = watching
    override call(x: Tensor): Tensor {
      return this.watching.apply(x)
    }
  }
  class Student extends Model {
    teacher = new Teacher()
    override call(x: Tensor): Tensor {
      return x.sub(this.teacher.predict(x))
    }
  }
  new Student().apply(ones([1, 2]), { training: true })
  t.deepEqual(watching.seen.splice(0), [false])

  const inner = new Watching()
  class Block extends Layer {
    inner = inner
    override call(x: Tensor): Tensor {
      return this.inner.apply(x)
    }
  }
  new Sequential([new Block(), new Dense(1)]).apply(ones([1, 2]), { training: true })
  t.deepEqual(inner.seen, [false, true])
})

test('options that are not known are errors', (t) => {
  const layer = new Dropout(0.5, { name: 'drop' })
  for (const [options, message] of [
    [true, /^drop\.apply: options must be an object, received true/],
    [{ trainig: true }, /^drop\.apply: unknown option trainig\. Did you mean training\?/],
    [{ training: 'yes' }, /^drop\.apply: training must be true or false, received "yes"/],
  ] as const)
    t.throws(() => layer.apply(ones([2]), options as never), { instanceOf: NablaError, message })
  t.deepEqual(layer.apply(ones([2])).toArray(), [1, 1])
})

test('arrays may be passed to a layer, and have the dtype of its weights', (t) => {
  const layer = new Dense(1, { kernelInitializer: 'ones' })
  t.deepEqual(layer.apply([[1, 2]]).toArray(), [[3]])
  t.deepEqual(new Sequential([layer]).apply([Float32Array.of(1, 2)] as never).toArray(), [[3]])
  t.deepEqual(new Activation('relu').apply([-1, 2]).toArray(), [0, 2])
  const exact = new Dense(1, {
    kernelInitializer: (shape) => ones(shape, { dtype: 'float64' }),
    biasInitializer: (shape) => zeros(shape, { dtype: 'float64' }),
    inputShape: [1],
  })
  exact.buildFor([1])
  t.deepEqual(exact.apply([[0.1]]).toArray(), [[0.1]])
  class Inside extends Layer {
    inner = exact
    override call(x: Tensor): Tensor {
      return x.add(this.inner.apply([[0.2]]))
    }
  }
  t.deepEqual(new Inside().apply(zeros([1, 1], { dtype: 'float64' })).toArray(), [[0.2]])
  for (const [x, message] of [
    [[[1], [1, 2]], /^tensor: /],
    ['text', /^tensor: .*text/],
    [undefined, /^tensor: /],
    [JSON.parse(JSON.stringify(tensor([1]))), /^sum: apply takes a tensor or arrays, received what JSON/],
  ] as const)
    t.throws(() => new Activation('relu', { name: 'sum' }).apply(x as never), { instanceOf: NablaError, message })
})

test('what call returns must be a tensor', async (t) => {
  class Odd extends Model {
    readonly result: (x: Tensor) => unknown
    constructor(result: (x: Tensor) => unknown) {
      super({ name: 'odd' })
      this.result = result
    }
    override call(x: Tensor): Tensor {
      return this.result(x) as Tensor
    }
  }
  for (const [result, message] of [
    [async (x: Tensor) => x, 'odd: call returned a promise. It must return a tensor: leave out async and await.'],
    [() => undefined, 'odd: call returned undefined. Return the output tensor.'],
    [() => null, 'odd: call returned null. Return a tensor.'],
    [(x: Tensor) => x.toArray(), 'odd: call returned an array. Return a tensor, or an array of tensors.'],
    [() => 3, 'odd: call returned 3. Return a tensor.'],
    [() => ({}), 'odd: call returned an object. Return a tensor.'],
  ] as const) {
    t.throws(() => new Odd(result).apply(ones([1, 2])), { instanceOf: NablaError, message })
    const model = new Odd(result).compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
    await t.throwsAsync(model.fit([[1]], [[1]]), { instanceOf: NablaError, message })
    t.throws(() => model.predict([[1]]), { instanceOf: NablaError, message })
  }
})

test('what an activation returns must be a tensor', (t) => {
  for (const make of [
    (f: (x: Tensor) => Tensor) => new Activation(f),
    (f: (x: Tensor) => Tensor) => new Dense(2, { activation: f }),
  ])
    for (const x of [ones([1, 2]), ones([1, 2, 3])]) {
      t.throws(() => make((async (x: Tensor) => x) as never).apply(x), {
        instanceOf: NablaError,
        message: /^\w+: the activation custom returned a promise\. It must return a tensor: leave out async/,
      })
      t.throws(() => make((() => {}) as never).apply(x), { message: /the activation custom returned undefined/ })
    }
})

test('a class without call is an error that says so, with a hint for forward', (t) => {
  class Torch extends (Layer as unknown as typeof Watching) {
    forward(x: Tensor): Tensor {
      return x
    }
  }
  class Nothing extends (Layer as unknown as typeof Watching) {}
  t.throws(() => new Torch().apply(ones([1])), {
    instanceOf: NablaError,
    message: /^torch\w*: the class has no method call\. Rename forward to call\.$/,
  })
  t.throws(() => new Nothing().apply(ones([1])), { message: /no method call\. Define call\(x\)/ })
  const arrow = Object.assign(new Nothing(), { call: (x: Tensor) => x })
  t.notThrows(() => arrow.apply(ones([1])), 'a field may be the function')
})

test('layers that call each other in a circle are an error, not an overflow', (t) => {
  class Ring extends Layer {
    other: Layer = this
    depth = 0
    override call(x: Tensor): Tensor {
      return this.depth-- > 0 ? this.other.apply(x) : x
    }
  }
  const [a, b] = [new Ring({ name: 'a' }), new Ring({ name: 'b' })]
  a.other = b
  b.other = a
  a.depth = b.depth = 100
  t.deepEqual(a.apply([1]).toArray(), [1], 'a recursion that ends is fine')
  a.depth = b.depth = Infinity
  t.throws(() => a.apply([1]), {
    instanceOf: NablaError,
    message: /^[ab]: call calls the layer itself, 250 calls deep/,
  })
  a.depth = b.depth = 100
  t.notThrows(() => a.apply([1]))
})

test('batches may be empty, and numbers that are not finite pass', (t) => {
  const layers = {
    Dense: new Dense(2),
    Dropout: new Dropout(0.5),
    Flatten: new Flatten(),
    tanh: new Activation('tanh'),
  }
  for (const [name, layer] of Object.entries(layers)) {
    t.deepEqual(layer.apply(zeros([0, 3]), { training: true }).shape, [0, name === 'Dense' ? 2 : 3])
    t.true(Number.isNaN(layer.apply([[NaN, Infinity, 1]]).dataSync()[0]))
  }
})

test('holes in arrays are not counted as layers, nor do they shift names', (t) => {
  class Sparse extends Layer {
    list: Layer[] = []
    override call(x: Tensor): Tensor {
      return this.list[5].apply(x)
    }
  }
  const sparse = new Sparse({ name: 'sparse' })
  sparse.list[5] = new Dense(1)
  sparse.apply([[1]])
  t.deepEqual(
    sparse.variables.map((v) => v.path),
    ['sparse/list/5/kernel', 'sparse/list/5/bias'],
  )
})
