/** Names and options: what is nearest, how names are spelled, and that the time long ones take grows with their length. */
import test from 'ava'
import { Adam, Dense, formula, NablaError, OptionError, optimizers, variable } from '../src/index.js'
import {
  autoName,
  finite,
  flag,
  interval,
  nearest,
  notNegative,
  number,
  oneOf,
  orNull,
  positive,
  probability,
  required,
  resolve,
  string,
  toCamelCase,
  whole,
} from '../src/options.js'

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

interface Brewing {
  rate: number
  cups?: number
  sugar?: boolean
  name?: string | null
  milk?: number | (() => number)
}

const brew = (given: Brewing) =>
  resolve('brew', given, {
    defaults: { rate: required, cups: 2, sugar: false, name: null, milk: undefined },
    ranges: { rate: interval('(0, 1]'), cups: whole(1), name: string },
    synonyms: { tempo: 'rate' },
  })

test('options get their defaults, and keep their types', (t) => {
  const { rate, cups, sugar, name, milk } = brew({ rate: 0.5, sugar: undefined, milk: 3 })
  const typed: [number, number, boolean, string | null, number | (() => number) | undefined] = [
    rate,
    cups,
    sugar,
    name,
    milk,
  ]
  t.deepEqual(typed, [0.5, 2, false, null, 3])
  t.deepEqual(brew({ rate: 1, cups: 4, sugar: true, name: null }), { ...brew({ rate: 1 }), cups: 4, sugar: true })
})

test('what is wrong with an option is an error in one sentence', (t) => {
  const cases: [unknown, RegExp][] = [
    [{ rate: 0 }, /^brew: rate must be in \(0, 1\], received 0\.$/],
    [{ rate: '1' }, /^brew: rate must be in \(0, 1\], received "1"\.$/],
    [{ rate: Number.NaN }, /rate must be in \(0, 1\], received NaN/],
    [{ rate: 1, cups: 1.5 }, /^brew: cups must be a whole number above 0, received 1\.5\.$/],
    [{ rate: 1, cups: null }, /cups must be a whole number above 0, received null/],
    [{ rate: 1, sugar: 1 }, /^brew: sugar must be true or false, received 1\.$/],
    [{ rate: 1, name: 3 }, /^brew: name must be a string, received 3\.$/],
    [{}, /^brew: rate is missing\. Pass it as an option: \{ rate: … \}\.$/],
    [{ rate: undefined }, /^brew: rate is missing/],
    [{ rate: 1, cup: 2 }, /^brew: unknown option cup\. Did you mean cups\?$/],
    [{ tempo: 1 }, /^brew: unknown option tempo\. Did you mean rate\?$/],
    [{ toString: 1 }, /^brew: unknown option toString\. The options are rate, cups, sugar, name, milk\.$/],
    [JSON.parse('{"__proto__": 1}'), /^brew: unknown option __proto__/],
    [[], /^brew: options must be an object, received an array\. Write \{ rate: … \}\.$/],
    [null, /^brew: options must be an object, received null/],
    [3, /^brew: options must be an object, received 3/],
    [{ rate: Symbol('s') }, /received Symbol\(s\)/],
  ]
  for (const [given, message] of cases) t.throws(() => brew(given as never), { instanceOf: OptionError, message })
})

test('checks take what they name, and nothing else', (t) => {
  const values = [-1, 0, 0.5, 1, 2, 1.5, Number.NaN, Number.POSITIVE_INFINITY, null, true, 'a', '1']
  const taken = {
    flag: [flag, [true]],
    number: [number, [-1, 0, 0.5, 1, 2, 1.5, Number.NaN, Number.POSITIVE_INFINITY]],
    finite: [finite, [-1, 0, 0.5, 1, 2, 1.5]],
    positive: [positive, [0.5, 1, 2, 1.5]],
    notNegative: [notNegative, [0, 0.5, 1, 2, 1.5]],
    string: [string, ['a', '1']],
    probability: [probability, [0, 0.5, 1]],
    'whole 0': [whole(0), [0, 1, 2]],
    'whole 2': [whole(2), [2]],
    '[0, 1)': [interval('[0, 1)'), [0, 0.5]],
    '(0, Infinity]': [interval('(0, Infinity]'), [0.5, 1, 2, 1.5, Number.POSITIVE_INFINITY]],
    oneOf: [oneOf(['a', 'b']), ['a']],
    orNull: [orNull(whole(1)), [1, 2, null]],
  } as const
  for (const [name, [check, want]] of Object.entries(taken)) {
    t.deepEqual(
      values.filter((x) => check(x) === undefined),
      [...want] as unknown[],
      name,
    )
    t.regex(check(Symbol('s')) ?? '', /^(?:a|an|in|one|true) /, name)
  }
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

// What grows with the square of the length would take over an hour here: the test would end by AVA's limit of minutes
for (const [what, use] of Object.entries(uses))
  test(`names of a million characters are read in one pass: ${what}`, (t) => {
    for (const [kind, make] of Object.entries(longNames)) {
      try {
        use(make(1_000_000))
        t.pass(kind)
      } catch (error) {
        t.true(error instanceof NablaError, `${kind}: ${error}`)
      }
    }
  })
