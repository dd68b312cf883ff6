/**
 * What the base does around every rule: order, clipping, decay, averages, accumulation, learning rates, errors; and that a call that throws
 * has changed nothing.
 */
import test from 'ava'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  Dense,
  ExponentialDecay,
  LBFGS,
  Lookahead,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  Optimizer,
  OptimizerMap,
  type OptimizerOptions,
  type OptimizerState,
  OptionError,
  randomNormal,
  SAM,
  ScheduleFreeAdamW,
  Sequential,
  SGD,
  tensor,
  type Variable,
  variable,
} from '../../../src/index.js'
import { catchWarnings, flat, quietly, stateOf } from '../golden-program.js'

const near = (a: number, b: number, tolerance = 1e-6) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

/** Everything that a failed call must not change. */
function fingerprint(optimizer: AnyOptimizer, variables: readonly Variable[]): unknown {
  return [optimizer.exportState(), optimizer.iterations, variables.map((v) => [v.dataSync(), v.version])]
}

test('an optimizer of one class with one rule works, fused and interpreted', (t) => {
  class SignMomentum extends Optimizer<OptimizerOptions & { beta?: number }> {
    static override readonly defaults = { learningRate: 0.1, beta: 0.5 }
    protected readonly slots = ['m']
    protected readonly rule = `
      m = beta * m + (1 - beta) * g
      w = w - eta * sign(m)`
  }
  for (const jitCompile of [true, false]) {
    const w = variable([1, 2])
    const optimizer = new SignMomentum({ jitCompile, weightDecay: 0.5 })
    optimizer.apply([tensor([3, -4])], [w])
    t.true(near(w.dataSync()[0], 0.85) && near(w.dataSync()[1], 2))
    t.deepEqual(flat(stateOf(optimizer, w, 'm').toArray()), [1.5, -2])
    t.is(SignMomentum.fromConfig(optimizer.getConfig()).options.beta, 0.5)
    t.throws(() => new SignMomentum({ betta: 1 } as object), { message: /Did you mean beta\?/ })
  }
})

test('a rule that reads an unknown name says which, and what there is', (t) => {
  class Wrong extends Optimizer {
    protected readonly slots = ['m']
    protected readonly rule = 'w = w - eta * gamma * g'
  }
  const w = variable([1])
  t.throws(() => new Wrong().apply([tensor([1])], [w]), {
    name: 'FormulaError',
    message: /Wrong: unknown name gamma in the rule.*m, eta/s,
  })
  t.is(w.item(), 1)
})

test('the steps come in order: loss scale, mean of the accumulated, clip, decay, rule, average, constraint', (t) => {
  const w = variable([2, -2], { dtype: 'float64', constraint: (x) => x.maximum(-1) })
  const optimizer = new SGD({
    learningRate: 0.5,
    lossScaleFactor: 10,
    gradientAccumulationSteps: 2,
    clipnorm: 1,
    weightDecay: 0.1,
    useEma: true,
  })
  optimizer.apply([tensor([30, 0], { dtype: 'float64' })], [w])
  t.deepEqual(flat(w.toArray()), [2, -1])
  optimizer.apply([tensor([30, 80], { dtype: 'float64' })], [w])
  // mean (3, 4), clipped to (0.6, 0.8), decay by 0.05, step 0.5
  const [x, y] = [2 * 0.95 - 0.3, -1 * 0.95 - 0.4]
  t.deepEqual(
    flat(w.toArray()).map((v) => v.toFixed(12)),
    [x.toFixed(12), '-1.000000000000'],
  )
  t.true(near(flat(stateOf(optimizer, w, 'average').toArray())[1], y, 1e-12))
  t.deepEqual(flat(stateOf(optimizer, w, 'gradient_accumulator').toArray()), [0, 0])
})

test('before the first step the average is a copy of the weights, so that finalizing loses nothing', (t) => {
  const w = variable([3, 4])
  const optimizer = new Adam({ useEma: true })
  optimizer.finalizeVariableValues([w])
  optimizer.build([w])
  optimizer.finalize_variable_values([w])
  t.deepEqual(w.toArray(), [3, 4])
})

test('a variable that takes its gradient as its value has no average, as in Keras', (t) => {
  // Keras 3.16: after two steps of SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2) from (0, 0)
  // along (-1, 5) and (-1, 7), where the second is overwritten: 1.5 and 7, and finalize_variable_values leaves 7.
  const [w, direct] = [variable([0], { name: 'w' }), variable([0], { name: 'direct' })]
  direct.overwriteWithGradient = true
  const optimizer = new SGD({ learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 })
  for (const value of [5, 7]) optimizer.apply([tensor([-1]), tensor([value])], [w, direct])
  t.deepEqual([w.item(), direct.item()], [1.5, 7])
  t.deepEqual(
    Object.keys(optimizer.exportState()).filter((name) => name.endsWith('average')),
    ['w_average'],
  )
  direct.assign([9])
  optimizer.finalizeVariableValues([w, direct])
  t.deepEqual([w.item(), direct.item()], [1.5, 9])
})

test('with accumulation the average moves, and overwrites, once per update', (t) => {
  const w = variable([0], { dtype: 'float64' })
  const options = {
    learningRate: 1,
    useEma: true,
    emaMomentum: 0.5,
    emaOverwriteFrequency: 2,
    gradientAccumulationSteps: 2,
  }
  const optimizer = new SGD(options)
  const seen: number[] = []
  for (let call = 0; call < 8; call++) {
    optimizer.apply([tensor([-1], { dtype: 'float64' })], [w])
    seen.push(w.item())
  }
  // updates: 1, then 2 averaged with 1 to 1.5, then 2.5, then 3.5 averaged with (1.5 + 2.5) / 2
  t.deepEqual(seen, [0, 1, 1, 1.5, 1.5, 2.5, 2.5, 2.75])
  t.is(optimizer.iterations, 4)
})

test('what was accumulated is kept when the updating call has no gradient', (t) => {
  const [a, b] = [variable([0]), variable([0])]
  const optimizer = new SGD({ learningRate: 1, gradientAccumulationSteps: 2 })
  const one = tensor([1])
  optimizer.apply([one, one], [a, b])
  quietly(() => optimizer.apply([one, null], [a, b]))
  t.deepEqual([a.item(), b.item()], [-1, 0])
  optimizer.apply([one, one], [a, b])
  optimizer.apply([one, one], [a, b])
  t.deepEqual([a.item(), b.item()], [-2, -1.5])
})

test('clipping by 0 or less clips nothing; an infinite element becomes NaN, the others 0', (t) => {
  const run = (options: OptimizerOptions, gradient: number[]) => {
    const w = variable(gradient.map(() => 0))
    new SGD({ learningRate: 1, ...options }).apply([tensor(gradient)], [w])
    return flat(w.toArray()).map((x) => x + 0)
  }
  for (const name of ['clipnorm', 'clipvalue', 'globalClipnorm']) {
    t.deepEqual(run({ [name]: 0 }, [3, -4]), [-3, 4])
    t.deepEqual(run({ [name]: -1 }, [3, -4]), [-3, 4])
    t.deepEqual(run({ [name]: 1 }, [0, 0]), [0, 0])
  }
  t.deepEqual(run({ clipnorm: 1 }, [Infinity, 1]), [Number.NaN, 0])
  t.deepEqual(run({ clipvalue: 1 }, [Infinity, -0.5]), [-1, 0.5])
  t.deepEqual(run({ globalClipnorm: 1 }, [Infinity, 1]), [Number.NaN, Number.NaN])
})

test('any numeric option may be a schedule or a function', (t) => {
  const w = variable([1], { dtype: 'float64' })
  const beta1 = new ExponentialDecay({ initialLearningRate: 0.9, decaySteps: 1, decayRate: 0.5 })
  let calls = 0
  const optimizer = new AdamW({ beta1, weightDecay: () => 0.1 * ++calls, learningRate: () => 0.5 })
  const fixed = variable([1], { dtype: 'float64' })
  for (const [i, b] of [0.9, 0.45].entries()) {
    optimizer.apply([tensor([1], { dtype: 'float64' })], [w])
    const reference = new AdamW({ beta1: b, weightDecay: 0.1 * (i + 1), learningRate: 0.5 })
    if (i > 0) continue
    reference.apply([tensor([1], { dtype: 'float64' })], [fixed])
    t.is(w.item(), fixed.item())
  }
  t.is(calls, 2)
  t.throws(() => new SGD({ learningRate: () => 'x' as never }).apply([tensor([1])], [variable([1])]), {
    name: 'OptionError',
    message: /learningRate returned x at step 0/,
  })
})

test('the learning rate is set by the rules of Keras', (t) => {
  const optimizer = new SGD({ learningRate: 1 })
  optimizer.learningRate = 2
  t.is(optimizer.learningRate, 2)
  const schedule = new ExponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 })
  Object.assign(optimizer, { learningRate: schedule })
  const w = variable([0])
  for (let i = 0; i < 3; i++) optimizer.apply([tensor([1])], [w])
  t.is(w.item(), -1.75)
  t.is(optimizer.learningRate, 0.125)
  t.throws(() => Object.assign(optimizer, { learningRate: 1 }), {
    message: /the learning rate of sgd.* is the schedule/,
  })
  t.throws(() => Object.assign(new SGD({ learningRate: () => 1 }), { learningRate: 1 }), {
    message: /the learning rate of sgd.* is a function/,
  })
  t.throws(() => Object.assign(optimizer, { learningRate: 'fast' }), { name: 'OptionError' })
})

test('weight decay spares what is excluded, by identity or by name, also after building', (t) => {
  const [kernel, bias, scale] = ['kernel', 'bias', 'layer_norm/scale'].map((path) => {
    const v = variable([2], { name: path.split('/').at(-1) })
    v.path = path
    return v
  })
  const all = [kernel, bias, scale]
  const zeros = all.map(() => tensor([0]))
  const optimizer = new SGD({ learningRate: 1, weightDecay: 0.5 })
  optimizer.excludeFromWeightDecay({ names: ['bi.s'], variables: [scale] })
  optimizer.apply(zeros, all)
  t.deepEqual(
    all.map((v) => v.item()),
    [1, 2, 2],
  )
  optimizer.excludeFromWeightDecay({ names: ['layer_norm', /^kern/] })
  optimizer.apply(zeros, all)
  t.deepEqual(
    all.map((v) => v.item()),
    [1, 1, 1],
  )
  t.throws(() => optimizer.excludeFromWeightDecay({ names: ['('] }), { name: 'OptionError' })
})

/** The state with the first number of one array replaced, and the iteration moved on. */
function changed(optimizer: AnyOptimizer, name: string, value: number): OptimizerState {
  const state = optimizer.exportState()
  return { ...state, iteration: Float64Array.of(77), [name]: [value, ...Array.from(state[name]).slice(1)] as never }
}

test('a failed call says why and changes nothing', (t) => {
  const create = () => new AdamW({ useEma: true, gradientAccumulationSteps: 2, clipnorm: 1 })
  const [a, b] = [variable([1, 2], { name: 'a' }), variable([[3]], { name: 'b' })]
  const good = [tensor([1, 1]), tensor([[1]])]
  const stranger = variable([1], { name: 'stranger' })
  const integer = variable([1], { dtype: 'int32', trainable: false })
  const failures: [(o: AnyOptimizer) => void, RegExp][] = [
    [(o) => o.apply([tensor([1])], [a]), /gradient of a has shape \[1\], the variable \[2\]/],
    [(o) => o.apply([good[0]], [a, b]), /1 gradients for 2 variables/],
    [(o) => o.apply([good[0], tensor([1])], [a, stranger]), /unknown variable stranger/],
    [(o) => o.apply([null, null], [a, b]), /No gradients provided for any variable/],
    [(o) => o.apply([[1, 1] as never], [a]), /not a tensor/],
    [(o) => o.apply([good[0]], [good[0] as never]), /not a variable/],
    [(o) => o.apply([tensor([1])], [integer]), /int32/],
    [(o) => o.step([a, b]), /loss.backward\(\)/],
    [(o) => o.step(undefined as never), /step: the variables are undefined, not a list/],
    [(o) => o.zeroGrad(undefined as never), /zeroGrad: the variables are undefined, not a list/],
    [
      (o) => (o as Adam).excludeFromWeightDecay({ names: 'bias' as never }),
      /names must be a list, such as \["bias"\], received "bias"/,
    ],
    [(o) => o.importState({}), /missing \[iteration/],
    [(o) => o.importState({}), /missing \[iteration, learning_rate, [^\]]*\]\. Build the optimizer only for/],
    [
      (o) => o.importState({ ...o.exportState(), odd: [1] } as never),
      /does not fit, unknown \[odd\]\. .*build\(model\.var/,
    ],
    [(o) => o.importState(null as never), /the state is null/],
    [(o) => o.importState([1] as never), /the state is an array/],
    [(o) => o.importState(o.exportStateAsync() as never), /the state is a promise.*await exportStateAsync\(\)/],
    [
      (o) => o.importState(JSON.stringify(o.exportState()) as never),
      /^importState: the state is a string of \d+ characters\. Parse it first: importState\(JSON\.parse\(text\)\)\.$/,
    ],
    [
      (o) => o.importState(changed(o, 'learning_rate', Number.NaN)),
      /learningRate must be a finite number.*received NaN/,
    ],
    [(o) => o.importState(changed(o, 'iteration', -5)), /iteration is -5, not an integer of at least 0/],
    [(o) => o.importState(changed(o, 'iteration', Number.NaN)), /iteration is NaN, not an integer of at least 0/],
    [(o) => o.importState(changed(o, 'a_m', 'x' as never)), /element 0 of a_m is string x, not a number/],
    [(o) => o.minimize(a.sum() as never, [a]), /not a function/],
    [(o) => o.minimize((() => 3) as never, [a]), /minimize: the loss function returned number 3, not a tensor/],
    [(o) => o.minimize((async () => a.sum()) as never, [a]), /^minimize: the function is async/],
    [(o) => o.minimize(() => a.sum(), undefined as never), /minimize: the variables are undefined, not a list/],
    [(o) => o.minimize(() => a.sum(), a as never), /minimize: the variables are .*, not a list/],
    [(o) => o.minimize(() => a.sum(), [[a]] as never), /is not a variable/],
    [(o) => o.apply(undefined as never, []), /apply: the gradients are undefined, not a list/],
    [(o) => o.apply(good[0] as never, [a]), /apply: the gradients are .*, not a list/],
    [(o) => o.apply([good[0]], a as never), /apply: the variables are .*, not a list/],
    [(o) => o.applyGradients(undefined as never), /applyGradients: the pairs are undefined, not a list/],
    [(o) => o.applyGradients([good[0], a] as never), /applyGradients: entry 0 is .*, not a pair/],
  ]
  for (const [fail, message] of failures) {
    const optimizer = create()
    optimizer.apply(good, [a, b])
    const before = fingerprint(optimizer, [a, b])
    t.throws(() => quietly(() => fail(optimizer)), { message })
    t.deepEqual(fingerprint(optimizer, [a, b]), before, String(message))
  }
  const fresh = create()
  t.throws(() => fresh.apply([tensor([1])], [a]))
  t.is(fresh.variables.length, 2)
  t.throws(() => fresh.apply([tensor([1])]), { message: /not built/ })
  t.throws(() => fresh.importState({}), { message: /not built/ })
})

test('wrappers are told the same of gradients, variables and losses that are none', (t) => {
  const w = variable([1, 2])
  const around = [
    () => new LossScaleOptimizer(new SGD()),
    () => new Lookahead(new SGD()),
    () => new MultiOptimizer(() => new SGD()),
    () => new ScheduleFreeAdamW(),
  ]
  for (const make of around) {
    t.throws(() => make().apply(undefined as never, [w]), { message: /apply: the gradients are undefined, not a list/ })
    t.throws(() => make().apply([[1, 2]] as never, [w]), { message: /the gradient of .* is an array, not a tensor/ })
    t.throws(() => make().apply([tensor([1, 2])], w as never), { message: /the variables are .*, not a list/ })
  }
  for (const optimizer of [new SAM(new SGD()), new LBFGS(), ...around.map((make) => make())]) {
    t.throws(() => optimizer.minimize((() => 3) as never, [w]), {
      message: /the loss function returned number 3, not a tensor/,
    })
    t.throws(() => optimizer.minimize(3 as never, [w]), { message: /the loss is number 3, not a function/ })
    t.throws(() => optimizer.minimize(() => w.sum(), w as never), { message: /the variables are .*, not a list/ })
  }
  t.deepEqual(w.toArray(), [1, 2])
})

test('what the async forms refuse is the same', async (t) => {
  const w = variable([1, 2])
  for (const optimizer of [new SGD(), new SAM(new SGD()), new LBFGS(), new LossScaleOptimizer(new SGD())]) {
    await t.throwsAsync(async () => optimizer.minimizeAsync((() => 3) as never, [w]), {
      message: /returned number 3, not a/,
    })
    await t.throwsAsync(async () => optimizer.minimizeAsync(() => w.sum(), w as never), { message: /not a list/ })
  }
  const scaled = new LossScaleOptimizer(new SGD())
  await t.throwsAsync(async () => scaled.applyAsync(undefined as never, [w]), { message: /gradients are undefined/ })
})

test('a state survives JSON', (t) => {
  const w = variable([1, 2])
  const optimizer = new Adam()
  optimizer.apply([tensor([1, 3])], [w])
  const state = optimizer.exportState()
  const text = JSON.stringify(state, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as never) : value))
  optimizer.apply([tensor([1, 3])], [w])
  optimizer.importState(JSON.parse(text))
  t.deepEqual(optimizer.exportState(), state)
})

test('options under the names of other libraries are understood well enough to help', (t) => {
  const options = { lr: 'learningRate', eps: 'epsilon', betas: 'beta1 and beta2', weight_decay: 'weightDecay' }
  for (const [name, meant] of Object.entries(options))
    t.throws(() => new Adam({ [name]: 1 } as never), {
      message: `Adam: unknown option ${name}. Did you mean ${meant}?`,
    })
  t.throws(() => new SGD({ betas: [1, 2] } as never), { message: /The options are learningRate, / })
  t.throws(() => new Adam([variable([1])] as never), { instanceOf: OptionError, message: /received a list/ })
})

test('configurations that are none, and numbers that cannot be, are refused', (t) => {
  for (const [make, message] of [
    [() => SGD.fromConfig(null as never), /fromConfig: the configuration is null/],
    [() => SGD.fromConfig([] as never), /fromConfig: the configuration is/],
    [() => ExponentialDecay.fromConfig(5 as never), /fromConfig: the configuration is 5/],
    [() => MultiOptimizer.fromConfig({}), /MultiOptimizer: the configuration has no optimizer_map, got undefined/],
    [() => OptimizerMap.fromConfig({}), /OptimizerMap: the configuration has no default_optimizer, got undefined/],
    [() => new Adam({ beta1: 2 }), /beta1 must be in \[0, 1\], received 2/],
    [() => new Adam({ epsilon: -1 }), /epsilon must be a finite number, 0 or more, received -1/],
    [() => new SGD({ lossScaleFactor: 0 }), /lossScaleFactor must be a number other than 0/],
  ] as const)
    t.throws(make, { instanceOf: OptionError, message })
})

test('an optimizer without a rule, and a rule with an unknown name, are told what to write', (t) => {
  class Nothing extends Optimizer {
    protected slots = []
    declare protected rule: string
  }
  const w = variable([1])
  t.throws(() => new Nothing().apply([tensor([1])], [w]), {
    instanceOf: OptionError,
    message: /Nothing: it has no rule/,
  })
  class Typo extends Optimizer {
    static override defaults = { mu: 0.9 }
    protected slots = ['m']
    protected rule = 'w = w - lr * g'
  }
  t.throws(() => new Typo({ clipnorm: 1 }).apply([tensor([1])], [w]), {
    message: 'Typo: unknown name lr in the rule. It may use g, w, m, eta, t, mu.',
  })
  class Named extends Optimizer {
    protected slots = []
    protected rule = 'w = w - learningRate * g'
  }
  t.throws(() => new Named().apply([tensor([1])], [w]), {
    message:
      /Named: unknown name learningRate in the rule\. The learning rate is called eta\. It may use g, w, eta, t\./,
  })
  class Idle extends Optimizer {
    protected slots = ['m']
    protected rule = `
      m = 0.9 * m + g
      weight = w - eta * m`
  }
  const idle = new Idle()
  t.throws(() => idle.apply([tensor([1])], [w]), {
    instanceOf: OptionError,
    message:
      'Idle: the rule assigns m and weight, but never w, so that nothing would be learned. End it with a line such as w = w - eta * g.',
  })
  t.deepEqual([idle.iterations, idle.variables.length], [0, 2])
  t.is(w.item(), 1)
})

test('a state is restored into the same model made anew, whose variables are numbered differently', (t) => {
  const creates = [() => new Adam({ useEma: true }), () => new Lookahead(new Adam(), { syncPeriod: 2 })]
  for (const create of creates) {
    const make = (start: number[][]) => {
      const variables = start.map((values) => variable(values))
      const optimizer = create()
      optimizer.build(variables)
      const steps = () => {
        for (let i = 0; i < 3; i++)
          optimizer.minimize(() => variables[0].sum().mul(variables[1].square().sum()), variables)
        return variables.map((v) => Array.from(v.dataSync()))
      }
      return { optimizer, steps }
    }
    const first = make([[1, 2], [3]])
    const weights = first.steps()
    const state = first.optimizer.exportState()
    const second = make(weights)
    t.notDeepEqual(Object.keys(second.optimizer.exportState()), Object.keys(state))
    second.optimizer.importState(state)
    t.deepEqual(second.steps(), first.steps())
    const other = make([[1], [2, 3]])
    t.throws(() => other.optimizer.importState(state), {
      instanceOf: OptionError,
      message: /name variables and layers/,
    })
  }
})

test('a constraint, a schedule or an option function that throws leaves everything as it was', (t) => {
  let isBroken = false
  const broken = <T>(value: T): T => {
    if (isBroken) throw new Error('broken')
    return value
  }
  const [a, b] = [variable([1, 2]), variable([3, 4], { constraint: (x) => broken(x) })]
  const optimizer = new AdamW({ useEma: true, beta1: () => broken(0.9) })
  const free = new Adam({ epsilon: () => broken(1e-7), globalClipnorm: 1 })
  for (const [o, variables] of [
    [optimizer, [a, b]],
    [free, [a]],
  ] as const) {
    isBroken = false
    o.apply(
      variables.map(() => tensor([1, 1])),
      variables,
    )
    const before = fingerprint(o, [a, b])
    isBroken = true
    t.throws(
      () =>
        o.apply(
          variables.map(() => tensor([1, 1])),
          variables,
        ),
      { message: 'broken' },
    )
    t.deepEqual(fingerprint(o, [a, b]), before)
  }
  isBroken = false
  const wrongShape = variable([1, 2], { constraint: (x) => x.sum() })
  t.throws(() => new SGD().apply([tensor([1, 1])], [wrongShape]), { name: 'ShapeError' })
  t.deepEqual(wrongShape.toArray(), [1, 2])
})

test('missing gradients are warned about once per call, and their variables stay', (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => variable([1], { name }))
  const optimizer = new SGD()
  const { warnings } = catchWarnings(() => optimizer.apply([tensor([1]), null, null], [a, b, c]))
  t.is(warnings.length, 1)
  t.regex(warnings[0], /^apply: Gradients do not exist for variables \[b, c\] when minimizing the loss/)
  t.deepEqual([b.item(), c.item()], [1, 1])
  c.trainable = false
  const step = () => {
    a.mul(b).sum().backward()
    optimizer.step([a, b, c])
  }
  const frozen = 'the variables [c] are frozen (trainable: false) and have no gradient. The update leaves them out; '
  for (const [op, run] of Object.entries({ step, minimize: () => optimizer.minimize(() => a.mul(b).sum(), [a, b, c]) }))
    t.deepEqual(catchWarnings(run).warnings, [`${op}: ${frozen}pass model.trainableVariables to avoid this warning.`])
})

test('a model, a layer or anything else in place of a list of variables is told from one', (t) => {
  const layer = new Dense(2, { inputShape: [1], name: 'head' })
  const model = new Sequential([layer], { name: 'net' })
  const calls: [name: string, before: string, (o: AnyOptimizer, variables: never) => unknown][] = [
    ['step', '', (o, v) => o.step(v)],
    ['zeroGrad', '', (o, v) => o.zeroGrad(v)],
    ['build', '', (o, v) => o.build(v)],
    ['addVariables', '', (o, v) => o.addVariables(v)],
    ['finalizeVariableValues', '', (o, v) => o.finalizeVariableValues(v)],
    ['minimize', 'loss, ', (o, v) => o.minimize(() => tensor(1), v)],
    ['apply', 'gradients, ', (o, v) => o.apply([tensor([1])], v)],
  ]
  const optimizers: [AnyOptimizer, string[]][] = [
    [new Adam(), []],
    [new Lookahead(new Adam()), []],
    [new MultiOptimizer(() => new SGD()), []],
    [new SAM(new SGD()), ['apply']],
    [new LBFGS(), ['apply', 'addVariables', 'finalizeVariableValues']],
  ]
  for (const [optimizer, without] of optimizers) {
    for (const [name, before, call] of calls.filter(([name]) => !without.includes(name))) {
      const message = (given: string, hint: string) => `${name}: the variables are ${given}, not a list. ${hint}`
      const pass = (what: string) => `Pass its variables: ${name}(${before}${what}.trainableVariables).`
      const refused = (variables: unknown, text: string) =>
        t.throws(() => call(optimizer, variables as never), { instanceOf: OptionError, message: text })
      const hint = 'Pass model.trainableVariables for a model, [w] for one variable.'
      refused(model, message('the model net', pass('model')))
      refused(layer, message('the layer head', pass('layer')))
      refused(new Set(), message('object [object Set]', hint))
      refused(variable([1]), message('a tensor of shape [1]', hint))
      if (name !== 'apply') refused(undefined, message('undefined', hint))
    }
    for (const call of [(v: never) => optimizer.step(v), (v: never) => optimizer.zeroGrad(v)])
      t.throws(() => call([model] as never), {
        message: /: the model net is not a variable\. Pass model\.trainableVar/,
      })
  }
})

test('an optimizer used for two models is rejected', (t) => {
  const [a, b] = ['a', 'b'].map((name) => new Sequential([new Dense(1, { inputShape: [1] })], { name }))
  const optimizer = new Adam({ name: 'adam' })
  for (const model of [a, b]) model.compile({ optimizer, loss: 'meanSquaredError' })
  a.trainOnBatch([[1]], [[2]])
  const message =
    /^apply: unknown variable b\/dense\w*\/kernel\. adam was built for other variables \(those of another model\?\): \[a\/.*\]\. .*create one for each model\.$/
  t.throws(() => b.trainOnBatch([[1]], [[2]]), { instanceOf: OptionError, message })
})

test('a state of all variables, and one of those that are not frozen, are told apart', (t) => {
  const model = new Sequential([new Dense(1, { inputShape: [1] }), new Dense(1)], { name: 'net' })
  model.layers[0].trainable = false
  const [all, some] = [new Adam(), new Adam()]
  all.build(model.variables)
  some.build(model.trainableVariables)
  t.throws(() => some.importState(all.exportState()), {
    message:
      /does not fit, unknown \[net_dense\w*_kernel_m, [^\]]*\]\. .*: build\(model\.variables\) includes frozen layers/,
  })
  t.throws(() => all.importState(some.exportState()), {
    message:
      /does not fit, missing \[net_dense\w*_kernel_m, [^\]]*\]\. .*: build\(model\.trainableVariables\) excludes/,
  })
})

test('minimize, applyGradients and step do what apply does', (t) => {
  const results = [0, 1, 2].map((way) => {
    const w = variable([1, 2])
    const optimizer = new Adam({ learningRate: 0.1 })
    const loss = () => w.square().sum()
    for (let i = 0; i < 3; i++) {
      if (way === 0) t.is(optimizer.minimize(loss, [w]).size, 1)
      if (way === 1) optimizer.applyGradients([[w.detach().mul(2), w]])
      if (way === 2) {
        optimizer.zeroGrad([w])
        loss().backward()
        optimizer.step([w])
      }
    }
    return flat(w.toArray())
  })
  t.deepEqual(results[1], results[0])
  t.deepEqual(results[2], results[0])
})

test('options are checked when an optimizer is made', (t) => {
  const wrong: [() => unknown, RegExp][] = [
    [() => new Adam({ beta_1: 0.9 } as object), /unknown option beta_1. Did you mean beta1\?/],
    [() => new Adam({ learning_rate: 0.9 } as object), /Did you mean learningRate\?/],
    [() => new Adam({ learningRate: Number.NaN }), /learningRate must be a finite number/],
    [() => new Adam({ learningRate: '1' as never }), /received "1"/],
    [() => new Adam({ learningRate: -1 }), /learningRate must be a finite number, 0 or more, received -1/],
    [() => new SGD({ weightDecay: -0.1 }), /weightDecay must be a finite number, 0 or more, received -0.1/],
    [() => new Muon({ adamWeightDecay: -1 }), /adamWeightDecay must be a finite number, 0 or more, received -1/],
    [() => new Adam({ learningRate: Infinity }), /learningRate must be a finite number.*received Infinity/],
    [() => (new Adam().learningRate = Infinity), /learningRate must be a finite number.*received Infinity/],
    [() => new Adam({ clipnorm: Infinity }), /clipnorm must be a finite number.*received Infinity/],
    [() => new Adam({ epsilon: Infinity }), /epsilon must be a finite number.*received Infinity/],
    [() => new ExponentialDecay({ initialLearningRate: Infinity, decaySteps: 1, decayRate: 1 }), /a finite number/],
    [() => (new Adam().learningRate = -1), /learningRate must be a finite number, 0 or more, received -1/],
    [
      () => new Adam({ learningRate: ExponentialDecay as never }),
      /learningRate must be an instance: new ExponentialDecay\(\{ … \}\), received the class ExponentialDecay/,
    ],
    [
      () => new Adam({ weightDecay: ExponentialDecay as never }),
      /weightDecay must be an instance: new Exp.*, received the class ExponentialDecay/,
    ],
    [
      () => (new Adam().learningRate = ExponentialDecay as never),
      /learningRate must be an instance: new Exp.*, received the class ExponentialDecay/,
    ],
    [() => new Adam({ amsgrad: 1 as never }), /amsgrad must be true or false/],
    [() => new Adam({ gradientAccumulationSteps: 1 }), /at least 2/],
    [() => new Adam({ useEma: true, emaMomentum: 2 }), /emaMomentum must be in \[0, 1\]/],
    [() => new Adam({ useEma: true, emaOverwriteFrequency: 1.5 }), /emaOverwriteFrequency/],
    [() => new Adam({ clipnorm: 1, globalClipnorm: 1 }), /only one of clipnorm, clipvalue and globalClipnorm/],
    [() => new SGD({ momentum: 1.5 }), /momentum must be in \[0, 1\]/],
    [() => new SGD(0.1 as never), /options must be an object/],
    [() => Adam.fromConfig({ learning_rate: 1, foo: 1 }), /unknown option foo/],
    [() => Adam.fromConfig({ learning_rate: { class_name: 'Foo', config: {} } }), /unknown schedule Foo/],
  ]
  for (const [make, message] of wrong) t.throws(make, { name: 'OptionError', message })
  const config = { learning_rate: 0.5, beta_1: 0.5 }
  const copy = { ...config }
  t.is(Adam.fromConfig(config).learningRate, 0.5)
  t.deepEqual(config, copy)
  t.is(Adam.fromConfig({ ...config, jit_compile: false, is_legacy_optimizer: false }).options.jitCompile, false)
})

test('float32 and float64 variables may be mixed, and have any number of elements', (t) => {
  for (const jitCompile of [true, false]) {
    const variables = [
      variable([1, 2, 3], { dtype: 'float64' }),
      variable(1),
      variable(randomNormal([5, 7], { seed: 1 })),
      variable([], { dtype: 'float64' }),
    ]
    const optimizer = new AdamW({ jitCompile, useEma: true, clipnorm: 1 })
    for (let i = 0; i < 2; i++)
      optimizer.apply(
        variables.map((v) => v.detach().mul(0).add(1)),
        variables,
      )
    t.true(variables.slice(0, 3).every((v) => v.dataSync().every(Number.isFinite)))
    t.true(near(variables[1].item(), (1 - 0.004 * 0.001) ** 2 - 0.002, 1e-5))
  }
})

test('schedule-free: evaluation weights are swapped in and out, and the next step undoes the swap', (t) => {
  const run = (swaps: boolean) => {
    const w = variable([1, 2], { dtype: 'float64' })
    const optimizer = new ScheduleFreeAdamW({ learningRate: 0.1 })
    const x = [1, 2]
    const z = [1, 2]
    for (let i = 1; i <= 5; i++) {
      optimizer.minimize(() => w.square().sum(), [w])
      const fast = flat(stateOf(optimizer, w, 'z').toArray())
      fast.forEach((value, k) => {
        z[k] = value
        x[k] = (1 - 1 / i) * x[k] + value / i
      })
      if (!swaps) continue
      optimizer.finalizeVariableValues([w])
      t.true(flat(w.toArray()).every((value, k) => near(value, x[k], 1e-12)))
      if (i % 2) optimizer.restoreForTraining()
      t.is(optimizer.isEvaluating, i % 2 === 0)
    }
    optimizer.restoreForTraining()
    return flat(w.toArray())
  }
  t.deepEqual(run(true), run(false))
})

test('explain prints no −0 % and no ratio to weights that are 0', (t) => {
  const bias = variable([0, 0], { name: 'bias' })
  const optimizer = new SGD({ learningRate: 0.5 })
  optimizer.apply([tensor([1, 1])], [bias])
  const cells = String(optimizer.explain()).split('\n')[2].trim().split(/\s+/)
  t.deepEqual(cells, ['bias', '1.41', '×1', '0%', '0', '0.707', '–', '–'])
})

test('explain reports what a step did', (t) => {
  const [a, b] = [variable([3, 4], { name: 'a', dtype: 'float64' }), variable([1], { name: 'b', dtype: 'float64' })]
  const optimizer = new SGD({
    learningRate: 0.1,
    clipnorm: 1,
    weightDecay: 0.5,
    useEma: true,
    emaMomentum: 0.5,
    lossScaleFactor: 2,
  })
  t.throws(() => optimizer.explain(), { message: /has not made a step yet/ })
  const step = () => optimizer.apply([tensor([0, 10], { dtype: 'float64' }), tensor([1], { dtype: 'float64' })], [a, b])
  step()
  const [first, second] = optimizer.explain().variables
  t.deepEqual(
    [first.variable, first.gradientNorm, first.unscaledNorm, first.clippedNorm, first.clipFactor],
    ['a', 10, 5, 1, 0.2],
  )
  t.true(near(first.updateNorm, 0.1, 1e-12) && near(first.updateRatio, 0.02, 1e-12) && near(first.decay, 0.05, 1e-12))
  t.deepEqual([first.averageDistance, second.clipFactor, second.weightNorm], [0, 1, 1])
  step()
  const report = optimizer.explain(b)
  t.is(report.variables.length, 1)
  t.is(report.step, 2)
  t.true((report.variables[0].averageDistance as number) > 0)
  t.is(String(report).split('\n').length, 3)
  const unasked = new SGD()
  for (let i = 0; i < 3; i++) unasked.apply([tensor([1])], [variableOnce])
  t.true(unasked.explain().isOutdated)
  t.regex(String(unasked.explain()), /, step 1, .* \(the last measured step; from now on, every step is measured\)/)
  t.throws(() => unasked.explain(variable([1], { name: 'odd' })), { message: /did not update odd\. It updated/ })
  unasked.apply([tensor([1])], [variableOnce])
  t.false(unasked.explain().isOutdated)
})

const variableOnce = variable([1])
