/**
 * What happens when much memory is needed: by a workspace, by one operation, by many resident buffers. Memory that is
 * reserved and not written to costs nothing, so all of this is quick.
 */
import test from 'ava'
import { Arena } from '../../../../src/kernels/cpu/memory/arena.js'
import { find, giveBack } from '../../../../src/kernels/cpu/memory/freed-blocks.js'
import { evict } from '../../../../src/kernels/cpu/memory/homes.js'
import {
  begin,
  ordinary,
  overwrite,
  pointer,
  reserve,
  resident,
  values,
  within,
} from '../../../../src/kernels/cpu/memory/memory.js'
import { memory, memoryLimit } from '../../../../src/kernels/cpu/wasm/module.js'

const MiB = 2 ** 20
const memoryBytes = () => memory.buffer.byteLength
const filled = (size: number, value: number) => ordinary(new Float32Array(size).fill(value), 'float32')

/** Whether one block of this many bytes is free, or could be. */
function hasRoom(bytes: number): boolean {
  const address = find(bytes)
  if (address >= 0) giveBack({ address, bytes })
  return address >= 0
}

test.serial('an arena grows by what is needed, and gives all but a little back', (t) => {
  const arena = new Arena(4)
  const pieces = Math.floor((memoryLimit * 1024 - 400) / 40)
  const before = memoryBytes()
  for (let i = 0; i < 10; i++) arena.reserve(40 * MiB)
  t.true(memoryBytes() - before <= 401 * MiB)
  for (let i = 10; i < pieces; i++) arena.reserve(40 * MiB)
  arena.begin()
  t.true(hasRoom((memoryLimit * 1024 - 200) * MiB), 'nearly all of the memory in one block')
})

test.serial('an arena keeps what it has for pieces of work that go on as they were', (t) => {
  const arena = new Arena(4)
  const addresses = new Set<number>()
  for (let i = 0; i < 1000; i++) {
    arena.begin()
    if (i >= 20) addresses.add(arena.top)
    for (let k = 0; k < 5; k++) arena.reserve(MiB)
  }
  t.true(addresses.size <= 4, `${addresses.size} places`)
})

test.serial('an arena goes back to where it was, over several blocks', (t) => {
  const arena = new Arena(4)
  arena.begin()
  const first = arena.reserve(100)
  const { top } = arena
  for (let i = 0; i < 20; i++) arena.reserve(3 * MiB)
  arena.rewind(top)
  t.is(arena.top, top)
  t.is(arena.reserve(100), top)
  t.true(first < top)
})

for (const [name, run, message] of [
  ['workspace', within, /do not fit into WebAssembly's .* GiB\. A tidy\(\) or training step .*smaller batches/],
  ['operation', <T>(f: () => T) => f(), /do not fit into WebAssembly's .* GiB\. One operation .*Compute it in parts/],
] as const)
  test.serial(`the error names the ${name} that does not fit, and everything goes on afterwards`, (t) => {
    const kept = resident('float32', 100)
    overwrite(kept, filled(100, 7))
    const exhaust = () => {
      begin()
      pointer(kept)
      for (let i = 0; i < 9; i++) reserve('float64', 2 ** 26)
    }
    t.throws(() => run(exhaust), { name: 'BackendError', message })
    begin()
    t.true(hasRoom((memoryLimit - 1) * 1024 * MiB))
    t.deepEqual(values(kept), new Float32Array(100).fill(7))
  })

test.serial('resident buffers start outside of WebAssembly memory and share what is written to them', (t) => {
  const array = Float32Array.of(1, 2, 3)
  const x = resident('float32', 3)
  t.deepEqual([...values(x)], [0, 0, 0])
  overwrite(x, ordinary(array, 'float32'))
  t.deepEqual(values(x), array)
  const view = new Float32Array(memory.buffer, pointer(x), 3)
  view[0] = 5
  t.deepEqual([...values(x)], [5, 2, 3])
  t.is(array[0], 1, 'the array stays as it is')
})

test.serial('buffers that are evicted keep their numbers, and may change and return', (t) => {
  const sizes = [1, 10, 1000, 100_000]
  const all = sizes.map((size, i) => {
    const x = resident('float32', size)
    overwrite(x, filled(size, i + 1))
    begin()
    new Float32Array(memory.buffer, pointer(x), size).fill(10 * (i + 1))
    return x
  })
  begin()
  evict(0)
  for (const [i, x] of all.entries()) t.true(values(x).every((v) => v === 10 * (i + 1)))
  overwrite(all[1], filled(10, -1))
  for (const [i, x] of all.entries()) {
    const numbers = new Float32Array(memory.buffer, pointer(x), x.size)
    t.true(numbers.every((v) => v === (i === 1 ? -1 : 10 * (i + 1))))
  }
})

test.serial('eviction spares what this kernel call uses, and what was used last', (t) => {
  const size = MiB / 4
  const [old, recent, pinned] = [1, 2, 3].map(() => resident('float32', size))
  begin()
  evict(0)
  pointer(old)
  const first = pointer(recent)
  begin()
  pointer(recent)
  begin()
  const address = pointer(pinned)
  evict(2 * MiB)
  t.is(pointer(recent), first)
  begin()
  const again = pointer(pinned)
  evict(0)
  t.is(again, address)
  t.is(pointer(pinned), address)
})
