/** Loops without `await` that make variables and models and drop them: neither WebAssembly memory nor ordinary arrays add up. */
import test, { type ExecutionContext } from 'ava'
import { Adam, Dense, Sequential, SGD, tidy, type Variable, variable, zeros } from '../../../../src/index.js'
import { memory } from '../../../../src/kernels/cpu/wasm/module.js'

/** The MiB of WebAssembly memory, which never shrinks, and of ordinary arrays. */
const used = () => [memory.buffer.byteLength, process.memoryUsage().arrayBuffers].map((bytes) => bytes / 2 ** 20)

/** A step of SGD with momentum, whose slot is as large as the variable. */
function step(v: Variable): void {
  v.sum().backward()
  new SGD({ learningRate: 1, momentum: 0.9 }).step([v])
  v.grad = null
}

/** 16 MiB. */
const large = () => variable(zeros([2 ** 22]))

const loops: [string, number, () => void][] = [
  ['variables that nothing reads', 40, large],
  ['variables that an operation reads', 40, () => large().sum()],
  [
    'variables inside tidy',
    40,
    () => {
      tidy(() => large().sum())
    },
  ],
  [
    'models',
    12,
    () => {
      const model = new Sequential([new Dense(1000, { inputShape: [4000] }), new Dense(1)])
      model.compile({ optimizer: new Adam(), loss: 'meanSquaredError' })
      model.trainOnBatch(zeros([2, 4000]), zeros([2, 1]))
    },
  ],
]

for (const [name, times, run] of loops)
  test.serial(`${name} do not add up`, (t) => {
    for (let i = 0; i < times; i++) run()
    isModest(t)
  })

test.serial('trained variables do not add up, and what is kept stays right while they make room', (t) => {
  const kept = [1, 2, 3].map((n) => variable(zeros([2 ** 18]).add(n)))
  for (let i = 0; i < 30; i++) {
    step(large())
    if (i % 10 === 0) for (const v of kept) step(v)
  }
  isModest(t)
  for (const [i, v] of kept.entries()) t.true(v.dataSync().every((number) => number === i + 1 - 3))
})

function isModest(t: ExecutionContext): void {
  const [resident, ordinary] = used()
  t.true(resident < 560, `${resident} MiB of WebAssembly memory`)
  t.true(ordinary < 560, `${ordinary} MiB of ordinary arrays`)
}
