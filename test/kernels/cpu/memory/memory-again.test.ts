/** Large results of formulas stay in scratch memory and are computed again when they are needed after it was reused. */
import test from 'ava'
import { formula, ones, type Tensor, tensor, tidy, variable } from '../../../../src/index.js'
import type { DataBuffer } from '../../../../src/kernels/backend.js'
import { compileUpdate } from '../../../../src/kernels/cpu/elementwise/elementwise.js'
import type { CpuBuffer } from '../../../../src/kernels/cpu/memory/memory.js'
import { memory } from '../../../../src/kernels/cpu/wasm/module.js'
import { parse } from '../../../../src/kernels/formula/parse.js'

const size = 20_000
const ramp = tensor(Float32Array.from({ length: size }, (_, i) => i))
ramp.add(1) // from now on it has been used before

const isCopied = ({ buffer }: { buffer: DataBuffer }) => (buffer as CpuBuffer).array !== null
const equals = (x: Tensor, value: (i: number) => number) => x.dataSync().every((number, i) => number === value(i))

/** A result that is not copied; for a while after one had to be computed again, all are. */
function uncopied(make: () => Tensor): Tensor {
  let result = make()
  for (let i = 0; i < 200 && isCopied(result); i++) result = make()
  return result
}

/** Takes the place of all results that are not copied. */
function overwriteScratch(): void {
  const wide = ones([2 ** 16])
  for (let i = 0; i < 40; i++) wide.add(i)
}

test.serial('a result is right whether it is read at once or after its place was taken', (t) => {
  const [now, later] = [uncopied(() => ramp.mul(3)), uncopied(() => ramp.mul(3))]
  t.deepEqual([isCopied(now), isCopied(later)], [false, false])
  t.true(equals(now, (i) => 3 * i))
  overwriteScratch()
  t.true(equals(later, (i) => 3 * i))
  t.true(
    equals(later, (i) => 3 * i),
    'and again',
  )
})

test.serial('so are broadcast ones, those of long chains, single numbers and copies', (t) => {
  const column = ramp.reshape([size / 4, 4])
  const sum = column.add(tensor([[1, 2, 3, 4]]))
  let chain = ramp
  const links = Array.from({ length: 12 }, () => {
    chain = chain.add(1)
    return chain
  })
  t.true(links.some(isCopied) && !links.every(isCopied))
  overwriteScratch()
  t.true(equals(sum, (i) => i + (i % 4) + 1))
  for (const [k, link] of links.entries()) t.true(equals(link, (i) => i + k + 1))
  const [one, copy] = [uncopied(() => ramp.mul(5)), uncopied(() => ramp.mul(6))]
  overwriteScratch()
  t.is(one.slice([7]).item(), 35)
  const v = variable(copy)
  t.true(equals(v.add(0), (i) => 6 * i))
})

test.serial('an operand whose place was taken is computed in the middle of the call that needs it', (t) => {
  const [a, b] = [uncopied(() => ramp.mul(2)), uncopied(() => ramp.mul(3))]
  overwriteScratch()
  t.true(equals(formula('a * 10 + b')(a, b) as Tensor, (i) => 23 * i))
  const c = uncopied(() => ramp.mul(7))
  overwriteScratch()
  t.is(c.max().item(), 7 * (size - 1))
  const d = uncopied(() => ramp.mul(8))
  overwriteScratch()
  t.deepEqual(
    d
      .reshape([size, 1])
      .matmul([[1]])
      .flatten()
      .toArray(),
    d.toArray(),
  )
})

test.serial('workspaces neither take such a result away nor make it last', (t) => {
  const y = uncopied(() => ramp.mul(2))
  overwriteScratch()
  tidy(() => t.true(equals(y.add(1), (i) => 2 * i + 1)))
  t.true(equals(y, (i) => 2 * i))
  const z = uncopied(() => ramp.mul(3))
  const returned = tidy(() => {
    overwriteScratch()
    return z.add(1)
  })
  t.true(isCopied(returned))
  t.true(equals(z, (i) => 3 * i))
})

test.serial('what may change, is larger, or was made for this result is no part of a recipe', (t) => {
  const v = variable(ramp)
  const y = v.mul(2)
  t.true(isCopied(y))
  v.assign(ramp.neg())
  t.true(equals(y, (i) => 2 * i))
  t.true(isCopied(ramp.greater(3)), 'bytes, from numbers of four bytes')
  t.true(isCopied(tensor(new Float32Array(size).fill(1)).mul(2)), 'an operand used for the first time')
})

test.serial('kernels do not change such a result in place', (t) => {
  const update = compileUpdate(parse('w = w + 1'), ['w'], [])
  const y = uncopied(() => ramp.mul(2))
  t.false(isCopied(y))
  t.throws(() => update([y.buffer], []), { name: 'BackendError', message: /cannot be changed in place/ })
})

const MiB = 2 ** 20
const used = () => [memory.buffer.byteLength, process.memoryUsage().arrayBuffers].map((bytes) => bytes / MiB)

test.serial('loops that make large results and drop them, or the last but one, take no more and no more', (t) => {
  const x = ones([MiB])
  x.add(1)
  let [y, z] = [x, x]
  for (let i = 0; i < 60; i++) {
    x.mul(2).add(1).tanh()
    y = y.add(1)
    z = z.add(x)
  }
  const [resident, ordinary] = used()
  t.true(resident < 560, `${resident} MiB of WebAssembly memory`)
  t.true(ordinary < 560, `${ordinary} MiB of ordinary arrays`)
  t.is(y.sum().item(), 61 * MiB)
  t.is(z.sum().item(), 61 * MiB)
})

test.serial('results that are kept hold their numbers or their operands, not both for long', (t) => {
  const x = ones([MiB])
  x.add(1)
  const [, before] = used()
  const kept = Array.from({ length: 40 }, (_, i) => x.mul(i))
  t.true(used()[1] - before < 40)
  for (const [i, y] of kept.entries()) t.is(y.sum().item(), i * MiB)
  for (const y of kept) y.dataSync()
  t.true(kept.every(isCopied))
  t.true(used()[1] - before < 500)
})
