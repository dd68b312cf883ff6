/**
 * Runs the cases of `test/golden/keras-optimizers.json`: trajectories and programs, as their `meta` describes them.
 */
import type { ExecutionContext } from 'ava'
import * as nabla from '../../src/index.js'
import {
  type AnyOptimizer,
  type DType,
  type NestedArray,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../src/index.js'

// biome-ignore lint/suspicious/noExplicitAny: the cases are JSON of many forms
export type Json = any

/** |actual − expected| ≤ atol + rtol · |expected|, or < 1.5 · 10^−decimal. */
export type Tolerance = { rtol?: number; atol?: number; decimal?: number } | string | undefined

/** Fails unless all numbers agree. */
export function close(
  t: ExecutionContext,
  actual: NestedArray,
  expected: Json,
  tolerance: Tolerance,
  what: string,
): void {
  const got = flat(actual)
  let want = flat(expected)
  if (want.length === 1 && got.length > 1) want = got.map(() => want[0])
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} numbers, not ${want.length}`)
  for (let i = 0; i < got.length; i++) {
    const limit = limitOf(tolerance, want[i])
    const ok = Object.is(got[i], want[i]) || Math.abs(got[i] - want[i]) <= limit
    if (!ok) throw new Error(`${what}: element ${i} is ${got[i]}, not ${want[i]} (± ${limit})`)
  }
  t.pass()
}

function limitOf(tolerance: Tolerance, expected: number): number {
  if (tolerance === 'exact float32') return Math.abs(expected) * 2 ** -23
  if (typeof tolerance !== 'object') throw new Error(`no tolerance: ${tolerance}`)
  if (tolerance.decimal !== undefined) return 1.5 * 10 ** -tolerance.decimal
  return (tolerance.atol ?? 0) + (tolerance.rtol ?? 0) * Math.abs(expected)
}

/** The numbers of nested arrays; strings are the non-finite ones. */
export function flat(x: Json): number[] {
  return (Array.isArray(x) ? x.flat(10) : [x]).map(Number)
}

/** Nested arrays of JSON as a tensor. */
export function toTensor(x: Json, dtype: DType): Tensor {
  const numbers = (y: Json): Json => (Array.isArray(y) ? y.map(numbers) : Number(y))
  return tensor(numbers(x), { dtype })
}

/** A class of nabla by Keras's name. */
export function classOf(name: string): Json {
  return (nabla as Json)[name]
}

/** An optimizer of a class and a configuration in Keras's spelling, as the cases write it. */
export function make(className: string, config: Json): AnyOptimizer {
  return classOf(className).fromConfig(readConfig(config))
}

/** Schedules and callables inside a configuration of the cases. */
function readConfig(config: Json): Json {
  const entries = Object.entries(config).map(([name, value]) => [name, readValue(value)])
  return Object.fromEntries(entries)
}

function readValue(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('callable_no_args_returning' in value) return () => value.callable_no_args_returning
  const [[className, config]] = Object.entries(value) as [string, Json][]
  return { class_name: className, config }
}

/** One optimizer along given gradients. */
export function runTrajectory(
  t: ExecutionContext,
  c: Json,
  dtype: DType,
  tolerance: Tolerance,
  options: Json = {},
): void {
  const optimizer = make(c.optimizer, { ...c.config, ...options })
  const specs = c.variables ?? c.initial.map((value: Json, i: number) => ({ value, path: `variable_${i}` }))
  const variables = specs.map((spec: Json) => makeVariable(spec, dtype))
  c.gradients.forEach((gradients: Json[], k: number) => {
    const tensors = gradients.map((g) => (g === null ? null : toTensor(g, dtype)))
    quietly(() => optimizer.apply(tensors, variables))
    for (const expected of c.expected.filter((e: Json) => e.after_step === k + 1)) {
      checkStep(t, optimizer, variables, expected, tolerance)
    }
  })
  if (c.final_slots) checkSlots(t, optimizer, c.final_slots, tolerance)
  const state = c.expected_state
  if (state?.iterations !== undefined) t.is(optimizer.iterations, state.iterations)
  if (state?.len_variables !== undefined) t.is(optimizer.variables.length, state.len_variables)
}

function checkStep(
  t: ExecutionContext,
  optimizer: AnyOptimizer,
  variables: Variable[],
  expected: Json,
  tolerance: Tolerance,
) {
  const when = `after step ${expected.after_step}`
  expected.x?.forEach((x: Json, i: number) => {
    close(t, variables[i].toArray(), x, tolerance, `variable ${i} ${when}`)
  })
  expected.ema?.forEach((x: Json, i: number) => {
    close(t, stateOf(optimizer, variables[i], 'average').toArray(), x, tolerance, `average ${i} ${when}`)
  })
  if (expected.iterations !== undefined) t.is(optimizer.iterations, expected.iterations, `iterations ${when}`)
  if (expected.learning_rate_after !== undefined) {
    close(t, optimizer.learningRate, expected.learning_rate_after, tolerance, `learning rate ${when}`)
  }
}

/** Keras's slots, by their names: nabla's in the same order. */
function checkSlots(t: ExecutionContext, optimizer: AnyOptimizer, slots: Json[], tolerance: Tolerance): void {
  const arrays = optimizer.variables.filter((v) => !['iteration', 'learning_rate', 'product'].includes(v.name))
  const wanted = kerasOrder(slots.filter(({ value }) => Array.isArray(value)))
  const shaped = wanted.filter((slot) => arrays.some((v) => v.size === flat(slot.value).length))
  for (const slot of shaped) {
    const found = arrays.some((v) => agrees(v, slot.value, tolerance))
    t.true(found, `no array of the state is Keras's ${slot.path}`)
  }
}

/** Slots that nabla does not keep: the full second moment of a factored Adafactor. */
function kerasOrder(slots: Json[]): Json[] {
  return slots.filter(({ path }) => !(path.startsWith('adafactor/') && path.endsWith('kernel_velocity')))
}

function agrees(v: Variable, value: Json, tolerance: Tolerance): boolean {
  const got = flat(v.toArray())
  const want = flat(value)
  return got.length === want.length && got.every((x, i) => Math.abs(x - want[i]) <= limitOf(tolerance, want[i]))
}

/** A variable of the cases: `{ value, name?, path?, overwrite_with_gradient? }`. */
export function makeVariable(spec: Json, dtype: DType): Variable {
  const path: string | undefined = spec.path ?? spec.name
  const v = variable(spec.value, { dtype, name: spec.name ?? path?.split('/').at(-1) })
  if (path) v.path = path
  v.overwriteWithGradient = spec.overwrite_with_gradient ?? false
  return v
}

/** What an optimizer keeps for a variable under a name. */
export function stateOf(optimizer: AnyOptimizer, v: Variable, name: string): Variable {
  const wanted = `${v.path.replaceAll('/', '_')}_${name}`
  const found = optimizer.variables.find((other) => other.name === wanted)
  if (!found) throw new Error(`no ${wanted} in ${optimizer.variables.map((x) => x.name)}`)
  return found
}

/** Runs without the warnings that missing gradients give. */
export function quietly<T>(run: () => T): T {
  return catchWarnings(run).result
}

/** The warnings of a call. */
export function catchWarnings<T>(run: () => T): { result: T; warnings: string[] } {
  const { warn } = console
  const warnings: string[] = []
  console.warn = (message: string) => void warnings.push(message)
  try {
    return { result: run(), warnings }
  } finally {
    console.warn = warn
  }
}
