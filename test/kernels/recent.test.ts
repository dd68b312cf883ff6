/** The cache that forgets, and the caches that are made of it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { formula, grad, type Tensor, tensor, variable } from '../../src/index.js'
import { parse } from '../../src/kernels/formula/parse.js'
import { Recent } from '../../src/kernels/recent.js'
import { RuleRunner } from '../../src/optim/base/rule.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

test('the values used last stay, the others go', (t) => {
  const cache = new Recent<number, string>(3)
  for (let i = 0; i < 3; i++) cache.set(i, `${i}`)
  for (let i = 3; i < 20; i++) {
    cache.set(i, `${i}`)
    t.is(cache.get(0), '0', 'it is used again and again')
    t.is(cache.get(i - 1), `${i - 1}`)
  }
  t.is(cache.get(5), undefined)
})

test('it holds at most twice as many values as it must', (t) => {
  const cache = new Recent<number, number>(10)
  for (let i = 0; i < 1000; i++) cache.set(i, i)
  const kept = Array.from({ length: 1000 }, (_, i) => i).filter((i) => cache.get(i) !== undefined)
  t.true(kept.length >= 10 && kept.length <= 20, `${kept.length}`)
  t.is(kept.at(-1), 999)
})

test('formulas of thousands of texts, their kernels and derivatives are collected; one in use stays the same', async (t) => {
  const used = formula('x * 0.123')
  const program = parse('x * 0.123')
  const forgotten = new WeakRef(parse('x * 0.5 + 7'))
  const derived = new WeakRef(gradientOf('x * x * 0.5 + 7'))
  for (let i = 0; i < 2000; i++) {
    parse(`x * ${i} + 1`)
    if (i % 100 === 0) t.is(parse('x * 0.123'), program)
  }
  await new Promise((done) => setTimeout(done))
  collectGarbage()
  t.is(forgotten.deref(), undefined)
  t.is(derived.deref(), undefined)
  t.is(used(2).item(), Math.fround(0.246))
})

/** Differentiates and runs a formula; its program. */
function gradientOf(text: string): object {
  grad((x: Tensor) => formula(text)(x).sum())(tensor([1, 2]))
  return parse(text)
}

test('a rule is prepared anew when it was forgotten, and gives the same', (t) => {
  const runner = new RuleRunner('Test', { names: [], values: [] } as never, true)
  const w = variable([1, 2])
  const first = runner.prepare('w = w + 1', ['gradient', 'w'], [])
  t.is(runner.prepare('w = w + 1', ['gradient', 'w'], []), first)
  for (let i = 2; i < 300; i++) runner.prepare(`w = w + ${i}`, ['gradient', 'w'], [])
  const again = runner.prepare('w = w + 1', ['gradient', 'w'], [])
  t.not(again, first)
  for (const rule of [first, again]) rule([w.buffer, w.buffer], [], [2])
  t.deepEqual(w.toArray(), [3, 4])
})
