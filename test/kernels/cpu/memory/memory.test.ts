import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import type { DataBuffer } from '../../../../src/kernels/backend.js'
import {
  begin,
  newArray,
  ordinary,
  overwrite,
  pointer,
  reserve,
  resident,
  result,
  valueAt,
  values,
  within,
} from '../../../../src/kernels/cpu/memory/memory.js'
import { copy } from '../../../../src/kernels/cpu/move/move.js'
import { reduce } from '../../../../src/kernels/cpu/reduce/reduce.js'
import { softmax } from '../../../../src/kernels/cpu/softmax/softmax.js'
import { memory } from '../../../../src/kernels/cpu/wasm/module.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const floats = (...numbers: number[]) => ordinary(Float32Array.from(numbers), 'float32')
const doubled = (x: DataBuffer) => copy(x, { shape: [2, x.size], strides: [0, 1], offset: 0 })
const total = (x: DataBuffer) => values(reduce('sum', x, [x.size], [0]))[0]
const megabytes = () => memory.buffer.byteLength / 2 ** 20

/** Lets finalizers run. */
const settle = async () => {
  for (let i = 0; i < 3; i++) {
    collectGarbage()
    await new Promise((done) => setTimeout(done, 5))
  }
}

test.serial('an ordinary buffer is its array; a resident one starts as zeros', (t) => {
  const array = Float64Array.of(1, 2, 3)
  const x = ordinary(array, 'float64')
  t.is(x.size, 3)
  t.deepEqual(values(x), array)
  t.not(values(x), array)
  t.is(valueAt(x, 2), 3)
  for (const dtype of ['float32', 'float64', 'int32', 'bool'] as const) {
    const zeros = resident(dtype, 5)
    t.deepEqual(values(zeros), newArray(dtype, 5))
    t.is(valueAt(zeros, 4), 0)
  }
})

test.serial('resident buffers keep their address and their numbers while the memory grows', (t) => {
  const x = resident('float32', 4)
  overwrite(x, floats(1, 2, 3, 4))
  const address = pointer(x)
  const view = new Float32Array(memory.buffer, address, 4)
  const before = megabytes()
  const big = resident('float32', 2 ** 24)
  pointer(big)
  t.true(megabytes() > before)
  t.not(view.buffer, memory.buffer, 'old views are of no use any more')
  t.is(pointer(x), address)
  t.deepEqual([...values(x)], [1, 2, 3, 4])
  t.is(valueAt(big, 2 ** 22 - 1), 0)
})

test.serial('memory that grows in the middle of a kernel call leaves earlier operands in place', (t) => {
  begin()
  const small = pointer(floats(1, 2, 3))
  const large = reserve('float64', 2 ** 20)
  t.deepEqual([...new Float32Array(memory.buffer, small, 3)], [1, 2, 3])
  new Float64Array(memory.buffer, large, 2 ** 20).fill(7)
  t.deepEqual([...new Float32Array(memory.buffer, small, 3)], [1, 2, 3])
  t.is(total(ordinary(values(result(large, 'float64', 2 ** 20)), 'float64')), 7 * 2 ** 20)
})

test.serial('ten thousand kernel calls leave the memory as large as it was', (t) => {
  const x = ordinary(new Float32Array(10_000).fill(0.5), 'float32')
  const w = resident('float32', 10_000)
  const run = () => {
    reduce('sum', x, [100, 100], [0])
    reduce('max', w, [10, 10, 100], [0, 2])
    softmax('softmax', x, 100, 100)
  }
  for (let i = 0; i < 100; i++) run()
  const before = memory.buffer.byteLength
  for (let i = 0; i < 10_000; i++) run()
  t.is(memory.buffer.byteLength, before)
})

test.serial('ten thousand steps leave the memory as large as it was', (t) => {
  const w = resident('float32', 1000)
  const run = () =>
    within(() => {
      const y = doubled(doubled(w))
      overwrite(w, copy(y, { shape: [1000], strides: [1], offset: 500 }))
    })
  for (let i = 0; i < 100; i++) run()
  const before = memory.buffer.byteLength
  for (let i = 0; i < 10_000; i++) run()
  t.is(memory.buffer.byteLength, before)
})

test.serial('the memory of resident buffers that are garbage is used again', async (t) => {
  const bytes = 2 ** 22
  const make = (count: number) => {
    for (let i = 0; i < count; i++) resident('float32', bytes / 4)
  }
  make(4)
  await settle()
  const before = megabytes()
  for (let round = 0; round < 10; round++) {
    make(4)
    await settle()
  }
  t.is(megabytes(), before)
})

test.serial('memory that is used again starts as zeros, and never overlaps what is alive', async (t) => {
  const alive = Array.from({ length: 30 }, (_, i) => resident('float32', 50_000 + i))
  for (const [i, x] of alive.entries()) overwrite(x, ordinary(new Float32Array(x.size).fill(i + 1), 'float32'))
  for (let i = 0; i < 30; i += 2) alive[i] = floats(0)
  await settle()
  const fresh = Array.from({ length: 20 }, (_, i) => resident('float32', 30_000 + 1000 * i))
  for (const x of fresh) {
    t.is(total(x), 0)
    overwrite(x, ordinary(new Float32Array(x.size).fill(-1), 'float32'))
  }
  for (let i = 1; i < 30; i += 2) t.true(values(alive[i]).every((value) => value === i + 1))
  for (const x of fresh) t.true(values(x).every((value) => value === -1))
})

test.serial('results of a step are readable in it, every way', (t) => {
  within(() => {
    const y = doubled(floats(1, 2))
    t.deepEqual([...values(y)], [1, 2, 1, 2])
    t.is(valueAt(y, 3), 2)
    t.is(total(y), 6)
    const w = resident('float32', 4)
    overwrite(w, y)
    t.deepEqual([...values(w)], [1, 2, 1, 2])
  })
})

test.serial('results of a step stay right while scratch space grows in the same step', (t) => {
  within(() => {
    const y = doubled(floats(1, 2))
    let x: DataBuffer = floats(1)
    for (let i = 0; i < 22; i++) x = doubled(x)
    t.is(total(x), 2 ** 22)
    t.deepEqual([...values(y)], [1, 2, 1, 2])
  })
})

test.serial('what a step returns may be ordinary or resident; its other results are gone, and say so', (t) => {
  const w = resident('float32', 2)
  const { y, kept, input } = within(() => {
    const input = floats(3, 4)
    const y = doubled(input)
    overwrite(w, copy(y, { shape: [2], strides: [1], offset: 1 }))
    return { y, kept: values(y), input }
  })
  t.deepEqual([...kept], [3, 4, 3, 4])
  t.deepEqual([...values(w)], [4, 3])
  t.deepEqual([...values(input)], [3, 4])
  for (const read of [
    () => values(y),
    () => valueAt(y, 0),
    () => doubled(y),
    () => overwrite(resident('float32', 4), y),
  ]) {
    t.throws(read, { name: 'BackendError', message: /4 numbers .*step that is over/ })
  }
  within(() => t.throws(() => doubled(y), { name: 'BackendError' }, 'in the next step, too'))
})

test.serial('a step inside a step is part of it, and an error ends both', (t) => {
  within(() => {
    const y = within(() => doubled(floats(1)))
    t.deepEqual([...values(y)], [1, 1])
  })
  t.throws(
    () =>
      within(() =>
        within(() => {
          throw new Error('stop')
        }),
      ),
    { message: 'stop' },
  )
  t.deepEqual([...values(doubled(floats(5)))], [5, 5], 'results are ordinary again')
})

test.serial('the tensors that leave a workspace are copied out, wherever they are in its result', (t) => {
  class Tensor {
    constructor(readonly buffer: DataBuffer) {}
  }
  class Sparse {
    constructor(readonly held: readonly DataBuffer[]) {}
    get buffer(): DataBuffer {
      throw new Error('the dense form was asked for')
    }
  }
  const made = () => doubled(floats(1, 2))
  const { one, list, map, sparse } = within(() => ({
    one: new Tensor(made()),
    list: [new Tensor(made()), [new Tensor(made())]] as const,
    map: new Map([['a', new Tensor(made())]]),
    sparse: new Sparse([made(), made()]),
  }))
  within(() => doubled(floats(8, 9))) // writes to the same place
  const tensors = [one, list[0], list[1][0], map.get('a') as Tensor]
  for (const buffer of [...tensors.map(({ buffer }) => buffer), ...sparse.held])
    t.deepEqual([...values(buffer)], [1, 2, 1, 2])
})

test.serial('numbers are not copied again while the copy is there, and copied when it is gone', (t) => {
  const x = floats(1, 2, 3)
  begin()
  const address = pointer(x)
  begin()
  t.is(pointer(x), address)
  const y = doubled(x)
  begin()
  const result = pointer(y)
  t.deepEqual([...new Float32Array(memory.buffer, result, 6)], [1, 2, 3, 1, 2, 3])
  for (let i = 0; i < 100_000; i++) total(doubled(floats(i, i)))
  begin()
  t.deepEqual([...new Float32Array(memory.buffer, pointer(x), 3)], [1, 2, 3])
  t.deepEqual([...new Float32Array(memory.buffer, pointer(y), 6)], [1, 2, 3, 1, 2, 3])
  t.deepEqual([...values(doubled(y))], [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
})

test.serial('a result may be used in a workspace and after it, whatever happened to scratch space', (t) => {
  const x = doubled(floats(1, 2))
  within(() => {
    t.is(total(x), 6)
    let y = x as DataBuffer
    for (let i = 0; i < 20; i++) y = doubled(y)
    t.is(total(y), 6 * 2 ** 20)
    t.is(total(x), 6)
  })
  t.is(total(x), 6)
})

test.serial('a kernel call that fails leaves everything in order', (t) => {
  const x = doubled(floats(1, 2))
  begin()
  pointer(floats(7, 7))
  reserve('float32', 2 ** 20) // and then an error is thrown
  t.is(total(x), 6)
  t.deepEqual([...values(doubled(x))], [1, 2, 1, 2, 1, 2, 1, 2])
})
