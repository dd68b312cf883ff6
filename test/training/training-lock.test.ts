/**
 * A model is trained by one `fit` at a time.
 */
import test from 'ava'
import { type Callback, Dense, type Model, OptionError, randomNormal, Sequential, SGD } from '../../src/index.js'

const x = randomNormal([64, 2], { seed: 1 })
const y = x.sum(1, { keepDims: true })
const options = { epochs: 3, batchSize: 8, seed: 1 }

function make(layers = [new Dense(3, { seed: 1 }), new Dense(1, { seed: 2 })]): Sequential {
  return new Sequential(layers, { name: 'm' }).compile({
    optimizer: new SGD({ learningRate: 0.01 }),
    loss: 'meanSquaredError',
  })
}

const error = (op: string) => ({
  instanceOf: OptionError,
  message: new RegExp(`^${op}: the model m is being trained by fit already\\. Wait for it first`),
})
const numbers = (model: Model) => model.variables.map((v) => v.toArray())

/** Starts a training in a timer of `fit`, which gives way only now and then. */
const later = () => new Promise((resolve) => setTimeout(resolve))

test('a second fit, or a step from outside, is an error, and the first training is as if alone', async (t) => {
  const alone = make()
  const { history } = await alone.fit(x, y, options)

  const model = make()
  const slow: Callback = { onBatchEnd: async () => void (await later()) }
  const first = model.fit(x, y, { ...options, callbacks: [slow] })
  await t.throwsAsync(model.fit(x, y, options), error('fit'), 'at once')
  await later()
  await t.throwsAsync(model.fit(x, y, options), error('fit'), 'in the middle')
  t.throws(() => model.trainOnBatch(x, y), error('trainOnBatch'))
  await t.throwsAsync(model.trainOnBatchAsync(x, y), error('trainOnBatch(Async)?'))
  t.notThrows(() => model.evaluate(x, y))
  t.notThrows(() => model.predict(x))
  t.deepEqual((await first).history, history)
  t.deepEqual(numbers(model), numbers(alone))
  await t.notThrowsAsync(model.fit(x, y, options))
  t.notThrows(() => model.trainOnBatch(x, y))
})

test('callbacks evaluate and predict, but do not train their own model', async (t) => {
  const [model, other] = [make(), make([new Dense(1)])]
  const seen: string[] = []
  const callback: Callback = {
    async onEpochEnd(epoch, _logs, m) {
      m.evaluate(x, y)
      m.predict(x)
      m.setWeights(m.getWeights())
      m.optimizer.learningRate /= 2
      other.trainOnBatch(x, y)
      if (epoch > 0) return
      t.throws(() => m.trainOnBatch(x, y), error('trainOnBatch'))
      await t.throwsAsync(m.fit(x, y), error('fit'))
      seen.push('all')
    },
  }
  await model.fit(x, y, { ...options, callbacks: [callback] })
  t.deepEqual(seen, ['all'])
})

test('compile during a training is an error, from outside and in callbacks', async (t) => {
  const model = make()
  const again = () => model.compile({ optimizer: new SGD(), loss: 'meanAbsoluteError' })
  const callback: Callback = {
    onBatchEnd: async () => void (await later()),
    onEpochEnd: () => void t.throws(again, error('compile')),
  }
  const training = model.fit(x, y, { ...options, callbacks: [callback] })
  await later()
  t.throws(again, error('compile'))
  await training
  t.notThrows(again)
})

const optimizerOf = (model: Model) => model.optimizer as unknown as SGD

const steps: Record<string, (model: Model) => unknown> = {
  minimize: (m) => optimizerOf(m).minimize(() => m.apply(x).square().mean(), m.trainableVariables),
  apply: (m) => m.optimizer.apply(m.trainableVariables, m.trainableVariables),
  step(m) {
    m.apply(x).square().mean().backward()
    optimizerOf(m).step(m.trainableVariables)
  },
}

for (const [name, step] of Object.entries(steps)) {
  test(`${name} of the model's own optimizer during fit is an error, in the first epoch and after the last step`, async (t) => {
    for (const epochs of [1, 3]) {
      const model = make()
      let done = false
      const callback: Callback = {
        onEpochEnd: () => {
          if (!done) step(model)
          done = true
        },
      }
      await t.throwsAsync(model.fit(x, y, { ...options, epochs, callbacks: [callback] }), {
        instanceOf: OptionError,
        message: /^fit: the optimizer of the model m was used while fit trains: it made 9 updates, fit only 8\. Wait/,
      })
      await t.notThrowsAsync(model.fit(x, y, options), 'afterwards it trains again')
    }
  })
}

test('during fit, other optimizers may step, and an earlier state may come back', async (t) => {
  const [model, other] = [make(), make()]
  other.apply(x)
  let state: ReturnType<typeof model.optimizer.exportState> | undefined
  const callback: Callback = {
    onEpochEnd(_epoch, _logs, m) {
      steps.minimize(other)
      state ??= m.optimizer.exportState()
      m.optimizer.importState(state)
    },
  }
  await t.notThrowsAsync(model.fit(x, y, { ...options, callbacks: [callback] }))
  t.is(model.optimizer.iterations, 8)
})

const endings: Record<string, (model: Model) => Promise<unknown>> = {
  'a wrong option': (m) => m.fit(x, y, { epochs: -1 }),
  'wrong data': (m) => m.fit(x, y.slice([[0, 3]])),
  'a loss that is not finite': (m) => m.fit(x, y.mul(1e30), { epochs: 3 }),
  'a callback that throws': (m) =>
    m.fit(x, y, {
      callbacks: [
        {
          onBatchEnd() {
            throw new Error('stop')
          },
        },
      ],
    }),
  'a layer that throws': (m) =>
    m.fit(
      x.slice([
        [0, 64],
        [0, 1],
      ]),
      y,
    ),
}

for (const [name, train] of Object.entries(endings)) {
  test(`after ${name} the model can be trained again`, async (t) => {
    const model = make([new Dense(1, { inputShape: [2] })])
    await t.throwsAsync(train(model))
    await t.notThrowsAsync(model.fit(x, y, options))
    t.notThrows(() => model.trainOnBatch(x, y))
  })
}

test('after a training that was stopped the model can be trained again', async (t) => {
  const model = make()
  const stop: Callback = {
    onBatchEnd(_batch, _logs, m) {
      m.stopTraining = true
    },
  }
  await model.fit(x, y, { ...options, callbacks: [stop] })
  const { epoch } = await model.fit(x, y, options)
  t.is(epoch.length, 3)
})

test('two models may be trained at a time, unless both train the same variables', async (t) => {
  const base = () => new Dense(3, { name: 'base' })
  const models = (shared: Dense) =>
    ['a', 'b'].map((name) =>
      new Sequential([shared, new Dense(1)], { name }).compile({ optimizer: new SGD(), loss: 'meanSquaredError' }),
    )
  const slow: Callback = { onBatchEnd: async () => void (await later()) }
  const [a, b] = models(base())
  const first = a.fit(x, y, { ...options, callbacks: [slow] })
  await later()
  const shared = {
    instanceOf: OptionError,
    message: /^fit: the variable a\/base\/kernel of the model b is being trained with the model a already\. Wait/,
  }
  await t.throwsAsync(b.fit(x, y, options), shared, 'b is built by its first step')
  await t.throwsAsync(b.fit(x, y, options), shared, 'b is built')
  t.notThrows(() => b.trainOnBatch(x, y), 'a step by hand is one at a time')
  await first
  await t.notThrowsAsync(b.fit(x, y, options), 'one after the other')
  await t.notThrowsAsync(Promise.all([make().fit(x, y, options), make().fit(x, y, options)]))
  const frozen = base()
  frozen.trainable = false
  await t.notThrowsAsync(Promise.all(models(frozen).map((m) => m.fit(x, y, { ...options, callbacks: [slow] }))))
})
