/**
 * `npm run bench`: nabla against its peers, in one run. Every contestant lives in a process of its own; a workload is
 * measured in rounds, in each of which everybody has a turn, so that a slow minute of the machine is everybody's.
 *
 * `--only A,matmul` picks workloads, `--who nabla,jax-js` contestants, `--rounds N` and `--milliseconds N` the length of a
 * measurement, `--quick` a short look, `--node PATH` (or NABLA_NODE) another Node for the contestants, `--no-build` leaves
 * nabla as it is built. NABLA_PYTHON names a Python that has PyTorch.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { disagreements } from './agree.mjs'
import { contestants } from './roster.mjs'
import { report } from './table.mjs'
import { choose } from './workloads.mjs'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    who: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    milliseconds: { type: 'string' },
    node: { type: 'string', default: process.env.NABLA_NODE ?? process.execPath },
    'no-build': { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 2 : 5))
const milliseconds = Number(options.milliseconds ?? (options.quick ? 100 : 300))
const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const say = (text) => console.error(text)
const workloads = choose(options.only)

await prepare()
const { racers, versions } = await greet()
const medians = {}
for (const [name, spec] of Object.entries(workloads)) medians[name] = await race(name, spec)
await Promise.all(racers.map((racer) => racer.stop()))
finish()

/** Peers and bundle where they are missing, and nabla built. */
async function prepare() {
  const npm = (...args) => execFileSync('npm', args, { cwd: root(''), stdio: ['ignore', 'ignore', 'inherit'] })
  if (!existsSync(root('bench/node_modules/@jax-js'))) npm('ci', '--prefix', 'bench')
  if (!existsSync(root('bench/node_modules/.cache/tfjs.cjs'))) await bundleTfjs()
  if (!options['no-build']) npm('run', 'build')
}

async function bundleTfjs() {
  const { build } = await import('esbuild')
  await build({
    entryPoints: [root('bench/contestants/tfjs-entry.mjs')],
    outfile: root('bench/node_modules/.cache/tfjs.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  })
}

/** Those who can start, and their versions; whoever cannot is named and left out. */
async function greet() {
  const who = options.who?.split(',')
  const wanted = (name) => !who || who.some((word) => name.startsWith(word.trim()))
  const racers = []
  const versions = {}
  for (const racer of contestants({ node: options.node, python: process.env.NABLA_PYTHON ?? 'python3' })) {
    if (!wanted(racer.name)) continue
    try {
      versions[racer.name] = (await racer.ask({ do: 'hello' })).version
      racers.push(racer)
    } catch (error) {
      say(`${racer.name} cannot start: ${error.message}`)
    }
  }
  return { racers, versions }
}

/** The median of the rounds for everybody who has this workload, after a look whether they compute the same. */
async function race(name, spec) {
  say(name)
  const field = spec.fresh ? racers.filter((racer) => !racer.yardstick) : await agreeing(name, spec)
  const times = new Map()
  for (let round = 0; round < rounds; round++)
    for (const racer of rotated(field, round)) {
      const before = times.get(racer.name) ?? []
      if (before[0] > 1000) continue // one look at somebody so slow is enough
      const ms = await turn(racer, spec, name)
      if (ms) times.set(racer.name, [...before, ms])
    }
  const ranked = racers.filter((racer) => times.has(racer.name))
  return Object.fromEntries(ranked.map((racer) => [racer.name, median(times.get(racer.name))]))
}

async function agreeing(name, spec) {
  const values = {}
  const field = []
  for (const racer of racers)
    try {
      values[racer.name] = (await racer.ask({ do: 'probe', spec })).values
      field.push(racer)
    } catch (error) {
      say(`  ${racer.name} fails at ${name}: ${error.message}`)
    }
  for (const line of disagreements(values)) say(`  ${line}`)
  return field
}

async function turn(racer, spec, name) {
  if (spec.fresh) await racer.stop()
  try {
    return (await racer.ask({ do: spec.fresh ? 'fresh' : 'time', spec, milliseconds })).ms
  } catch (error) {
    say(`  ${racer.name} fails at ${name}: ${error.message}`)
  } finally {
    if (spec.fresh) await racer.stop()
  }
}

function finish() {
  const node = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim().slice(1)
  const machine = `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores, ${os.type()} ${os.arch()}`
  const date = new Date().toISOString()
  const results = { date, machine, node, rounds, milliseconds, versions, workloads, medians }
  mkdirSync(root('bench/results'), { recursive: true })
  const file = root(`bench/results/${date.slice(0, 19).replaceAll(':', '-')}-node${node.split('.')[0]}.json`)
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(report(results))
  say(`\nwritten to ${file}`)
}

function rotated(list, by) {
  const at = by % (list.length || 1)
  return [...list.slice(at), ...list.slice(0, at)]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
