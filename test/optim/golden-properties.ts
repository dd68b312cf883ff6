/**
 * The golden cases that are described in words, and those that train a model.
 */
import type { ExecutionContext } from 'ava'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  Dense,
  IndexedSlices,
  Lion,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  Nadam,
  nonNeg,
  OptimizerMap,
  ones,
  optimizers,
  PolynomialDecay,
  RMSprop,
  randomUniform,
  ScheduleFreeAdamW,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  type Variable,
  variable,
  zeros,
} from '../../src/index.js'
import { close, flat, type Json, make } from './golden-program.js'

type Property = (t: ExecutionContext, c: Json) => void | Promise<void>

const roundTrip = (optimizer: AnyOptimizer) =>
  optimizers.deserialize(JSON.parse(JSON.stringify(optimizers.serialize(optimizer))))

/** Every case's test, by its id. */
export const properties: Record<string, Property> = {
  base_constraints_are_applied(t) {
    const v = variable(randomUniform([2, 2], { seed: 1 }).sub(1), { constraint: nonNeg() })
    new SGD({ learningRate: 0.0001 }).apply([zeros([2, 2])], [v])
    t.is(v.min().item(), 0)
  },

  base_get_method(t) {
    t.true(optimizers.get('sgd') instanceof SGD)
    t.true(optimizers.get('adamw') instanceof AdamW)
    t.is(optimizers.get(null), null)
    t.throws(() => optimizers.get('typo'), { name: 'OptionError' })
  },

  accum_equals_mean(t, c) {
    const create = (config: Json) =>
      (optimizers.get(c.optimizer) as Json).constructor.fromConfig(config) as AnyOptimizer
    const [one, three] = [create(c.config_single), create(c.config_accumulated)]
    const [a, b] = [variable(c.initial[0]), variable(c.initial[0])]
    for (let epoch = 0; epoch < 8; epoch++) {
      const grads = [0, 1, 2].map((i) => randomUniform([2, 1], { seed: 3 * epoch + i }))
      one.apply([grads[0].add(grads[1]).add(grads[2]).div(3)], [a])
      for (const g of grads) three.apply([g], [b])
    }
    close(t, b.toArray(), a.toArray(), c.tolerance, 'the accumulated variable')
  },

  pickle_config(t, c) {
    const optimizer = optimizers.get(c.optimizer) as AnyOptimizer
    t.deepEqual(roundTrip(optimizer).getConfig(), optimizer.getConfig())
  },

  base_setting_lr_to_callable_untracks_lr_var(t) {
    const adam = new Adam({ learningRate: 0.001 })
    t.is(adam.variables.length, 2)
    adam.learningRate = new PolynomialDecay({ initialLearningRate: adam.learningRate, decaySteps: 4 })
    t.is(adam.variables.length, 1)
  },

  base_auto_naming(t) {
    for (const [create, base] of [
      [() => new Adam(), 'adam'],
      [() => new SGD(), 'sgd'],
      [() => new AdamW(), 'adam_w'],
    ] as const) {
      const [first, second] = [create().name, create().name]
      const number = (name: string) => Number(/_(\d+)$/.exec(name)?.[1] ?? 0)
      t.regex(first, new RegExp(`^${base}(_\\d+)?$`))
      t.is(number(second), number(first) + 1)
    }
    const named = new Adam({ name: 'my_adam' })
    t.is(named.name, 'my_adam')
    t.is(roundTrip(named).name, 'my_adam')
    const numbered = new Adam()
    t.is(roundTrip(numbered).name, numbered.name)
  },

  async base_ema_with_model_fit(t, c) {
    const { model, optimizer } = await fitted(c)
    const average = optimizer.variables.find((v) => v.name.endsWith('_average')) as Variable
    close(t, average.toArray(), c.expected.ema[0], c.tolerance, 'average')
    close(t, model.trainableVariables[0].toArray(), c.expected.trainable_variables[0], c.tolerance, 'weights')
  },

  async lion_ema_smoke(t) {
    const model = new Sequential([new Dense(10)])
    model.compile({ optimizer: new Lion({ useEma: true }), loss: 'meanSquaredError' })
    const { history } = await model.fit(zeros([1, 5]), zeros([1, 10]), { verbose: 0 })
    t.is(history.loss[0], 0)
  },

  adam_clipnorm_indexed_slices_smoke(t) {
    const table = variable(ones([10, 4]))
    const optimizer = new Adam({ clipnorm: 100 })
    optimizer.minimize(
      () =>
        table
          .gather(tensor([1, 1, 3], { dtype: 'int32' }))
          .square()
          .sum(),
      [table],
    )
    t.deepEqual(flat(table.slice([0]).toArray()), [1, 1, 1, 1])
    t.true(flat(table.slice([1]).toArray()).every((x) => x < 1))
  },

  nadam_build_with_empty_var_list(t) {
    const optimizer = new Nadam()
    optimizer.build([])
    t.is(optimizer.exportState().product[0], 1)
  },

  async muon_model_fit_smoke(t) {
    const model = new Sequential([new Dense(5), new Dense(1, { name: 'last' })])
    model.compile({ optimizer: new Muon({ learningRate: 1e-3, excludeLayers: ['last'] }), loss: 'meanSquaredError' })
    const { history } = await model.fit(randomUniform([8, 10], { seed: 1 }), zeros([8, 1]), { verbose: 0, epochs: 3 })
    t.true(history.loss[2] < history.loss[0])
  },

  async schedulefreeadamw_with_model_smoke(t) {
    const model = new Sequential([new Dense(10)])
    model.compile({ optimizer: new ScheduleFreeAdamW({ learningRate: 0.01 }), loss: 'meanSquaredError' })
    const before = model.evaluate(ones([4, 5]), zeros([4, 10])).loss
    await model.fit(ones([4, 5]), zeros([4, 10]), { verbose: 0, epochs: 2 })
    t.true(model.evaluate(ones([4, 5]), zeros([4, 10])).loss < before)
  },

  lso_config(t) {
    const inner = new SGD({ learningRate: 0.5, momentum: 0.06, nesterov: true, weightDecay: 0.004 })
    const optimizer = new LossScaleOptimizer(inner)
    t.deepEqual(roundTrip(optimizer).getConfig(), optimizer.getConfig())
  },

  lso_serialization(t) {
    const options = { initialScale: 3, dynamicGrowthSteps: 2, name: 'test_opt' }
    const config = new LossScaleOptimizer(new SGD({ learningRate: 0.5 }), options).getConfig()
    t.deepEqual(Object.keys(config).sort(), ['dynamic_growth_steps', 'initial_scale', 'inner_optimizer', 'name'])
    t.like(config, { name: 'test_opt', initial_scale: 3, dynamic_growth_steps: 2 })
    t.deepEqual(LossScaleOptimizer.fromConfig(config).getConfig(), config)
  },

  lso_deserialization_bc(t) {
    const config = {
      ...new LossScaleOptimizer(new SGD()).getConfig(),
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    }
    t.is(LossScaleOptimizer.fromConfig(config).scale, 2 ** 15)
  },

  multi_serialization(t) {
    const groups = { '^dense_1/.*': new Adam({ learningRate: 1e-3 }), '^dense_2/.*': new SGD({ learningRate: 1e-2 }) }
    const multi = new MultiOptimizer(new OptimizerMap(new RMSprop({ learningRate: 1e-4 }), groups))
    const copy = roundTrip(multi) as MultiOptimizer
    t.deepEqual(
      copy.optimizers.map((optimizer) => optimizer.constructor),
      [Adam, SGD, RMSprop],
    )
    const kernel = variable([1])
    kernel.path = 'dense_1/kernel'
    t.true(copy.optimizerFor(kernel) instanceof Adam)
  },

  async multi_model_fit(t, c) {
    const groups = Object.entries(c.config.map).map(([key, spec]) => [key, makeOne(spec)] as const)
    const multi = new MultiOptimizer(new OptimizerMap(makeOne(c.config.default), groups))
    const { model } = await fitted(c, multi)
    const byPath = (path: string) => model.variables.find((v) => v.path.endsWith(path)) as Variable
    close(t, byPath('dense_1/kernel').toArray(), c.expected['dense_1.kernel'], c.tolerance, 'dense_1')
    close(t, byPath('dense_2/kernel').toArray(), c.expected['dense_2.kernel'], c.tolerance, 'dense_2')
    t.is(multi.iterations, 1)
    t.deepEqual(
      multi.optimizers.map(({ iterations }) => iterations),
      c.expected.iterations.optimizers,
    )
  },

  multi_blocks_nested(t) {
    const inside = [new LossScaleOptimizer(new SGD()), new MultiOptimizer(new OptimizerMap(new SGD()))]
    for (const optimizer of inside) {
      const message = new RegExp(`optimizer cannot be ${optimizer.constructor.name}\\.`)
      t.throws(() => new OptimizerMap(new SGD()).set('.*', optimizer), { message })
      t.throws(() => new MultiOptimizer(() => optimizer).build([variable([1])]), { message })
    }
  },

  async fit_lr_correctness(t, c) {
    const optimizer = make(c.optimizer, c.config)
    t.is(optimizer.variables.length, c.expected.len_variables_before_build)
    const { history } = await fitted(c, optimizer)
    close(t, history.loss, c.expected['history.loss'], c.tolerance, 'loss')
    t.is(optimizer.iterations, c.expected.iterations)
  },

  tf2_set_learning_rate(t) {
    const adam = new Adam({ learningRate: 1 })
    adam.learningRate = 2
    t.is(adam.learningRate, 2)
    const scheduled = make('Adam', {
      learning_rate: { ExponentialDecay: { initial_learning_rate: 1e-2, decay_steps: 10000, decay_rate: 0.9 } },
    })
    t.is(scheduled.learningRate, 0.01)
    const v = variable([1])
    for (let i = 0; i < 2; i++) scheduled.apply([tensor([1])], [v])
    t.true(scheduled.learningRate > 0.00999 && scheduled.learningRate < 0.01)
    scheduled.learningRate = new PolynomialDecay({ initialLearningRate: 1, decaySteps: 4 })
    t.throws(() => Object.assign(scheduled, { learningRate: 2 }), {
      name: 'OptionError',
      message: /is the schedule PolynomialDecay/,
    })
  },

  tf2_legacy_decay_arg(t) {
    t.throws(() => new Adam({ clipnorm: 1, decay: 0.5 } as object), { name: 'OptionError', message: /decay/ })
  },

  tf2_adamw_missing_weight_decay(t) {
    t.throws(() => new AdamW({ learningRate: 0.01, weightDecay: null }), {
      name: 'OptionError',
      message: /weightDecay/,
    })
  },

  tf2_no_gradients(t) {
    const adam = new Adam()
    adam.applyGradients([])
    adam.apply([])
    t.is(adam.iterations, 0)
  },

  tf2_sparse_duplicate_indices(t, c) {
    const cases: [string, Json][] = [
      ['Adam', { amsgrad: true }],
      ['Adadelta', {}],
      ['Adagrad', {}],
      ['Ftrl', {}],
      ['RMSprop', { centered: true }],
      ['SGD', { nesterov: true }],
      ['SGD', {}],
      ['AdamW', { learning_rate: 1, weight_decay: 0.5, epsilon: 0 }],
    ]
    for (const [name, config] of cases) {
      const [sparse, dense] = [0, 1].map(() => trained(name, config))
      for (let step = 0; step < 5; step++) {
        const gradient = duplicated()
        sparse.optimizer.apply([gradient], [sparse.x])
        dense.optimizer.apply([tensor(gradient.toArray(), { dtype: 'float64' })], [dense.x])
      }
      close(t, sparse.x.toArray(), dense.x.toArray(), c.tolerance, name)
    }
  },
}

function duplicated(): Tensor {
  const values = tensor([0, 0.2, 0.4, 0.8, 0.8], { dtype: 'float64' })
  return new IndexedSlices(values, tensor([0, 2, 4, 6, 6], { dtype: 'int32' }), [10])
}

function trained(name: string, config: Json): { x: Variable; optimizer: AnyOptimizer } {
  const optimizer = make(name, config)
  const x = variable(ones([10]), { dtype: 'float64' })
  const gradient = tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], { dtype: 'float64' })
  optimizer.apply([gradient.mul(0).add(0.01)], [x])
  for (let step = 0; step < 5; step++) optimizer.apply([gradient], [x])
  return { x, optimizer }
}

function makeOne(spec: Json): AnyOptimizer {
  const [[name, config]] = Object.entries(spec) as [string, Json][]
  return make(name, config)
}

/** Builds and fits the model of a case. */
async function fitted(c: Json, optimizer: AnyOptimizer = make(c.optimizer, c.config)) {
  const layers = c.model.map(
    ({ units, kernel_init, bias_init, use_bias, name }: Json) =>
      new Dense(units, {
        kernelInitializer: kernel_init,
        ...(bias_init ? { biasInitializer: bias_init } : {}),
        useBias: use_bias ?? true,
        ...(name ? { name } : {}),
      }),
  )
  const model = new Sequential(layers)
  model.compile({ optimizer, loss: 'meanSquaredError' })
  const width = c.model.at(-1).units
  const y = c.y.map((row: number[]) => (row.length === width ? row : Array.from({ length: width }, () => row[0])))
  const { epochs, batch_size, shuffle = true } = c.fit
  const { history } = await model.fit(c.x, y, { epochs, batchSize: batch_size, shuffle, verbose: 0 })
  return { model, optimizer, history }
}
