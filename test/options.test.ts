/** Names and options: what is nearest, how names are spelled, and that long ones take no longer than their length says. */
import test from 'ava'
import { Adam, Dense, formula, optimizers, variable } from '../src/index.js'
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

const length = 200_000

/** Names that make a regular expression try again and again. */
const longNames = {
  underscores: '_'.repeat(length),
  'underscores after a letter': `x${'_'.repeat(length)}`,
  letters: 'a'.repeat(length),
  capitals: 'A'.repeat(length),
  digits: `x${'0'.repeat(length)}y`,
  'digits between underscores': `x${'_0'.repeat(length / 2)}`,
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

for (const [what, use] of Object.entries(uses))
  test(`names of ${length} characters take milliseconds: ${what}`, (t) => {
    for (const [kind, name] of Object.entries(longNames)) {
      const start = performance.now()
      try {
        use(name)
      } catch (error) {
        t.true(error instanceof Error && error.name.endsWith('Error'))
      }
      const milliseconds = performance.now() - start
      t.true(milliseconds < 5000, `${kind}: ${milliseconds} ms`)
    }
  })
