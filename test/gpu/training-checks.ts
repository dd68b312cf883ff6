/**
 * Checks of training: optimizers along Keras's numbers, fit against the CPU, what happens when something goes wrong.
 */
import {
  Adam,
  AdamW,
  Dense,
  Dropout,
  Lookahead,
  LossScaleOptimizer,
  makeSpirals,
  nonNeg,
  Sequential,
  SGD,
  setBackend,
  setSeed,
  tensor,
  variable,
} from '../../src/index.js'
import { flat, type Json, make, makeVariable, quietly, toTensor } from '../optim/golden-program.js'
import { near, ok, throws } from './assert.js'
import type { Check, Checks } from './suite.js'

/** One trajectory of Keras in float32; every number within 1e-4. */
async function follow(c: Json): Promise<void> {
  const optimizer = make(c.optimizer, c.config)
  const variables = c.variables.map((spec: Json) => makeVariable(spec, 'float32'))
  for (const [k, gradients] of c.gradients.entries()) {
    const tensors = gradients.map((g: Json) => (g === null ? null : toTensor(g, 'float32')))
    quietly(() => optimizer.apply(tensors, variables))
    for (const { after_step, x } of c.expected) {
      if (after_step !== k + 1 || !x) continue
      for (const [i, want] of x.entries()) await near(variables[i], flat(want), 1e-4, `${c.id} step ${k + 1}`)
    }
  }
}

const trajectories: Check = async (_, { golden }) => {
  const chosen = golden.observed.filter((c: Json) => c.form === 'trajectory')
  const classes = new Set(chosen.map((c: Json) => c.optimizer))
  ok(classes.size === 14, `trajectories of ${[...classes]}`)
  const errors: string[] = []
  for (const c of chosen) await follow(c).catch((error) => errors.push(`${c.id}: ${error.message ?? error}`))
  ok(errors.length === 0, errors.join('\n'))
}

/** The losses of a training on the current back end. */
async function losses(data: { x: number[][]; y: number[] }, epochs: number, layers: number): Promise<number[]> {
  setSeed(3)
  const hidden = Array.from({ length: layers }, () => new Dense(16, { activation: 'relu' }))
  const model = new Sequential([...hidden, new Dropout(0.1), new Dense(10)])
  model.compile({
    optimizer: new AdamW({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  const y = tensor(data.y, { dtype: 'int32' })
  const { history } = await model.fit(tensor(data.x), y, { epochs, batchSize: 32, validationSplit: 0.2, seed: 5 })
  return [...history.loss, ...history.val_loss, ...history.val_accuracy]
}

async function sameCurve(
  api: Parameters<Check>[0],
  data: { x: number[][]; y: number[] },
  epochs: number,
  layers: number,
) {
  const got = await losses(data, epochs, layers)
  await setBackend('cpu')
  const want = await losses(data, epochs, layers)
  await setBackend('gpu', { allowSoftware: true, api })
  ok(got.length === want.length && want.length === 3 * epochs, `${got.length} numbers`)
  for (let i = 0; i < want.length; i++) ok(Math.abs(got[i] - want[i]) < 1e-3, `${i}: ${got} instead of ${want}`)
}

export const checks: Checks = {
  "every optimizer goes where Keras's goes, within 1e-4": trajectories,

  'clipping by norms, with a loss scale and accumulation, gives the numbers of the CPU': async (api) => {
    const run = (dtype: 'float32' | 'float64', options: object) => {
      const [a, b] = [
        [1, -2, 3],
        [[0.5], [4]],
      ].map((value) => variable(value, { dtype }))
      const optimizer = new AdamW({ learningRate: 0.1, ...options })
      for (let i = 0; i < 6; i++) {
        const scale = i % 2 === 0 ? 3 : 0.1
        optimizer.apply([tensor([1, 2, -scale], { dtype }), tensor([[scale], [i]], { dtype })], [a, b])
      }
      return [a, b]
    }
    for (const options of [
      { clipnorm: 0.5 },
      { globalClipnorm: 1 },
      { globalClipnorm: 0.7, lossScaleFactor: 4 },
      { clipnorm: 0.7, gradientAccumulationSteps: 2 },
      { globalClipnorm: 0.7, gradientAccumulationSteps: 3, lossScaleFactor: 2 },
    ]) {
      await setBackend('cpu')
      const want = run('float64', options).map((w) => w.dataSync())
      await setBackend('gpu', { allowSoftware: true, api })
      for (const [i, w] of run('float32', options).entries()) await near(w, want[i], 1e-4, JSON.stringify(options))
    }
  },

  'gradients whose squares overflow are clipped to the right direction and length': async () => {
    for (const options of [{ clipnorm: 1 }, { globalClipnorm: 1 }, { globalClipnorm: 1, lossScaleFactor: 2 }]) {
      for (const size of [1e19, 5e37]) {
        const w = variable([0, 0])
        new SGD({ learningRate: 1, ...options }).apply([tensor([3 * size, 4 * size])], [w])
        await near(w, [-0.6, -0.8], 1e-5, `${JSON.stringify(options)} ${size}`)
      }
    }
    const w = variable([0, 0])
    new SGD({ learningRate: 1, clipnorm: 1e30 }).apply([tensor([3e20, 4e20])], [w])
    await near(w, [-3e20, -4e20])
  },

  'gradients that are too large to be squared are refused': async () => {
    const w = variable([1, 2], { name: 'w' })
    const adam = new Adam()
    await throws(() => adam.minimizeAsync(() => w.mul(1e20).sum(), [w]), /minimize: the gradient of w is too large/)
    w.mul(1e20).sum().backward()
    await throws(() => adam.stepAsync([w]), /step: the gradient of w is too large, up to 1e\+20/)
    await near(w, [1, 2], 0)
    await new SGD({ learningRate: 1e-20 }).minimizeAsync(() => w.mul(1e20).sum(), [w])
    await near(w, [0, 1])
  },

  'interpreted rules give the same numbers as fused ones': async () => {
    const run = (jitCompile: boolean) => {
      const w = variable([1, -2, 3])
      const optimizer = new Adam({ learningRate: 0.1, jitCompile })
      for (let i = 0; i < 3; i++) optimizer.apply([w.detach().mul(2)], [w])
      return w
    }
    await near(run(false), await run(true).data(), 1e-5)
  },

  'constraints hold after every step': async () => {
    const w = variable([0.1, 1], { constraint: nonNeg() })
    new SGD({ learningRate: 1 }).apply([tensor([1, 0.5])], [w])
    await near(w, [0, 0.5], 1e-6)
  },

  'fit follows the loss curve of the CPU within 1e-3: spirals': async (api) => {
    await sameCurve(api, makeSpirals({ samples: 200, seed: 1 }), 3, 2)
  },

  'fit follows the loss curve of the CPU within 1e-3: digits': async (api, { digits }) => {
    await sameCurve(api, digits, 1, 1)
  },

  'a NaN loss stops the training before the step': async () => {
    const model = new Sequential([new Dense(1)])
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }), loss: 'meanSquaredError' })
    const fit = model.fit(tensor([[1], [2]]), tensor([[1], [2]]), { epochs: 10, batchSize: 2 })
    await throws(() => fit, /the loss is/)
  },

  'a step during another one, or during fit, is an error where steps take time': async (api) => {
    const model = new Sequential([new Dense(1)])
    model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
    const step = () => model.trainOnBatchAsync([[1], [2]], [[1], [2]])
    const train = () => model.fit([[1], [2]], [[1], [2]])
    for (const first of api === 'webgpu' ? [step, train] : [train]) {
      const training = first()
      await throws(step, /is being trained by (fit|trainOnBatchAsync) already/)
      await throws(train, /is being trained by (fit|trainOnBatchAsync) already/)
      await training
    }
    await step()
    await train()
  },

  'gradients that are not finite stop the training before the step, and loss scales leave it out': async () => {
    const message = /kernel \(layer \w+\) is not finite, Infinity in 1 of 1 elements/
    for (const optimizer of [
      new Adam({ globalClipnorm: 1 }),
      new SGD({ clipvalue: 1, gradientAccumulationSteps: 2 }),
      new Lookahead(new Adam()),
    ]) {
      const model = new Sequential([new Dense(1, { kernelInitializer: 'zeros', activation: (x) => x.sqrt() })])
      model.compile({ optimizer, loss: (_, yPred) => yPred.sum() })
      await throws(() => model.fit(tensor([[1]]), tensor([[0]])), message)
      await near(model.variables[0], [0], 0)
      const w = variable([0], { name: 'w' })
      await throws(() => optimizer.minimizeAsync(() => w.sqrt().sum(), [w]), /of w is not finite/)
      w.sqrt().sum().backward()
      await throws(() => optimizer.stepAsync([w]), /of w is not finite/)
      await near(w, [0], 0)
      w.zeroGrad()
    }
    const w = variable([0])
    const scaled = new LossScaleOptimizer(new SGD(), { initialScale: 4 })
    await scaled.minimizeAsync(() => w.sqrt().sum(), [w])
    ok(scaled.scale === 2, `scale ${scaled.scale}`)
    await near(w, [0], 0)
  },

  'predict gives the numbers of the CPU': async (api) => {
    setSeed(1)
    const model = new Sequential([new Dense(5, { activation: 'tanh' }), new Dense(2)])
    const x = makeSpirals({ samples: 50, seed: 2 }).x
    const y = await model.predict(x, { batchSize: 16 }).data()
    await setBackend('cpu')
    const want = model.predict(x)
    await setBackend('gpu', { allowSoftware: true, api })
    await near(want, y, 1e-5)
  },
}
