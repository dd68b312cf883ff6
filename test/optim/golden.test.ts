/**
 * Every case of `test/golden/keras-optimizers.json`: trajectories, programs, schedules, configurations, sparse gradients. The cases in words and
 * those that train a model are in `golden-properties.ts`.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { type AnyOptimizer, IndexedSlices, optimizers, tensor } from '../../src/index.js'
import { classOf, close, type Json, make, makeVariable, runTrajectory, toTensor } from './golden-program.js'
import { properties } from './golden-properties.js'
import { runProgram } from './golden-run.js'

const golden = JSON.parse(readFileSync(new URL('../golden/keras-optimizers.json', import.meta.url), 'utf8'))

/** The cases that are not run, and why. */
const skipped: Record<string, string> = {
  multi_tensorboard_lr: 'TensorBoard is a plug-in of Keras',
  multi_lr_scheduler_callback:
    "a callback; MultiOptimizer's learning rates are those of its optimizers, tested in multi_stateful_apply",
  multi_reduce_lr_on_plateau:
    "a callback; MultiOptimizer's learning rates are those of its optimizers, tested in multi_stateful_apply",
  multi_swap_ema_weights: 'the callback SwapEMAWeights; finalizeVariableValues is tested in adam_ema',
  base_set_weights: 'Keras plumbing; exportState and importState are tested in contract.test.ts',
  tf2_moving_average: 'the average of TF 2, which starts at the initial weights; obs_adamw_ema has that of Keras 3',
  tf2_moving_average_none_grad: 'the average of TF 2; obs_adamw_none_grad has that of Keras 3',
  tf2_set_iterations: 'a setter that Keras 3 no longer has; importState restores the count',
  tf2_variables: 'lists the variables of TF 2; Keras 3 adds the learning rate',
  sparse_equals_dense_scatter_update:
    'tests an optimizer of its own that assigns the gradient, to see how TensorFlow scatters',
}

/** Options that nabla gives a meaning which they do not have in Keras. */
const adjusted: Record<string, Json> = {
  // In Keras relative_step has no effect; its numbers are those of true
  adafactor_golden: { relative_step: true },
}

for (const [section, cases] of [
  ['keras_tests', golden.keras_tests],
  ['observed', golden.observed],
  ['tf2', golden.tf2],
] as const) {
  for (const c of cases) {
    if (c.id in skipped) test.skip(`${section} ${c.id}: ${skipped[c.id]}`, (t) => t.pass())
    else test(`${section} ${c.id}`, (t) => run(t, c, section))
  }
}

function run(t: Parameters<typeof runProgram>[0], c: Json, section: string): void | Promise<void> {
  const isObserved = section === 'observed'
  if (c.form === 'trajectory') {
    const [tight, loose] = isObserved
      ? [
          { rtol: 1e-10, atol: 1e-13 },
          { rtol: 1e-5, atol: 1e-6 },
        ]
      : [c.tolerance, c.tolerance]
    for (const jit_compile of [true, false]) {
      runTrajectory(t, c, 'float64', tight, { jit_compile, ...adjusted[c.id] })
      runTrajectory(t, c, 'float32', loose, { jit_compile, ...adjusted[c.id] })
    }
  } else if (c.form === 'program') {
    runProgram(t, c, 'float32')
    runProgram(t, c, 'float64')
  } else if (c.form === 'schedule') runSchedule(t, c, isObserved ? { rtol: 1e-10, atol: 1e-13 } : c.tolerance)
  else if (c.form === 'config_roundtrip') roundTrip(t, c)
  else if (c.form === 'sparse_equivalence') sparseEqualsDense(t, c)
  else return properties[c.id.replace(/^(accum_equals_mean|pickle_config)_.*/, '$1')](t, c)
}

function runSchedule(t: Parameters<typeof runProgram>[0], c: Json, tolerance: Json): void {
  const schedule = classOf(c.schedule).fromConfig(c.config)
  for (const { step, expected } of c.points) close(t, schedule.at(step), expected, tolerance, `step ${step}`)
}

function roundTrip(t: Parameters<typeof runProgram>[0], c: Json): void {
  const original = classOf(c.optimizer ?? c.schedule).fromConfig(c.config)
  const config = original.getConfig()
  for (const [name, value] of Object.entries(c.config)) t.deepEqual(config[name], value, name)
  t.deepEqual(original.constructor.fromConfig(JSON.parse(JSON.stringify(config))).getConfig(), config)
  if (c.optimizer)
    t.deepEqual(optimizers.deserialize(JSON.parse(JSON.stringify(optimizers.serialize(original)))).getConfig(), config)
}

function sparseEqualsDense(t: Parameters<typeof runProgram>[0], c: Json): void {
  for (const create of optimizersOf(c)) {
    const [sparse, dense] = [0, 1].map(() => makeVariable({ value: c.initial[0], path: 'x' }, 'float64'))
    const [a, b] = [create(), create()]
    for (const [step, { indices, values, dense_shape }] of c.sparse_gradients.entries()) {
      const gradient = new IndexedSlices(toTensor(values, 'float64'), tensor(indices, { dtype: 'int32' }), dense_shape)
      a.apply([gradient], [sparse])
      b.apply([tensor(gradient.toArray(), { dtype: 'float64' })], [dense])
      close(t, sparse.toArray(), dense.toArray(), { atol: 1e-14, rtol: 1e-14 }, String(a))
      const { active_rows_0_2_4: active, inactive_rows_1_3: inactive } = c.dense_values_observed_float64 ?? {}
      if (!active) continue
      const rows = sparse.reshape([5, -1]).slice([null, 0]).toArray()
      close(
        t,
        rows,
        [active, inactive, active, inactive, active].map((x) => x[step]),
        { rtol: 1e-10, atol: 1e-13 },
        String(b),
      )
    }
  }
}

/** `Adam`, `LossScaleOptimizer(SGD(learning_rate=0.5))`, or `each of Adadelta(0.002,use_ema), …`. */
function optimizersOf(c: Json): (() => AnyOptimizer)[] {
  if (c.id === 'tf2_sparse_equals_dense') {
    const lists = [...c.optimizer.matchAll(/(\w+)\((0\.002)([^)]*)\)/g)]
    return lists.map(
      ([, name, rate, rest]) =>
        () =>
          make(name, { learning_rate: Number(rate), ...readOptions(rest) }),
    )
  }
  const wrapped = /LossScaleOptimizer\((\w+)\(learning_rate=([\d.]+)\)\)/.exec(c.optimizer)
  if (!wrapped) return [() => make(c.optimizer, c.config)]
  return [() => new (classOf('LossScaleOptimizer'))(make(wrapped[1], { learning_rate: Number(wrapped[2]) }))]
}

/** `,weight_decay=0.004,use_ema` */
function readOptions(text: string): Json {
  const pairs = text
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('='))
  return Object.fromEntries(pairs.map(([name, value]) => [name, value === undefined ? true : Number(value)]))
}

test('no case is forgotten, and the list of what is skipped is short', (t) => {
  const ids = [...golden.keras_tests, ...golden.observed, ...golden.tf2].map(({ id }: Json) => id)
  t.is(ids.length, 285)
  for (const id of Object.keys(skipped)) t.true(ids.includes(id), id)
  t.true(Object.keys(skipped).length < 12)
})
