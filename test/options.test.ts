/** Names and options: what is nearest, how names are spelled, and that the time long ones take grows with their length. */
import test from 'ava'
import { Adam, Dense, formula, NablaError, optimizers, variable } from '../src/index.js'
import { autoName, nearest, toCamelCase } from '../src/options.js'

test('snake case becomes camel case, whatever the underscores', (t) => {
  const cases = { beta_1: 'beta1', global__clipnorm: 'globalClipnorm', _x: 'X', x_: 'x_', a_B_c: 'a_BC', ___: '___' }
  for (const [name, camel] of Object.entries(cases)) t.is(toCamelCase(name), camel)
})

test('the nearest name is one that could be meant', (t) => {
  const known = ['learningRate', 'beta1', 'beta2', 'name']
  t.is(nearest('leraningrate', known), 'learningRate')
  t.is(nearest('beta', known), 'beta1')
  t.is(nearest('nam', known), 'name')
  t.is(nearest('x', known), undefined)
  t.is(nearest('learningRateOfThisOptimizer', known), undefined)
})

/** Names that make a regular expression try again and again. */
const longNames: Record<string, (length: number) => string> = {
  underscores: (length) => '_'.repeat(length),
  'underscores after a letter': (length) => `x${'_'.repeat(length)}`,
  letters: (length) => 'a'.repeat(length),
  capitals: (length) => 'A'.repeat(length),
  digits: (length) => `x${'0'.repeat(length)}y`,
  'digits between underscores': (length) => `x${'_0'.repeat(length / 2)}`,
}

/** What people give names to. */
const uses: Record<string, (name: string) => unknown> = {
  'an option': (name) => variable([1], { [name]: 1 } as never),
  'a configuration': (name) => Adam.fromConfig({ [name]: 1 } as never),
  'an optimizer': (name) => optimizers.get(name),
  'a layer': (name) => new Dense(1, { name }),
  'a class': (name) => autoName(name),
  'a symbol': (name) => formula(name).toTeX(),
}

/** The shortest of several times, in which a busy machine shows least. */
function shortest(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    try {
      run()
    } catch (error) {
      if (!(error instanceof NablaError)) throw error
    }
    return performance.now() - start
  })
  return Math.min(...times)
}

for (const [what, use] of Object.entries(uses))
  test(`the time that long names take grows with their length, not with its square: ${what}`, (t) => {
    for (const [kind, make] of Object.entries(longNames)) {
      const [short, long] = [8_000, 64_000].map(make)
      const [before, after] = [shortest(() => use(short)), shortest(() => use(long))]
      t.true(after < 32 * before + 50, `${kind}: ${before} ms, 8 times as long ${after} ms`)
    }
  })
