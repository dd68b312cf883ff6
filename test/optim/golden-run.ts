/**
 * The operations of the `program` cases, see `meta.forms` of the golden file. What Keras tests through private methods is tested by what
 * it does to variables.
 */
import type { ExecutionContext } from 'ava'
import {
  type AnyOptimizer,
  type DType,
  LossScaleOptimizer,
  MultiOptimizer,
  type Muon,
  newtonSchulz,
  OptimizerMap,
  type Tensor,
  tensor,
  toCamelCase,
  type Variable,
  zerosLike,
} from './golden-imports.js'
import {
  catchWarnings,
  close,
  flat,
  type Json,
  make,
  makeVariable,
  quietly,
  stateOf,
  toTensor,
} from './golden-program.js'

/** Everything that a program has named so far. */
class World {
  readonly variables: Record<string, Variable> = {}
  readonly optimizers: Record<string, AnyOptimizer> = {}
  readonly configs: Record<string, { class: string; config: Json }> = {}
  readonly maps: Record<string, OptimizerMap> = {}
  readonly snapshots: Record<string, number[]> = {}

  constructor(
    readonly t: ExecutionContext,
    readonly dtype: DType,
  ) {}

  tensors(grads: Json[]): (Tensor | null)[] {
    return grads.map(([, g]) => (g === null ? null : toTensor(g, this.dtype)))
  }

  /** `0.9*v1 + 0.1*v2`, over snapshots. */
  value(expr: string): number[] {
    const terms = expr.split('+').map((term) => term.trim().split('*'))
    const length = Object.values(this.snapshots)[0].length
    return Array.from({ length }, (_, i) =>
      terms.reduce((sum, term) => {
        const name = term.at(-1) as string
        return sum + (term.length > 1 ? Number(term[0]) : 1) * this.snapshots[name.trim()][i]
      }, 0),
    )
  }
}

/** Runs a `program` case. */
export function runProgram(t: ExecutionContext, c: Json, dtype: DType): void {
  const world = new World(t, dtype)
  for (const [name, spec] of Object.entries(c.variables))
    world.variables[name] = makeVariable({ path: name, ...(spec as Json) }, dtype)
  for (const op of c.program) runOperation(world, op)
  t.pass()
}

function runOperation(world: World, op: Json): void {
  const run = operations[op.op]
  if (!run) throw new Error(`unknown operation ${op.op}`)
  run(world, op)
}

const operations: Record<string, (world: World, op: Json) => void> = {
  new(world, op) {
    world.optimizers[op.opt] = make(op.class, op.config)
    world.configs[op.opt] = { class: op.class, config: op.config }
  },
  new_loss_scale(world, op) {
    const options = Object.fromEntries(Object.entries(op.config).map(([name, value]) => [toCamelCase(name), value]))
    world.optimizers[op.opt] = new LossScaleOptimizer(world.optimizers[op.inner], options)
  },
  new_map(world, op) {
    const entries = op.entries.map(([key, opt]: [string, string]) => [key, world.optimizers[opt]] as const)
    world.maps[op.map] = new OptimizerMap(world.optimizers[op.default], entries)
  },
  new_multi(world, op) {
    world.optimizers[op.opt] = new MultiOptimizer(world.maps[op.map], { lossScaleFactor: op.loss_scale_factor ?? null })
  },
  new_multi_callable(world, op) {
    const [[condition, then], [, otherwise]] = op.rule
    const part = /'(.*)'/.exec(condition)?.[1] as string
    world.optimizers[op.opt] = new MultiOptimizer((v) => world.optimizers[v.path.includes(part) ? then : otherwise])
  },
  exclude_from_weight_decay({ optimizers, variables }, op) {
    const optimizer = optimizers[op.opt] as AnyOptimizer & { excludeFromWeightDecay(x: object): void }
    optimizer.excludeFromWeightDecay({
      names: op.var_names ?? [],
      variables: (op.var_list ?? []).map((name: string) => variables[name]),
    })
  },
  build({ optimizers, variables }, op) {
    quietly(() => optimizers[op.opt].build(op.vars.map((name: string) => variables[name])))
  },
  apply(world, op) {
    const variables = op.grads.map(([name]: [string]) => world.variables[name])
    world.optimizers[op.opt].apply(world.tensors(op.grads), variables)
  },
  apply_no_vars({ optimizers, dtype }, op) {
    optimizers[op.opt].apply(op.grads.map((g: Json) => toTensor(g, dtype)))
  },
  // Keras calls the update alone: no weight decay
  update_step({ configs, variables, dtype }, op) {
    const { class: name, config } = configs[op.opt]
    const optimizer = make(name, {
      ...config,
      weight_decay: null,
      adam_weight_decay: null,
      learning_rate: op.learning_rate,
    })
    optimizer.apply([toTensor(op.grad, dtype)], [variables[op.var]])
  },
  // Keras calls the decay alone: the gradient is zero
  apply_weight_decay({ optimizers, variables }, op) {
    const chosen: Variable[] = op.vars.map((name: string) => variables[name])
    optimizers[op.opt].apply(chosen.map(zerosLike), chosen)
  },
  // A step along the gradient, clipped by the optimizer, is a step along the clipped gradient
  clip_gradients(world, op) {
    const { class: name, config } = world.configs[op.opt]
    const start = op.grads.map((g: Json) => flat(g).map((_, i) => i + 1))
    const [clipped, expected] = [config, {}].map((options, k) => {
      const variables = start.map((value: Json, i: number) => makeVariable({ value, path: `x${i}` }, 'float64'))
      const gradients = k === 0 ? op.grads : op.expected
      const optimizer = make(name, options)
      for (let step = 0; step < 2; step++)
        optimizer.apply(
          gradients.map((g: Json) => toTensor(g, 'float64')),
          variables,
        )
      return variables.map((v: Variable) => v.toArray())
    })
    close(world.t, clipped, expected, op.tolerance === 'exact float32' ? { atol: 0 } : op.tolerance, 'the step')
  },
  finalize_variable_values({ optimizers, variables }, op) {
    optimizers[op.opt].finalizeVariableValues(op.vars.map((name: string) => variables[name]))
  },
  newton_schulz({ t, dtype }, op) {
    close(t, newtonSchulz(toTensor(op.x, dtype), op.steps).toArray(), op.expected, op.tolerance, 'Newton–Schulz')
  },
  // Muon's scale of an update: the length of the step for a gradient whose orthogonal matrix is known
  lr_adjust({ t, configs, dtype }, op) {
    const { class: name, config } = configs[op.opt]
    const x = toTensor(op.x, dtype)
    const v = makeVariable({ value: op.x, path: 'kernel' }, dtype)
    make(name, { ...config, learning_rate: 1, weight_decay: null, nesterov: false }).apply([x], [v])
    const moved = x.sub(v.detach())
    const scale = moved.div(newtonSchulz(x)).toArray()
    close(t, scale, op.expected, { rtol: 1e-5 }, 'the scale')
  },
  uses_adamw({ t, optimizers, variables }, op) {
    t.is((optimizers[op.opt] as Muon).usesAdamW(variables[op.var]), op.value)
  },
  snapshot({ variables, snapshots }, op) {
    snapshots[op.as] = flat(variables[op.var].toArray())
  },
  expect_var(world, op) {
    close(world.t, world.variables[op.var].toArray(), op.expr ? world.value(op.expr) : op.value, op.tolerance, op.var)
  },
  expect_var_not({ t, variables }, op) {
    t.notDeepEqual(variables[op.var].toArray(), op.value)
  },
  expect_ema(world, op) {
    const average = stateOf(world.optimizers[op.opt], world.variables[op.var], 'average')
    close(world.t, average.toArray(), op.expr ? world.value(op.expr) : op.value, op.tolerance, `average of ${op.var}`)
  },
  expect_accumulator({ t, optimizers, variables }, op) {
    const accumulator = stateOf(optimizers[op.opt], variables[op.var], 'gradient_accumulator')
    close(t, accumulator.toArray(), op.value, op.tolerance, `accumulator of ${op.var}`)
  },
  expect_iterations({ t, optimizers }, op) {
    t.is(optimizers[op.opt].iterations, op.value)
  },
  expect_raw_iterations({ t, optimizers }, op) {
    t.is(optimizers[op.opt].exportState().iteration[0], op.value)
  },
  expect_scale_loss({ t, optimizers }, op) {
    close(t, optimizers[op.opt].scaleLoss(tensor(op.loss)).toArray(), op.value, op.tolerance, 'scaled loss')
  },
  expect_attr({ t, optimizers }, op) {
    const optimizer = optimizers[op.opt] as Json
    const name = toCamelCase(op.attr)
    t.is(optimizer.options?.[name] ?? optimizer[name], op.value)
  },
  expect_map({ t, maps, variables, optimizers }, op) {
    t.is(maps[op.map].get(variables[op.var]), optimizers[op.opt])
  },
  expect_optimizers({ t, optimizers }, op) {
    t.deepEqual(
      (optimizers[op.opt] as MultiOptimizer).optimizers,
      op.value.map((name: string) => optimizers[name]),
    )
  },
  expect_assigned({ t, optimizers, variables }, op) {
    t.is((optimizers[op.opt] as MultiOptimizer).optimizerFor(variables[op.var]), optimizers[op.to])
  },
  expect_true({ t, variables }, op) {
    const first = [1, 2, 3]
    const [a, b] = [variables.a, variables.b].map((v) => flat(v?.toArray() ?? []))
    if (op.expr === 'all(a < [1,2,3])') t.true(a.every((x, i) => x < first[i]))
    else if (op.expr === 'all(abs(b - [1,2,3]) < abs(a - [1,2,3]))') {
      t.true(b.every((x, i) => Math.abs(x - first[i]) < Math.abs(a[i] - first[i])))
    } else throw new Error(`unknown expression ${op.expr}`)
  },
  // Messages are nabla's own, in its spelling; what they are about must be in them
  expect_error(world, op) {
    const error = world.t.throws(() => quietly(() => runOperation(world, op.do)))
    const subjects: string[] = [...op.match.matchAll(/`(\w+)`/g)].map(([, name]) => toCamelCase(name as string))
    for (const subject of subjects.filter((name) => name !== 'bar')) {
      const known = subject === 'innerOptimizer' ? 'inner optimizer' : subject
      world.t.true(error?.message.includes(known), `"${error?.message}" does not say ${known}`)
    }
    if (subjects.length === 0)
      world.t.true(error?.message.includes(op.match), `"${error?.message}" is not "${op.match}"`)
  },
  expect_warning({ t, ...world }, op) {
    const { warnings } = catchWarnings(() => runOperation(Object.assign(new World(t, world.dtype), world), op.do))
    t.true(warnings.some((warning) => warning.includes(op.match)))
  },
}
