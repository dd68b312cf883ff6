/**
 * Checks of memory and compilation: nothing grows, nothing is compiled twice, what is freed says so.
 */
import {
  Adam,
  Dense,
  grad,
  type IndexedSlices,
  memory,
  randomNormal,
  Sequential,
  type Tensor,
  tensor,
  tidy,
  variable,
} from '../../src/index.js'
import { equal, near, ok, throws } from './assert.js'
import type { Checks } from './suite.js'
import { watch } from './watch.js'

function tiny(): { model: Sequential; x: ReturnType<typeof randomNormal>; y: ReturnType<typeof randomNormal> } {
  const model = new Sequential([new Dense(4, { activation: 'tanh' }), new Dense(1)])
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'meanSquaredError' })
  return { model, x: randomNormal([8, 3], { seed: 1 }), y: randomNormal([8, 1], { seed: 2 }) }
}

/** Counts what the browser is asked for from now on. */
function countCalls() {
  let [reads, compilations] = [0, 0]
  const scope = globalThis as unknown as Record<string, { prototype: Record<string, unknown> } | undefined>
  const read = () => reads++
  const compile = () => compilations++
  const undo = [
    watch(scope.GPUBuffer?.prototype, 'mapAsync', read),
    watch(scope.WebGL2RenderingContext?.prototype, 'readPixels', read),
    watch(scope.GPUDevice?.prototype, 'createShaderModule', compile),
    watch(scope.WebGL2RenderingContext?.prototype, 'compileShader', compile),
  ]
  const stop = () => {
    for (const restore of undo) restore()
    return [reads, compilations]
  }
  return { reads: () => reads, compilations: () => compilations, stop }
}

export const checks: Checks = {
  '300 training steps leave the number of buffers as it was, and compile nothing': async () => {
    const { model, x, y } = tiny()
    // The weights come when the queue of the last step is done
    const settled = () => Promise.all(model.variables.map((w) => w.data()))
    await model.fit(x, y, { batchSize: 8, epochs: 5, shuffle: false })
    await settled()
    const before = memory()
    await model.fit(x, y, { batchSize: 8, epochs: 300, shuffle: false })
    await settled()
    equal(memory(), before, 'memory')
    ok(before.buffers < 40, `${before.buffers} buffers`)
  },

  'a training step reads once, and the browser compiles no shader for it, at other sizes neither': async (api) => {
    if (api === 'javascript') return
    const model = new Sequential([new Dense(4, { activation: 'tanh' }), new Dense(3)])
    model.compile({
      optimizer: new Adam({ learningRate: 0.01, globalClipnorm: 1 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    })
    const train = (batchSize: number, steps: number) => {
      const y = tensor(
        Array.from({ length: batchSize }, (_, i) => i % 3),
        { dtype: 'int32' },
      )
      return model.fit(randomNormal([batchSize, 5], { seed: 1 }), y, { batchSize, epochs: steps })
    }
    await train(8, 2)
    await Promise.all(model.variables.map((w) => w.data()))
    const counted = countCalls()
    await train(8, 10)
    equal([counted.reads(), counted.compilations()], [10, 0], 'reads and compilations in 10 steps')
    await train(12, 2)
    equal(counted.stop(), [12, 0], 'reads and compilations after 2 larger steps')
  },

  'a loop written by hand stays flat in tidy': async () => {
    const w = variable([1, 2, 3])
    const optimizer = new Adam({ learningRate: 0.1 })
    const step = () => {
      tidy(() => {
        w.zeroGrad()
        w.square().sum().backward()
        optimizer.step([w])
        w.zeroGrad()
      })
    }
    for (let i = 0; i < 3; i++) step()
    await w.data()
    const before = memory()
    for (let i = 0; i < 200; i++) step()
    await w.data()
    equal(memory(), before, 'memory')
  },

  'tidy keeps what its result holds and frees the rest': async () => {
    const before = memory().buffers
    let lost = tensor([0])
    const { kept } = tidy(() => {
      lost = tensor([1, 2]).mul(2)
      return { kept: [lost.add(1)] }
    })
    await near(kept[0], [3, 5], 0)
    equal(memory().buffers, before + 1, 'buffers')
    await throws(() => lost.data(), /freed/)
    await throws(() => tidy(async () => {}), /async/)
    const outer = tidy(() => tidy(() => tensor([1]).mul(5)).add(1))
    await near(outer, [6], 0)
    equal(memory().buffers, before + 2, 'buffers')
  },

  'a sparse gradient leaves tidy whole': async () => {
    const before = memory().buffers
    const make = () => {
      const sparse = grad((x: Tensor) =>
        x
          .gather(tensor([2, 0], { dtype: 'int32' }))
          .mul(3)
          .sum(),
      )
      return sparse(randomNormal([3, 2], { seed: 1 })) as IndexedSlices
    }
    const slices = tidy(make)
    await near(slices.values, [3, 3, 3, 3], 0)
    equal(memory().buffers, before + 2, 'buffers: its rows and their indices')
    await near(slices, [3, 3, 0, 0, 3, 3], 0)
    const read = tidy(() => {
      const g = make()
      g.buffer
      return g
    })
    await near(read, [3, 3, 0, 0, 3, 3], 0)
  },

  'tensors made from arrays outlive tidy, on the CPU side': async () => {
    let x = tensor([0])
    tidy(() => {
      x = tensor([1, 2, 3])
      return x.mul(2)
    })
    await near(x.mul(3), [3, 6, 9], 0)
  },

  'other shapes, scalars and sizes compile nothing': async () => {
    const f = (n: number, k: number) =>
      tensor(new Float32Array(n).fill(1))
        .mul(k)
        .add(tensor([1, 2]))
        .sum()
    await f(2, 3).data()
    await tensor([[1, 2]])
      .mul(3)
      .add(tensor([1, 2]))
      .matmul(tensor([[1], [2]]))
      .data()
    const { kernels } = memory()
    await tensor(
      [
        [1, 2],
        [3, 4],
      ].flat(),
    )
      .mul(7)
      .data()
    await tensor([[3, 4, 5]])
      .mul(-1)
      .add(tensor([1, 2, 3]))
      .matmul(tensor([[1], [2], [3]]))
      .data()
    equal(memory().kernels, kernels, 'kernels')
  },
}
