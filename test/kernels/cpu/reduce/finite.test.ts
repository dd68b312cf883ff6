/**
 * Whether numbers are finite: every place of every length, every number that is not.
 */
import test from 'ava'
import { tensor, tidy } from '../../../../src/index.js'
import { cpu } from '../../../../src/kernels/cpu/cpu.js'

for (const dtype of ['float32', 'float64'] as const) {
  test(`one ${dtype} that is not finite is found wherever it is`, (t) => {
    const largest = dtype === 'float32' ? 3.4028234663852886e38 : Number.MAX_VALUE
    const all = Array.from({ length: 70 }, (_, i) => [0, -0, 1, largest, -largest, 5e-324, 1e-40][i % 7])
    for (let size = 0; size <= all.length; size++) {
      const whole = tensor(all.slice(0, size), { dtype })
      t.true(cpu.allFinite?.(whole.buffer))
      t.true(tidy(() => cpu.allFinite?.(whole.mul(1).buffer)))
      const [value] = [[Number.NaN, Infinity, -Infinity][size % 3]]
      for (let i = 0; i < size; i++) {
        const odd = tensor(
          all.slice(0, size).map((x, j) => (i === j ? value : x)),
          { dtype },
        )
        t.false(cpu.allFinite?.(odd.buffer), `${value} at ${i} of ${size}`)
      }
    }
  })
}

test('whole numbers are finite, and so are those that are gone', (t) => {
  t.true(cpu.allFinite?.(tensor([1, 2], { dtype: 'int32' }).buffer))
  t.true(cpu.allFinite?.(tensor([true]).buffer))
  let lost = tensor([1])
  tidy(() => {
    lost = tensor([Number.NaN]).mul(1)
  })
  t.true(cpu.allFinite?.(lost.buffer))
})

for (const dtype of ['float32', 'float64'] as const) {
  test(`one ${dtype} whose square is not finite is found wherever it is`, (t) => {
    const most = dtype === 'float32' ? 1.8446742e19 : 1.3407807929942596e154
    const all = Array.from({ length: 70 }, (_, i) => [0, -0, 1, most, -most, 5e-324, 1e-40][i % 7])
    for (let size = 0; size <= all.length; size++) {
      t.true(cpu.allFinite?.(tensor(all.slice(0, size), { dtype }).buffer, 'squares'))
      const value = [Number.NaN, Infinity, 1.0001 * most, -1.0001 * most][size % 4]
      for (let i = 0; i < size; i++) {
        const odd = all.slice(0, size).map((x, j) => (i === j ? value : x))
        t.false(cpu.allFinite?.(tensor(odd, { dtype }).buffer, 'squares'), `${value} at ${i} of ${size}`)
      }
    }
  })
}
