/**
 * Checks of the optimizers that Keras does not have, of the wrappers, and of what looks at numbers on the way: on the GPU they do what they do
 * on the CPU in float64, also where numbers come later.
 */
import {
  AdaBelief,
  Adafactor,
  Adam,
  AdamW,
  type AnyOptimizer,
  Dense,
  type DType,
  Lamb,
  LBFGS,
  Lookahead,
  LossScaleOptimizer,
  MultiOptimizer,
  makeSpirals,
  RAdam,
  SAM,
  Sequential,
  SGD,
  setBackend,
  setSeed,
  tensor,
  tidy,
  type Variable,
  variable,
} from '../../src/index.js'
import { equal, near, ok, throws } from './assert.js'
import type { Check, Checks } from './suite.js'

const family: Readonly<Record<string, () => AnyOptimizer>> = {
  RAdam: () => new RAdam({ learningRate: 0.1, beta2: 0.9 }),
  AdaBelief: () => new AdaBelief({ learningRate: 0.1 }),
  Lookahead: () => new Lookahead(new SGD({ learningRate: 0.05 }), { syncPeriod: 2 }),
  SAM: () => new SAM(new Adam({ learningRate: 0.1 }), { rho: 0.3 }),
  LBFGS: () => new LBFGS({ maxIterations: 2 }),
  'LBFGS, many iterations': () => new LBFGS(),
  LossScaleOptimizer: () => new LossScaleOptimizer(new Adam({ learningRate: 0.1 }), { dynamicGrowthSteps: 2 }),
  'Lookahead around LossScaleOptimizer': () =>
    new Lookahead(new LossScaleOptimizer(new SGD({ learningRate: 0.05 })), { syncPeriod: 2 }),
  MultiOptimizer: () =>
    new MultiOptimizer((v) => (v.rank > 1 ? new Lamb({ learningRate: 0.1 }) : new Adafactor({ learningRate: 0.1 }))),
}

/** Where an optimizer takes two variables in six steps. */
async function walk(optimizer: AnyOptimizer, dtype: DType): Promise<Variable[]> {
  const w = [variable([1, -2, 3], { dtype }), variable([[0.5, 4]], { dtype })]
  const bowl = () => w[0].square().sum().add(w[1].sub(1).square().mul(2).sum()).add(w[0].sin().sum())
  for (let i = 0; i < 6; i++) await optimizer.minimizeAsync(bowl, w)
  return w
}

/** Runs something on the CPU, and comes back. */
async function onCpu<T>(api: Parameters<Check>[0], run: () => T): Promise<Awaited<T>> {
  await setBackend('cpu')
  const result = await run()
  await setBackend('gpu', { allowSoftware: true, api })
  return result
}

export const checks: Checks = {
  'the optimizers beyond Keras, and the wrappers, go where the CPU goes, within 1e-4': async (api) => {
    for (const [name, make] of Object.entries(family)) {
      const want = await onCpu(api, async () => (await walk(make(), 'float64')).map((w) => w.dataSync()))
      for (const [i, w] of (await walk(make(), 'float32')).entries()) await near(w, want[i], 1e-4, name)
    }
  },

  'a loss scale leaves steps that are not finite out': async () => {
    const w = variable([1, 2])
    const optimizer = new LossScaleOptimizer(new SGD({ learningRate: 0.5 }), { initialScale: 4 })
    await optimizer.applyAsync([tensor([4, 1]).div(0)], [w])
    equal([optimizer.scale, optimizer.iterations], [2, 0])
    await near(w, [1, 2], 0)
    await optimizer.applyAsync([tensor([1, 2]).mul(2)], [w])
    equal([optimizer.scale, optimizer.iterations], [2, 1])
    await near(w, [0.5, 1], 1e-6)
  },

  'a batch by hand, evaluate and predict, with data computed on the GPU': async (api) => {
    const run = async () => {
      setSeed(2)
      const model = new Sequential([new Dense(6, { activation: 'tanh' }), new Dense(3)])
      const optimizer = new LossScaleOptimizer(new AdamW({ learningRate: 0.05 }), { initialScale: 8 })
      model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
      const spirals = makeSpirals({ samples: 60, classes: 3, seed: 1 })
      const x = tensor(spirals.x).mul(2)
      const y = tensor(spirals.y, { dtype: 'int32' })
      const logs = []
      for (let i = 0; i < 5; i++) logs.push(await model.trainOnBatchAsync(x, y))
      logs.push(await model.evaluateAsync(x.mul(1), y, { batchSize: 25 }))
      const outputs = await model.predict(x.mul(0.5), { batchSize: 25 }).data()
      const { history } = await model.fit(x.mul(1), y, { epochs: 2, batchSize: 20, seed: 1 })
      return [...logs.flatMap((l) => [l.loss, l.accuracy]), ...outputs, ...history.loss]
    }
    const want = await onCpu(api, run)
    const got = await run()
    ok(got.length === want.length && want.length > 100, `${got.length} numbers`)
    await near(tensor(got), want, 1e-4)
  },

  'what cannot wait on WebGPU names the form that can': async (api) => {
    if (api !== 'webgpu') return
    const model = new Sequential([new Dense(1)])
    model.compile({ optimizer: new SGD(), loss: 'meanSquaredError' })
    await throws(() => model.trainOnBatch([[1]], [[2]]), /await.*Async/)
    await throws(() => model.evaluate([[1]], [[2]]), /Async/)
    const w = variable([1, 2])
    await throws(() => new LBFGS().minimize(() => w.square().sum(), [w]), /Async/)
    await near(w, [1, 2], 0)
  },

  'a state exported on the GPU goes on where it was': async () => {
    const [a, b] = [variable([1, -2]), variable([1, -2])]
    const make = () => new Lookahead(new Adam({ learningRate: 0.1, useEma: true }), { syncPeriod: 2 })
    const [first, second] = [make(), make()]
    const step = (optimizer: AnyOptimizer, w: Variable) => optimizer.minimizeAsync(() => w.square().sum(), [w])
    for (let i = 0; i < 3; i++) await step(first, a)
    b.assign(a.detach())
    second.build([b])
    await second.importStateAsync(await first.exportStateAsync())
    for (let i = 0; i < 3; i++) {
      await step(first, a)
      await step(second, b)
    }
    await near(b, await a.data(), 0)
  },

  'what a step did can be explained': async (api) => {
    const run = async (dtype: DType) => {
      const w = variable([3, 4], { dtype, name: 'w' })
      const optimizer = new AdamW({ learningRate: 0.1, clipnorm: 1, useEma: true })
      const step = () => tidy(() => optimizer.apply([tensor([0, 2], { dtype })], [w]))
      step()
      await optimizer.explainAsync().catch(() => {})
      step()
      const [report] = (await optimizer.explainAsync()).variables
      return Object.values(report).filter((x) => typeof x === 'number') as number[]
    }
    const want = await onCpu(api, () => run('float64'))
    const got = await run('float32')
    equal(got.length, 11)
    await near(tensor(got), want, 1e-5)
  },

  'sparse gradients change what dense ones change, also with indices computed on the GPU': async (api) => {
    for (const make of [() => new SGD({ learningRate: 0.1 }), () => new Adam({ learningRate: 0.1, clipnorm: 1 })]) {
      const run = async (dtype: DType) => {
        const table = variable(
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          { dtype },
        )
        const optimizer = make()
        for (const rows of [
          [0, 2, 0],
          [1, -1, 1],
        ]) {
          const indices = tensor(rows).mul(1).cast('int32')
          await optimizer.minimizeAsync(() => table.gather(indices).square().sum(), [table])
        }
        return table
      }
      const want = await onCpu(api, async () => (await run('float64')).dataSync())
      await near(await run('float32'), want, 1e-4)
    }
  },

  'an index computed on the GPU that does not exist is not overlooked': async (api) => {
    if (api !== 'webgpu') return
    const [good, ...bad] = await tensor([1, 2])
      .gather(tensor([1, 2, -3]).mul(1).cast('int32'))
      .data()
    equal(good, 2)
    ok(bad.every(Number.isNaN), `${bad}`)
    const added = tensor([1, 2]).scatterAdd(tensor([2]).mul(1).cast('int32'), [5])
    ok([...(await added.data())].every(Number.isNaN), 'scatterAdd')
  },
}
