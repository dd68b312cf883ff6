/**
 * `node bench/page.mjs FILE…`: puts the results of finished runs together, by the version of Node, keeps them in `docs/measured/` and
 * writes `docs/guides/performance.md` from them. The plots on that page are drawn from the same files by `npm run docs:figures`.
 *
 * What belongs there: `npm run bench`, and `npm run bench -- --only width,batch --who nabla,jax,"tfjs wasm",PyTorch`, on either version.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isYardstick } from './roster.mjs'
import { align, digits, heading, table } from './table.mjs'
import { growth } from './workloads.mjs'

const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const major = (results) => results.node.split('.')[0]
const files = process.argv.slice(2)
if (files.length === 0) throw new Error('bench/page.mjs: no results given. Name files of bench/results.')
const runs = merged(files.map((file) => JSON.parse(readFileSync(file, 'utf8'))))

mkdirSync(root('docs/measured'), { recursive: true })
for (const results of runs)
  writeFileSync(root(`docs/measured/node${major(results)}.json`), `${JSON.stringify(results, null, 2)}\n`)
writeFileSync(root('docs/guides/performance.md'), page())

/** One result for each version of Node: the first file's, with the workloads of the others. */
function merged(all) {
  const byNode = new Map()
  for (const results of all) {
    const first = byNode.get(major(results))
    if (!first) byNode.set(major(results), results)
    else {
      Object.assign(first.medians, results.medians)
      Object.assign(first.workloads, results.workloads)
    }
  }
  return [...byNode.values()]
}

function page() {
  return `---
title: Performance
---

# Performance

This page is written by the benchmark (\`npm run bench\`, then \`bench/page.mjs\`), which compares nabla with similar libraries. Each
library runs in its own process, and they take turns, so that a slow minute of the machine affects all of them. Numbers are medians; the
ratios within a row matter most, because machines differ. All libraries start from the same numbers, and one whose results differ is
listed.

One step of training, with AdamW and reading the loss, of an MLP 784-256-128-10 on batches of 64 (A), 2-16-16-2 on 32 (B) and
784-512-512-10 on 256 (C). "nabla" trains with \`trainOnBatch\` on one thread, "×2" on two; "loop" is a hand-written training loop, and "tidy" is
the same loop, and the single operations, in \`tidy()\`, where results can stay in WebAssembly memory. tfjs has no AdamW and runs
Adam. PyTorch runs native code with wider vectors (AVX2 or AVX-512) than the four numbers that WebAssembly has.

${runs.map(chapter).join('\n\n')}

## How time grows

![Milliseconds of a training step, by the width of two hidden layers and by the batch size](../figures/growth.svg)

The step of an MLP 784-w-w-10 on batches of 64, for widths of 64 to 2048, and of A on batches of 1 to 1024; one thread. Both axes are
logarithmic. For what each optimization was expected to gain, and what it gained, see [Notes on speed](../decisions/speed.md).
`
}

function chapter(results) {
  const race = chosen(
    results,
    (name) => !isYardstick(name),
    (workload) => !(workload in growth),
  )
  return `## Node ${major(results)}

${heading(race)}

${table(race)}

Milliseconds (matmul: GFLOP/s), and in brackets how many times as long as nabla.

Against the hardware, and against plain JavaScript (more than 100 % of a limit means that the machine was busy with something else
while the limit was measured):

${hardware(results)}`
}

/** The results of some contestants and workloads. */
function chosen(results, isIn, isWanted) {
  const versions = Object.fromEntries(Object.entries(results.versions).filter(([name]) => isIn(name)))
  const medians = Object.fromEntries(Object.entries(results.medians).filter(([workload]) => isWanted(workload)))
  return { ...results, versions, medians }
}

/** nabla beside what the machine can do (multiply-adds in registers, copying) and what JavaScript does without nabla. */
function hardware({ medians, workloads }) {
  const rows = [['', 'nabla', 'nabla tidy', 'compared with', 'nabla', 'nabla tidy']]
  const ms = (x) => (x === undefined ? '–' : `${digits(x)} ms`)
  const add = (name, yardstick, label, ratio) => {
    const { nabla, 'nabla tidy': tidy } = medians[name]
    rows.push([
      name,
      ms(nabla),
      ms(tidy),
      `${label} ${ms(yardstick)}`,
      ratio(nabla, yardstick),
      tidy ? ratio(tidy, yardstick) : '–',
    ])
  }
  for (const [name, times] of Object.entries(medians)) {
    if (times['wasm peak'])
      add(name, times['wasm peak'], 'multiply-adds in registers', (x, peak) => `${digits((100 * peak) / x)} % of it`)
    if (times['Math loop'] && workloads[name].kind === 'elementwise' && name !== 'a*b+c')
      add(name, times['Math loop'], 'a loop over Math', (x, loop) => `${digits(loop / x)}× as fast`)
    if (times.memcpy && ['a*b+c', 'adamw 1M'].includes(name))
      add(name, times.memcpy, 'copying the bytes', (x, copying) => `${digits(x / copying)}× its time`)
  }
  return align(rows)
}
