/**
 * What a synchronous function may make on the GPU, and when it is told to stop.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { BackendError, memory, setBackend, type Tensor, tensor, tidy } from '../../src/index.js'

const many = 140_000

setFlagsFromString('--expose-gc')
/** What the engine does some time or other, which depends on what else the machine does. */
const collectGarbage: () => void = runInNewContext('gc')

test.before(() => setBackend('gpu', { allowSoftware: true, api: 'javascript' }))

const turn = () => new Promise<void>((resolve) => setTimeout(resolve))

test.serial('tensors that die inside one synchronous function are refused before memory runs out', async (t) => {
  let y: Tensor = tensor([1])
  const loop = () => {
    for (let i = 0; i < many; i++) y = y.mul(1)
  }
  t.throws(loop, { instanceOf: BackendError, message: /2 GiB.*tidy\(\(\) => .*await t\.data\(\)/ })
  await turn()
  t.deepEqual([...y.add(1).dataSync()], [2], 'afterwards everything goes on')
})

test.serial('in tidy as many are no trouble', async (t) => {
  await turn()
  const before = memory().buffers
  let total = 0
  for (let i = 0; i < many; i++) total += tidy(() => tensor([1]).mul(1).item())
  t.is(total, many)
  t.is(memory().buffers, before)
})

test.serial('with an await in the loop, as many are no trouble, and most of them are freed on the way', async (t) => {
  for (let i = 0; i < 100 && memory().buffers > 1000; i++) {
    collectGarbage() // what the tests above have left, and then its finalizers
    await turn()
  }
  let most = 0
  let y: Tensor = tensor([1])
  for (let i = 0; i < many; i++) {
    y = y.mul(1)
    if (i % 1000 === 0) await y.data()
    if (i % 20_000 === 0) collectGarbage()
    most = Math.max(most, memory().buffers)
  }
  t.true(most < many / 2, `${most} buffers at a time`)
})
