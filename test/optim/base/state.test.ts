/**
 * Which states an optimizer takes back, and which it refuses: what belongs to other variables or another optimizer, what was cut, what is
 * no numbers. A state that is refused changes nothing.
 */
import test from 'ava'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  ExponentialDecay,
  Ftrl,
  LBFGS,
  Lookahead,
  LossScaleOptimizer,
  MultiOptimizer,
  OptimizerMap,
  type OptimizerState,
  OptionError,
  RMSprop,
  SAM,
  SGD,
  type Variable,
  variable,
} from '../../../src/index.js'

import { knownClasses } from '../../../src/optim/wrappers/registry.js'

type State = Record<string, unknown>

/** An optimizer after two steps. */
function trained(optimizer: AnyOptimizer, names: readonly string[] = ['a', 'b']) {
  const variables = names.map((name, i) => variable([1 + i, -2], { name }))
  for (let i = 0; i < 2; i++) {
    optimizer.minimize(() => variables.map((v) => v.square().sum()).reduce((x, y) => x.add(y)), variables)
  }
  return { optimizer, variables }
}

/** As JSON gives it back. */
const saved = (optimizer: AnyOptimizer): State =>
  JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(optimizer.exportState()).map(([k, x]) => [k, [...x]]))))

const everything = (optimizer: AnyOptimizer, variables: readonly Variable[]) => [
  optimizer.exportState(),
  optimizer.iterations,
  variables.map((v) => [v.dataSync(), v.version]),
]

test('the state of another optimizer is refused', (t) => {
  const pairs: [AnyOptimizer, AnyOptimizer, RegExp][] = [
    [new Ftrl(), new Adam(), /missing \[a_m, a_v, b_m, b_v\], unknown \[a_n, a_z, b_n, b_z\]/],
    [new SGD({ momentum: 0.9 }), new RMSprop(), /missing \[a_v, b_v\], unknown \[a_m, b_m\]/],
    [new Adam(), new LBFGS(), /unknown \[learning_rate, a_m, a_v, b_m, b_v\]/],
    [new LBFGS(), new Adam(), /missing \[learning_rate, a_m/],
    [new Adam(), new LossScaleOptimizer(new Adam()), /step_counter/],
    [new LossScaleOptimizer(new Adam()), new Adam(), /unknown \[step_counter, dynamic_scale\]/],
    [new Adam(), new Lookahead(new Adam()), /missing/],
    [new Lookahead(new Adam()), new Adam(), /unknown \[a_slow, b_slow\]/],
  ]
  for (const [from, into, message] of pairs) {
    const state = trained(from).optimizer.exportState()
    const { optimizer, variables } = trained(into)
    const before = everything(optimizer, variables)
    t.throws(() => optimizer.importState(state), { instanceOf: OptionError, message }, `${from} → ${into}`)
    t.deepEqual(everything(optimizer, variables), before, `${from} → ${into}`)
  }
  const { optimizer } = trained(new AdamW())
  t.notThrows(() => optimizer.importState(trained(new Adam()).optimizer.exportState()), 'the same slots')
})

test('a state goes to the variables of its names, or by position to those that are only numbered differently', (t) => {
  const values = (optimizer: AnyOptimizer) =>
    Object.entries(optimizer.exportState())
      .filter(([name]) => name.endsWith('_m'))
      .map(([, x]) => [...x])
  const first = trained(new SGD({ momentum: 0.9 }), ['b', 'a'])
  const state = first.optimizer.exportState()
  const [b, a] = values(first.optimizer)
  const into = (names: string[]) => {
    const { optimizer } = trained(new SGD({ momentum: 0.9 }), names)
    optimizer.importState(state)
    return values(optimizer)
  }
  t.deepEqual(into(['a', 'b']), [a, b])
  t.deepEqual(into(['b_3', 'a_12']), [b, a])
  t.throws(() => into(['a', 'c']), { instanceOf: OptionError, message: /missing \[c_m\], unknown \[b_m\]/ })
  t.throws(() => into(['a_1', 'b_1']), { instanceOf: OptionError, message: /name variables and layers/ })
  const numbered = trained(new SGD({ momentum: 0.9 }), ['net_1/dense_2/kernel', 'net_1/dense_3/kernel'])
  const again = trained(new SGD({ momentum: 0.9 }), ['net_2/dense_3/kernel', 'net_2/dense_4/kernel'])
  for (const v of again.variables) v.assign([7, 7])
  again.optimizer.importState(numbered.optimizer.exportState())
  t.deepEqual(values(again.optimizer), values(numbered.optimizer))
})

/** What a saved state may have become, and the key that it happens to. */
const damages: Record<string, (state: State, key: string) => void> = {
  'a key is missing': (state, key) => delete state[key],
  'a key too many': (state) => {
    state.zzz = [1]
  },
  'too short': (state, key) => {
    state[key] = (state[key] as number[]).slice(1)
  },
  'too long': (state, key) => {
    state[key] = [...(state[key] as number[]), 1]
  },
  null: (state, key) => {
    state[key] = null
  },
  'NaN in JSON': (state, key) => {
    state[key] = (state[key] as number[]).map(() => null)
  },
  holes: (state, key) => {
    state[key] = new Array((state[key] as number[]).length)
  },
  texts: (state, key) => {
    state[key] = (state[key] as number[]).map(String)
  },
  'a string': (state, key) => {
    state[key] = '1'.repeat((state[key] as number[]).length)
  },
  'like a list': (state, key) => {
    state[key] = { ...(state[key] as number[]), length: (state[key] as number[]).length }
  },
  truths: (state, key) => {
    state[key] = (state[key] as number[]).map(() => true)
  },
  BigInts: (state, key) => {
    state[key] = (state[key] as number[]).map(() => 1n)
  },
  nested: (state, key) => {
    state[key] = [state[key]]
  },
}

test('a state that was cut, or holds anything but numbers, is refused by every optimizer, and nothing is changed', (t) => {
  const makers: (() => AnyOptimizer)[] = [
    () => new Adam({ useEma: true, gradientAccumulationSteps: 2 }),
    () => new LBFGS({ maxIterations: 3 }),
    () => new LossScaleOptimizer(new Adam()),
    () => new Lookahead(new Adam()),
    () => new SAM(new Adam()),
    () => new MultiOptimizer(new OptimizerMap(new SGD({ momentum: 0.5 }), { b: new Adam() })),
  ]
  for (const make of makers) {
    const { optimizer, variables } = trained(make())
    const before = everything(optimizer, variables)
    const good = saved(optimizer)
    t.true(Object.keys(good).length > 2)
    for (const [damage, happens] of Object.entries(damages)) {
      for (const key of Object.keys(good)) {
        const state = { ...good }
        happens(state, key)
        const what = `${optimizer}: ${key}: ${damage}`
        t.throws(() => optimizer.importState(state as OptimizerState), { instanceOf: OptionError }, what)
        t.deepEqual(everything(optimizer, variables), before, what)
      }
    }
    optimizer.importState(good as OptimizerState)
    t.deepEqual(everything(optimizer, variables).slice(0, 2), before.slice(0, 2))
  }
})

/** One of each optimizer, the wrappers around another one. */
const oneOfEach = [...knownClasses().keras, ...knownClasses().other].map((optimizer) => (): AnyOptimizer => {
  // biome-ignore lint/suspicious/noExplicitAny: classes by name
  const Class = optimizer as any
  if (Class === MultiOptimizer) return new Class(new OptimizerMap(new SGD({ momentum: 0.5 }), { b: new Adam() }))
  return new Class([LossScaleOptimizer, Lookahead, SAM].includes(Class) ? new Adam({ useEma: true }) : {})
})

/** Ways of a state to another place, and what they make of its arrays. */
const journeys: Record<string, (state: OptimizerState) => OptimizerState> = {
  JSON: (state) => JSON.parse(JSON.stringify(state)),
  'JSON, as part of something': (state) => JSON.parse(JSON.stringify({ epoch: 3, state })).state,
  'JSON of a copy': (state) => JSON.parse(JSON.stringify({ ...state })),
  structuredClone: (state) => structuredClone(state),
}

test('the state of every optimizer goes through JSON and structuredClone, and comes back bit for bit', (t) => {
  for (const make of oneOfEach) {
    const { optimizer } = trained(make())
    const state = optimizer.exportState()
    for (const [journey, send] of Object.entries(journeys)) {
      const again = trained(make())
      again.optimizer.importState(send(state))
      t.deepEqual({ ...again.optimizer.exportState() }, { ...state }, `${optimizer}: ${journey}`)
    }
  }
})

test('NaN, ±∞ and −0 in a state survive JSON', (t) => {
  const odd = [Number.NaN, Infinity, -Infinity, -0]
  const w = variable(odd, { name: 'w' })
  const make = (): AnyOptimizer[] => [
    new SGD({ momentum: 0.5 }),
    new LossScaleOptimizer(new SGD({ momentum: 0.5 })),
    new Lookahead(new SGD({ momentum: 0.5 })),
    new SAM(new SGD({ momentum: 0.5 })),
    new MultiOptimizer(new OptimizerMap(new SGD({ momentum: 0.5 }))),
  ]
  const [from, to] = [make(), make()]
  for (const [i, optimizer] of from.entries()) {
    for (const o of [optimizer, to[i]]) o.build([w])
    const state = optimizer.exportState()
    const slot = Object.keys(state).find((name) => name.endsWith('w_m')) as string
    optimizer.importState({ ...state, [slot]: Float32Array.from(odd) })
    to[i].importState(JSON.parse(JSON.stringify(optimizer.exportState())))
    t.deepEqual([...to[i].exportState()[slot]], odd, String(optimizer))
  }
})

test('what a refused state holds is said', (t) => {
  const { optimizer } = trained(new Adam())
  const good = saved(optimizer)
  const messages: [State, RegExp][] = [
    [
      { a_m: [1, null] },
      /^importState: element 1 of a_m is null, not a number\. JSON\.stringify writes null for NaN and ±∞/,
    ],
    [{ a_m: new Array(2) }, /^importState: element 0 of a_m is undefined, not a number\./],
    [{ a_m: [1, '2'] }, /^importState: element 1 of a_m is string 2, not a number\./],
    [{ a_m: [1] }, /^importState: a_m is a list of 1 numbers, expected float32 of 2\./],
    [{ a_m: new Float64Array(2) }, /^importState: a_m is float64 of 2 numbers, expected float32 of 2\./],
    [{ a_m: null }, /^importState: a_m is null, expected float32 of 2\./],
    [{ iteration: [1.5] }, /^importState: iteration is 1\.5, not an integer of at least 0/],
    [{ iteration: [1e300] }, /^importState: iteration is 1e\+300, not an integer of at least 0/],
  ]
  for (const [change, message] of messages)
    t.throws(() => optimizer.importState({ ...good, ...change } as OptimizerState), {
      instanceOf: OptionError,
      message,
    })
})

test('the learning rate in a state is a number where the optimizer has one: a schedule is named', (t) => {
  const learningRate = new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 })
  const wraps = [(o: AnyOptimizer) => o, (o: AnyOptimizer) => new Lookahead(o), (o: AnyOptimizer) => new SAM(o)]
  for (const wrap of wraps) {
    const [number, scheduled, computed] = [0.1, learningRate, () => 0.1].map(
      (rate) => trained(wrap(new Adam({ learningRate: rate }))).optimizer,
    )
    const name = (o: AnyOptimizer) => ((o as Lookahead).inner ?? o).name
    const refused = (o: AnyOptimizer, state: OptimizerState, message: string) =>
      t.throws(() => o.importState(state), { instanceOf: OptionError, message })
    refused(
      scheduled,
      number.exportState(),
      `importState: the state has a learning rate of 0.1, but that of ${name(scheduled)} is the schedule ${learningRate}. Build the optimizer with a number, or leave learning_rate out of the state.`,
    )
    refused(
      computed,
      number.exportState(),
      `importState: the state has a learning rate of 0.1, but that of ${name(computed)} is a function. Build the optimizer with a number, or leave learning_rate out of the state.`,
    )
    refused(
      number,
      scheduled.exportState(),
      `importState: the state has no learning rate, since a schedule or a function gave it, but that of ${name(number)} is the number 0.1. Build the optimizer with the same schedule.`,
    )
    const { learning_rate: _, ...rest } = number.exportState()
    t.notThrows(() => scheduled.importState(rest))
  }
})

test('L-BFGS takes back whole pairs of the size of its variables only', (t) => {
  const { optimizer } = trained(new LBFGS({ maxIterations: 3, historySize: 2 }))
  const good = saved(optimizer)
  const one = { s_0: [1, 2, 3, 4], y_0: [1, 2, 3, 4] }
  const states: [State, RegExp][] = [
    [{ ...good, iteration: [1.5] }, /iteration is 1\.5/],
    [{ ...good, iteration: [1, 2] }, /iteration is a list of 2 numbers/],
    [{ iteration: [1], s_0: one.s_0 }, /missing \[y_0\]/],
    [{ iteration: [1], s_1: one.s_0, y_1: one.y_0 }, /missing \[s_0, y_0\], unknown \[s_1, y_1\]/],
    [{ iteration: [1], s_0: [1, 2], y_0: [3, 4] }, /s_0 is a list of 2 numbers, expected float64 of 4/],
    [{ iteration: [1], s_0: 'ab', y_0: 'cd' }, /s_0 is string ab/],
    [{ iteration: [1], ...one, s_1: one.s_0, y_1: one.y_0, s_2: one.s_0, y_2: one.y_0 }, /3 pairs.*historySize is 2/],
    [{}, /missing \[iteration\]/],
  ]
  for (const [state, message] of states)
    t.throws(() => optimizer.importState(state as OptimizerState), { instanceOf: OptionError, message })
  for (const unbuilt of [new LBFGS(), new Adam(), new Lookahead(new Adam())])
    t.throws(() => unbuilt.importState(good as OptimizerState), { instanceOf: OptionError, message: /not built/ })
})

test('a loss scale is one finite number above 0, its counter one whole number', (t) => {
  const { optimizer } = trained(new LossScaleOptimizer(new Adam()))
  const good = saved(optimizer)
  for (const dynamic_scale of [[Infinity], [0], [-1], [Number.NaN], [3, 4], [], '9', ['9'], [true], null]) {
    const state = { ...good, dynamic_scale } as never
    t.throws(() => optimizer.importState(state), { instanceOf: OptionError, message: /dynamic_scale/ })
  }
  for (const step_counter of [[-1], [0.5], [1, 2], '1', [Number.NaN]]) {
    const state = { ...good, step_counter } as never
    t.throws(() => optimizer.importState(state), { instanceOf: OptionError, message: /step_counter/ })
  }
})

test('MultiOptimizer refuses groups and entries that it does not have, and takes groups without variables', (t) => {
  const make = () => new MultiOptimizer(new OptimizerMap(new SGD(), { a: new Adam(), b: new Adam() }))
  const { optimizer } = trained(make())
  const state = optimizer.exportState()
  const one = Float64Array.of(1)
  for (const extra of ['junk', '3/iteration', '0/zzz', '/iteration', '-1/iteration'])
    t.throws(() => optimizer.importState({ ...state, [extra]: one }), { instanceOf: OptionError, message: /unknown/ })
  const again = trained(make()).optimizer
  again.importState(state)
  t.deepEqual(again.exportState(), state)
})

test('the state of many variables of one name is written and read in one pass, and long lists of names are cut', (t) => {
  const variables = Array.from({ length: 3000 }, () => variable([1], { name: 'w' }))
  const [adam, sgd] = [new Adam(), new SGD({ momentum: 0.9 })]
  for (const optimizer of [adam, sgd]) optimizer.build(variables)
  const state = adam.exportState()
  t.is(Object.keys(state).length, 6002)
  t.deepEqual(Object.keys(state).slice(2, 7), ['w_m', 'w_v', 'w_m_1', 'w_v_1', 'w_m_2'])
  adam.importState(state)
  t.throws(() => sgd.importState(state), { message: /unknown \[w_v, w_v_1, .*, w_v_19, … 2980 more\]\./ })
})
