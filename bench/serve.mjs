/**
 * The child process of a JavaScript contestant: `node serve.mjs FILE [argument]` answers one JSON line a request.
 *
 * `{ do: 'hello' }` → `{ version }`, `{ do: 'probe', spec }` → `{ values }` (numbers that everybody must agree on),
 * `{ do: 'time', spec, milliseconds }` → `{ ms }` (median of one run), `{ do: 'fresh', spec }` → `{ ms }` (library import,
 * set-up and first run; only sensible as the first request). A workload the contestant lacks answers `{ ms: null }`.
 *
 * A contestant exports `load(argument)`, which imports its library and returns `{ version, tasks }`; `tasks[spec.kind](spec)`
 * sets a workload up and returns `{ run, probe }`, or nothing where it has no such thing.
 */
import { createInterface } from 'node:readline'
import { trainingData } from './workloads.mjs'

console.log = console.error
const [file, argument] = process.argv.slice(2)
const { load } = await import(file)

let library
let current = {}

const answers = {
  hello: async () => ({ version: (await loaded()).version, node: process.version }),
  probe: async ({ spec }) => ({ values: await (await task(spec))?.probe() }),
  time: async ({ spec, milliseconds }) => ({ ms: await time(await task(spec), milliseconds) }),
  fresh: async ({ spec }) => ({ ms: await firstRun(spec) }),
}

const loaded = async () => {
  library ??= await load(argument)
  return library
}

async function task(spec) {
  const key = JSON.stringify(spec)
  if (current.key !== key) current = { key, task: await (await loaded()).tasks[spec.kind]?.(spec, data(spec)) }
  return current.task
}

const data = (spec) => (spec.kind === 'train' ? trainingData(spec) : undefined)

async function firstRun(spec) {
  const numbers = data(spec)
  const start = performance.now()
  const { tasks } = await loaded()
  const { run } = (await tasks[spec.kind]?.(spec, numbers)) ?? {}
  await run?.()
  return run ? performance.now() - start : null
}

async function time(task, milliseconds) {
  if (!task) return null
  if (!task.warm) await median(task.run, milliseconds)
  task.warm = true
  return median(task.run, milliseconds)
}

/** Median over stretches of at least 10 ms, so that the clock and the garbage collector's small pauses are shared fairly. */
async function median(run, milliseconds) {
  const repeats = Math.max(1, Math.ceil(10 / (await stretch(run, 1))))
  const times = []
  for (const start = performance.now(); times.length < 1 || performance.now() - start < milliseconds; )
    times.push(await stretch(run, repeats))
  return times.sort((a, b) => a - b)[times.length >> 1]
}

async function stretch(run, repeats) {
  const start = performance.now()
  for (let i = 0; i < repeats; i++) {
    const result = run()
    if (result instanceof Promise) await result
  }
  return (performance.now() - start) / repeats
}

function failure(error) {
  console.error(error)
  return { error: String(error?.message ?? error) }
}

const reply = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  reply(await answers[request.do](request).catch(failure))
}
process.exit()
