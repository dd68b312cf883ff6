/**
 * The GPU back end in Node, which has no GPU of its own: clear reasons, and what garbage collection frees.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { BackendError, getBackend, memory, OptionError, setBackend, tensor } from '../../src/index.js'

test.serial('without a GPU the reasons are named, and the CPU stays', async (t) => {
  const error = await t.throwsAsync(() => setBackend('gpu'), { instanceOf: BackendError })
  t.regex(String(error?.message), /WebGPU: .*WebGL2: not available.*Stay on 'cpu'.*allowSoftware/s)
  t.is(getBackend().name, 'cpu')
  t.is(tensor([1, 2]).sum().item(), 3)
})

test.serial('mistakes in the call are named', async (t) => {
  await t.throwsAsync(() => setBackend('tpu' as 'gpu'), { instanceOf: OptionError, message: /cpu, gpu/ })
  await t.throwsAsync(() => setBackend('gpu', { api: 'vulkan' as 'webgpu' }), { message: /webgpu, webgl2, javascript/ })
  await t.throwsAsync(() => setBackend('gpu', { allowsoftware: true } as object), { message: /allowSoftware/ })
  t.is(getBackend().name, 'cpu')
})

test.serial('garbage collection frees what nobody freed', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await setBackend('gpu', { allowSoftware: true, api: 'javascript' })
  const make = () => {
    for (let i = 0; i < 200; i++) tensor([1, 2, 3]).mul(i)
  }
  make()
  t.true(memory().buffers >= 200)
  for (let i = 0; i < 20 && memory().buffers > 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    collect()
  }
  t.true(memory().buffers <= 10, `${memory().buffers} buffers`)
  await setBackend('cpu')
  t.deepEqual({ ...memory() }, { buffers: 0, bytes: 0, kernels: 0 })
})
