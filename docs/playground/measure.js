/**
 * What is measured, and how: each operation is a function of a size that makes its inputs and gives what to repeat.
 */
import {
  AdamW,
  Dense,
  formula,
  getBackend,
  randomNormal,
  randomUniform,
  Sequential,
  setBackend,
  setSeed,
  tidy,
} from 'nabla'

/** Sums of products, elementwise formulas, reductions, and a training step, each with its sizes. */
export const operations = [
  {
    name: 'Matrix product',
    text: 'n × n times n × n',
    unit: 'n',
    sizes: { usual: [32, 64, 128, 256, 512, 1024], small: [16, 64], large: [1024, 2048] },
    make(n) {
      const [a, b] = [randomNormal([n, n]), randomNormal([n, n])]
      return () => a.matmul(b)
    },
  },
  {
    name: 'Elementwise formula',
    text: 'tanh(x) · y + x / 2 for n numbers, one kernel',
    unit: 'n',
    sizes: { usual: [1e3, 1e4, 1e5, 1e6, 4e6], small: [1e3, 1e4] },
    make(n) {
      const f = formula('tanh(x) * y + x / 2')
      const [x, y] = [randomNormal([n]), randomNormal([n])]
      return () => f({ x, y })
    },
  },
  {
    name: 'Elementwise chain',
    text: 'ten operations on n numbers, one kernel each',
    unit: 'n',
    sizes: { usual: [1e3, 1e4, 1e5, 1e6], small: [1e3, 1e4], large: [1e6, 4e6] },
    make(n) {
      const x = randomNormal([n])
      return () => x.mul(2).add(1).tanh().mul(x).sub(3).square().add(x).exp().neg().sigmoid()
    },
  },
  {
    name: 'Sum',
    text: 'of n numbers',
    unit: 'n',
    sizes: { usual: [1e3, 1e4, 1e5, 1e6, 4e6], small: [1e3, 1e4] },
    make(n) {
      const x = randomNormal([n])
      return () => x.sum()
    },
  },
  {
    name: 'Softmax',
    text: 'of n rows of 100',
    unit: 'n',
    sizes: { usual: [10, 100, 1e3, 1e4], small: [10, 100] },
    make(n) {
      const x = randomNormal([n, 100])
      return () => x.softmax()
    },
  },
  {
    name: 'Training step',
    text: 'of an MLP 784-n-n-10, batch of 128, AdamW',
    unit: 'n',
    sizes: { usual: [32, 128, 512, 1024, 2048], small: [8, 32] },
    isTraining: true,
    make: (n) => trainingStep(n, 128),
  },
  {
    name: 'Training step, large batch',
    text: 'of an MLP 784-n-n-10, batch of 1024, AdamW',
    unit: 'n',
    sizes: { large: [512, 2048] },
    isTraining: true,
    make: (n) => trainingStep(n, 1024),
  },
]

function trainingStep(n, batch) {
  setSeed(1)
  const model = new Sequential([
    new Dense(n, { activation: 'relu' }),
    new Dense(n, { activation: 'relu' }),
    new Dense(10),
  ])
  model.compile({ optimizer: new AdamW(), loss: 'meanSquaredError' })
  const [x, y] = [randomUniform([batch, 784]), randomUniform([batch, 10])]
  return () => model.trainOnBatchAsync(x, y)
}

/** Milliseconds for one of them on a back end, and what that runs on. */
export async function measure(operation, size, backend, options) {
  await setBackend(backend, backend === 'gpu' ? options : {})
  const run = operation.make(size)
  const time = (repeats) => timed(run, repeats, operation.isTraining)
  const first = await time(1) // compiles, and uploads
  const warm = Math.min(first, await time(1))
  const repeats = Math.max(1, Math.min(50, Math.round(30 / warm)))
  const times = []
  for (let i = 0; i < 5; i++) times.push((await time(repeats)) / repeats)
  return { milliseconds: times.sort((a, b) => a - b)[2], detail: getBackend().detail }
}

/** Runs it a number of times, and waits for the last result; for each step, when training, since its loss is looked at. */
async function timed(run, repeats, isTraining) {
  const start = performance.now()
  if (isTraining) for (let i = 0; i < repeats; i++) await run()
  else {
    for (let i = 1; i < repeats; i++) tidy(() => void run())
    await tidy(run).data()
  }
  return performance.now() - start
}
