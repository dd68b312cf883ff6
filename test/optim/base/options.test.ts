/**
 * Options of the wrong kind are refused when the optimizer is made, not at its first step; so are configurations.
 */
import test from 'ava'
import * as nabla from '../../../src/index.js'
import {
  Adam,
  type AnyOptimizer,
  NablaError,
  OptionError,
  optimizers,
  ScheduleFreeAdamW,
  SGD,
} from '../../../src/index.js'
import { findClass } from '../../../src/optim/wrappers/registry.js'

const inner = { class_name: 'SGD', config: {} }
const multi = (config: object) => ({ optimizer_map: { config: { default_optimizer: inner } }, ...config })

const refused: [className: string, config: object, message: RegExp][] = [
  ['Lookahead', { slow_step_size: 'x' }, /^Lookahead: slowStepSize must be in \[0, 1\], received "x"\./],
  ['Lookahead', { slow_step_size: () => 0.5 }, /slowStepSize must be in \[0, 1\]/],
  ['Lookahead', { sync_period: '2' }, /syncPeriod must be a whole number/],
  ['SAM', { rho: '0.1' }, /^SAM: rho must be a finite number above 0, received "0\.1"\./],
  ['SAM', { rho: Infinity }, /rho must be/],
  [
    'LossScaleOptimizer',
    { dynamic_growth_steps: '2' },
    /dynamicGrowthSteps must be a whole number above 0, received "2"/,
  ],
  ['LossScaleOptimizer', { dynamic_growth_steps: 1.5 }, /dynamicGrowthSteps must be a whole number above 0/],
  ['LossScaleOptimizer', { initial_scale: '8' }, /initialScale must be a finite number above 0, received "8"/],
  ['LBFGS', { max_iterations: 1.5 }, /^LBFGS: maxIterations must be a whole number above 0, received 1\.5\./],
  ['LBFGS', { history_size: 0.5 }, /historySize must be a whole number above 0/],
  ['LBFGS', { max_evaluations: '3' }, /maxEvaluations must be a whole number above 0, received "3"/],
  ['LBFGS', { learning_rate: () => 1 }, /learningRate must be a finite number above 0/],
  ['LBFGS', { tolerance_change: -1 }, /toleranceChange must be a finite number above 0/],
  [
    'Muon',
    { exclude_layers: 'kernel' },
    /^Muon: excludeLayers must be a list of regular expressions, or null, received "kernel"/,
  ],
  ['Muon', { exclude_layers: 5 }, /excludeLayers must be a list/],
  ['Muon', { exclude_layers: [5] }, /excludeLayers must be a list/],
  ['Muon', { exclude_layers: ['('] }, /excludeLayers must be a list of regular expressions/],
  ['Muon', { ns_steps: -1 }, /nsSteps must be a whole number, 0 or more, received -1/],
  ['Muon', { ns_steps: 1.5 }, /nsSteps must be a whole number/],
  ['Muon', { muon_a: () => 1 }, /muonA must be a finite number/],
  ['Adagrad', { initial_accumulator_value: () => 1 }, /initialAccumulatorValue must be a finite number/],
  ['Ftrl', { initial_accumulator_value: () => 1 }, /initialAccumulatorValue must be a finite number/],
  ['SGD', { momentum: '0.9' }, /momentum must be a finite number, a schedule or a function/],
  ['SGD', { momentum: 2 }, /momentum must be in \[0, 1\], received 2/],
  ['Adam', { beta_1: [0.9] }, /beta1 must be a finite number/],
  ['Adam', { amsgrad: 'yes' }, /amsgrad must be true or false/],
  ['Adam', { ema_overwrite_frequency: '2' }, /emaOverwriteFrequency must be a/],
  ['MultiOptimizer', multi({ learning_rate: 3 }), /^MultiOptimizer: unknown option learningRate/],
  ['MultiOptimizer', multi({ loss_scale_factor: '2' }), /lossScaleFactor must be a finite number/],
  ['MultiOptimizer', multi({ loss_scale_factor: 0 }), /lossScaleFactor must be a number other than 0/],
  [
    'MultiOptimizer',
    { optimizer_map: { config: { default_optimizer: inner, map: 1 } } },
    /^OptimizerMap: unknown option map/,
  ],
]

test('options of the wrong kind are refused', (t) => {
  for (const [class_name, config, message] of refused) {
    const whole = { inner_optimizer: inner, ...config }
    const isWrapper = ['Lookahead', 'SAM', 'LossScaleOptimizer'].includes(class_name)
    const serialized = { class_name, config: isWrapper ? whole : config } as never
    t.throws(() => optimizers.deserialize(serialized), { instanceOf: OptionError, message }, `${class_name} ${message}`)
  }
})

const classes = [
  ...[
    'Adadelta',
    'Adafactor',
    'Adagrad',
    'Adam',
    'Adamax',
    'AdamW',
    'Ftrl',
    'Lamb',
    'Lion',
    'Muon',
    'Nadam',
    'RMSprop',
  ],
  ...[
    'ScheduleFreeAdamW',
    'SGD',
    'AdaBelief',
    'RAdam',
    'LBFGS',
    'Lookahead',
    'SAM',
    'LossScaleOptimizer',
    'MultiOptimizer',
  ],
]

test('a name is a string, a configuration an object, in every class', (t) => {
  for (const class_name of classes) {
    const isWrapper = ['Lookahead', 'SAM', 'LossScaleOptimizer'].includes(class_name)
    const good = class_name === 'MultiOptimizer' ? multi({}) : isWrapper ? { inner_optimizer: inner } : {}
    const read = (config: unknown) => optimizers.deserialize({ class_name, config } as never)
    t.is(read({ ...good, name: 'mine' }).name, 'mine')
    t.is(typeof read({ ...good, name: null }).name, 'string')
    for (const name of [{ a: 1 }, 5, true, ['x']])
      t.throws(() => read({ ...good, name }), { instanceOf: OptionError, message: /name must be a string/ }, class_name)
    for (const config of [5, [], 'x', [1]]) {
      t.throws(() => read(config), { instanceOf: OptionError, message: /the configuration is / }, class_name)
      t.throws(
        () => findClass(class_name, []).fromConfig(config as never),
        { message: /the configuration is / },
        class_name,
      )
    }
  }
})

test('whatever stands in a configuration, it makes an optimizer or is refused', (t) => {
  const values = [null, Number.NaN, '0.1', 'x', -1, 0, Infinity, [], [1], {}, true, 1.5, 2n, Symbol('x')]
  for (const class_name of classes) {
    const isWrapper = ['Lookahead', 'SAM', 'LossScaleOptimizer'].includes(class_name)
    const good = class_name === 'MultiOptimizer' ? multi({}) : isWrapper ? { inner_optimizer: inner } : {}
    const config = optimizers.deserialize({ class_name, config: good } as never).getConfig()
    for (const key of Object.keys(config))
      for (const value of values) {
        let optimizer: AnyOptimizer | undefined
        try {
          optimizer = optimizers.deserialize({ class_name, config: { ...config, [key]: value } } as never)
        } catch (error) {
          t.true(error instanceof NablaError, `${class_name} ${key}: ${String(value)}: ${error}`)
        }
        if (!optimizer) continue
        const w = nabla.variable([[1, 2]], { name: 'kernel' })
        const gradient = nabla.tensor([[2, 4]])
        const step = () =>
          value === Infinity ? optimizer.apply([gradient], [w]) : optimizer.minimize(() => w.square().sum(), [w])
        if (value === Infinity && ['SAM', 'LBFGS'].includes(class_name)) continue
        t.notThrows(step, `${class_name} ${key}: ${String(value)}`)
      }
  }
})

test('an option left undefined has its default', (t) => {
  const options = { learningRate: undefined, name: undefined, historySize: undefined }
  t.is(new nabla.LBFGS(options).options.historySize, 10)
  t.is(new nabla.LBFGS(options).learningRate, 1)
  t.throws(() => new nabla.LBFGS([] as never), { instanceOf: OptionError, message: /options must be an object/ })
})

test('minimize refuses what is no loss while the average is in the variables, and leaves it there', async (t) => {
  const w = nabla.variable([1, 2])
  const optimizer = new ScheduleFreeAdamW({ learningRate: 0.5 })
  for (let i = 0; i < 3; i++) optimizer.minimize(() => w.square().sum(), [w])
  optimizer.swapForEvaluation()
  const average = w.toArray()
  const broken = () => {
    throw new Error('broken')
  }
  for (const [loss, variables] of [
    [3, [w]],
    [() => w.sum(), w],
    [() => 3, [w]],
    [broken, [w]],
  ]) {
    t.throws(() => optimizer.minimize(loss as never, variables as never))
    await t.throwsAsync(optimizer.minimizeAsync(loss as never, variables as never))
    t.true(optimizer.isEvaluating)
    t.deepEqual(w.toArray(), average)
  }
  optimizer.minimize(() => w.square().sum(), [w])
  t.false(optimizer.isEvaluating)
})

test('a gradient whose tidy is over is found before the first variable moves', (t) => {
  for (const make of [() => new SGD(), () => new Adam({ clipnorm: 1 }), () => new nabla.Lookahead(new SGD())]) {
    const [v, w, table] = [nabla.variable([1, 1]), nabla.variable([1, 2], { name: 'w' }), nabla.variable([[1], [2]])]
    const optimizer = make()
    optimizer.build([v, w, table])
    let gradients = new Map<nabla.Tensor, nabla.Tensor>()
    nabla.tidy(() => {
      gradients = w
        .square()
        .sum()
        .add(table.gather([1, 1]).square().sum())
        .gradientsOfLeaves()
    })
    const before = optimizer.exportState()
    const good = nabla.tensor([1, 1])
    const message = /^apply: the gradient of .* belonged to a tidy\(\) or training step that is over\. /
    t.throws(() => optimizer.apply([good, gradients.get(w)], [v, w]), { instanceOf: nabla.GradientError, message })
    t.true(gradients.get(table) instanceof nabla.IndexedSlices)
    t.throws(() => optimizer.apply([good, gradients.get(table)], [v, table]), { instanceOf: NablaError, message })
    t.deepEqual([v.toArray(), w.toArray(), table.toArray(), optimizer.iterations], [[1, 1], [1, 2], [[1], [2]], 0])
    t.deepEqual(optimizer.exportState(), before)
  }
})
