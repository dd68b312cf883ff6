/**
 * The page: reads the controls, measures one operation after the other, and shows each as a chart and a table. `?api=webgl2`, `?sizes=small`,
 * `?software` and `?run` in the address set the controls and start.
 */
import { chart, format, short } from './chart.js'
import { measure, operations } from './measure.js'

const [controls, status, machine, results] = ['#controls', '#status', '#machine', '#results'].map((id) =>
  document.querySelector(id),
)
const button = controls.querySelector('button')

controls.addEventListener('submit', (event) => {
  event.preventDefault()
  run().catch((error) => say(error.message, 'error'))
})
fromAddress(new URLSearchParams(location.search))

function fromAddress(query) {
  controls.api.value = query.get('api') ?? ''
  controls.sizes.value = query.get('sizes') ?? 'usual'
  controls.software.checked = query.has('software')
  if (query.has('run')) controls.requestSubmit()
}

async function run() {
  button.disabled = true
  results.replaceChildren()
  machine.hidden = true
  try {
    const chosen = operations.filter(({ sizes }) => sizes[controls.sizes.value])
    for (const operation of chosen) results.append(card(operation, await compare(operation)))
    say('Done. Measured in your browser, just now.', 'done')
  } finally {
    button.disabled = false
  }
}

/** The times of an operation at each size: `{ size, cpu, gpu }`. */
async function compare(operation) {
  const options = { allowSoftware: controls.software.checked, ...(controls.api.value && { api: controls.api.value }) }
  const rows = []
  for (const size of operation.sizes[controls.sizes.value]) {
    say(`${operation.name}, ${operation.unit} = ${short(size)} …`, 'busy')
    await new Promise(requestAnimationFrame)
    const gpu = await measure(operation, size, 'gpu', options)
    const cpu = await measure(operation, size, 'cpu')
    describe(cpu.detail, gpu.detail)
    rows.push({ size, cpu: cpu.milliseconds, gpu: gpu.milliseconds })
  }
  return rows
}

function describe(cpu, gpu) {
  machine.hidden = false
  machine.replaceChildren(...pair('CPU', cpu), ...pair('GPU', gpu))
}

function pair(name, text) {
  return [node('dt', name), node('dd', text)]
}

function card(operation, rows) {
  const crossover = crossing(rows)
  const verdict = node('p', sentence(operation, rows, crossover))
  verdict.className = 'verdict'
  const lines = ['cpu', 'gpu'].map((name) => ({ name, points: rows.map((row) => [row.size, row[name]]) }))
  const section = node('section')
  section.append(node('h2', operation.name), node('p', operation.text), verdict)
  section.append(
    chart(lines, crossover, `${operation.name}: milliseconds by size. ${verdict.textContent}`),
    table(operation, rows),
  )
  return section
}

/** The size from which on the GPU is faster, up to the largest; null when it is not. */
function crossing(rows) {
  const last = rows.length - 1
  if (rows[last].gpu >= rows[last].cpu) return null
  let i = last
  while (i > 0 && rows[i - 1].gpu < rows[i - 1].cpu) i--
  if (i === 0) return rows[0].size
  const [before, after] = [rows[i - 1], rows[i]].map(({ size, cpu, gpu }) => [Math.log(size), Math.log(gpu / cpu)])
  const part = before[1] / (before[1] - after[1])
  return Math.exp(before[0] + part * (after[0] - before[0]))
}

function sentence({ unit }, rows, crossover) {
  const { size, cpu, gpu } = rows[rows.length - 1]
  const at = `${unit} = ${short(size)}`
  if (crossover === null) return `Up to ${at} the CPU is faster: there ${format(gpu / cpu)} times as fast.`
  const start =
    crossover === rows[0].size ? 'At every size here' : `From about ${unit} = ${short(rounded(crossover))} on`
  return `${start} the GPU pays: at ${at} it is ${format(cpu / gpu)} times as fast.`
}

const rounded = (n) => Number(n.toPrecision(n < 100 ? 1 : 2))

function table({ unit }, rows) {
  const made = node('table')
  made.append(row('th', [unit, 'CPU', 'GPU', 'faster']))
  for (const { size, cpu, gpu } of rows) {
    const winner = cpu < gpu ? `CPU ${format(gpu / cpu)}×` : `GPU ${format(cpu / gpu)}×`
    made.append(row('td', [short(size), `${format(cpu)} ms`, `${format(gpu)} ms`, winner]))
  }
  return made
}

function row(kind, cells) {
  const made = node('tr')
  made.append(...cells.map((text) => node(kind, text)))
  return made
}

function say(text, state) {
  status.textContent = text
  status.dataset.state = state
}

function node(name, text = '') {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
