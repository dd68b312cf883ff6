/** Results as a Markdown table. `node bench/table.mjs FILE…` prints those of finished runs, one below the other. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `{ machine, versions, medians: { workload: { contestant: ms } }, workloads }` → machine, versions and one row a workload. */
export function report(results) {
  return [
    heading(results),
    '',
    table(results),
    '',
    'Medians in ms (matmul: GFLOP/s). (n×): how many times as long as nabla. tfjs has no AdamW and runs Adam.',
  ].join('\n')
}

/** The machine, and who raced. */
export function heading({ machine, node, versions }) {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${machine}, Node ${node}\n${names.join(', ')}`
}

/** A row for each workload, a column for each contestant. */
export function table({ medians, workloads, versions }) {
  const names = Object.keys(versions)
  const rows = Object.entries(medians).map(([workload, times]) => [
    workload,
    ...names.map((name) => cell(workloads[workload], times[name], name === 'nabla' ? undefined : times.nabla)),
  ])
  return align([['', ...names], ...rows])
}

function cell(spec, ms, reference) {
  if (ms === undefined) return '–'
  const figure = spec.kind === 'matmul' ? `${digits((2 * spec.n ** 3) / ms / 1e6)} GF` : digits(ms)
  return reference === undefined ? figure : `${figure} (${digits(ms / reference)}×)`
}

/** Two or three significant digits. */
export const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 1 ? x.toFixed(x >= 10 ? 1 : 2) : x.toPrecision(2))

/** Rows of cells as a Markdown table. */
export function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)))
  const line = (cells) =>
    `| ${cells.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join(' | ')} |`
  const rule = line(widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))))
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const file of process.argv.slice(2)) console.log(`${report(JSON.parse(readFileSync(file, 'utf8')))}\n`)
