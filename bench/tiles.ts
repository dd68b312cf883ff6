/**
 * Ways to make the inner loop of a matrix product: `node --import=tsx bench/tiles.ts` prints, for tiles of so many rows and so many steps
 * of k in a turn of the loop, the percentage of the speed of multiply-adds in registers, for rows of A in place and copied. The choice is
 * in `src/kernels/cpu/matmul/candidates.ts`. Everything is measured in turns; a cell is the fastest eighth of its turns.
 */
import { type Candidate, candidateFor } from '../src/kernels/cpu/matmul/candidates.js'
import { kernelsOf } from '../src/kernels/cpu/matmul/matmul.js'
import type { Tile } from '../src/kernels/cpu/matmul/matmul-kernel.js'
import { panelBytes } from '../src/kernels/cpu/matmul/tile-shape.js'
import { pointer, resident } from '../src/kernels/cpu/memory/memory.js'
import { hasFma } from '../src/kernels/cpu/wasm/module.js'
import { load } from './contestants/plain.mjs'

const k = 256
const panels = 32
const milliseconds = Number(process.argv[2] ?? 15_000)
const [a, b, c] = [k * k, k * k, k * 8 * panels].map((size) => pointer(resident('float32', size)))

interface Cell {
  readonly candidate: Candidate
  readonly copied: boolean
  readonly run: () => number
  readonly times: number[]
}

/** A product of about 256 × 256 matrices, packed, by tiles of a candidate; gives the multiply-adds. */
function cellOf(candidate: Candidate, copied: boolean): Cell {
  const { rows } = candidate
  const tile: Tile = kernelsOf('float32', candidate).makeTile({ height: rows, transposed: copied, packed: true })
  const tiles = Math.floor(k / rows)
  const [cRow, bPanel] = [panels * panelBytes, k * panelBytes]
  const [aStep, aTile] = copied ? [panelBytes, 0] : [4 * k, rows * 4 * k]
  const run = () => {
    tile(a, aStep, aTile, b, panelBytes, bPanel, c, cRow, rows * cRow, k, panels, tiles, 0, 0)
    return tiles * rows * k * 8 * panels
  }
  return { candidate, copied, run, times: [] }
}

const heights = hasFma ? [4, 5, 6] : [3, 4, 5, 6]
const ways = [false, true].flatMap((apart) =>
  heights.flatMap((rows) => [1, 2, 4, 8].map((steps) => ({ name: '', fused: hasFma, rows, steps, apart }))),
)
const cells = ways.flatMap((way) => [cellOf(way, false), cellOf(way, true)])

const { tasks } = (await load('peak')) as { tasks: { matmul(spec: object): { run(): void } } }
const peak = tasks.matmul({ n: k })
const peakTimes: number[] = []

const since = (start: number) => performance.now() - start
const timed = (run: () => unknown) => {
  const start = performance.now()
  run()
  return since(start)
}

for (const { run } of cells) for (let i = 0; i < 40; i++) run()
for (let i = 0; i < 40; i++) peak.run()
for (const start = performance.now(); since(start) < milliseconds; ) {
  peakTimes.push(timed(peak.run))
  for (const { run, times } of cells) times.push(timed(run))
}

const fastest = (times: number[]) => times.toSorted((x, y) => x - y)[times.length >> 3]
const registers = k ** 3 / fastest(peakTimes)
const percent = ({ run, times }: Cell) => ((100 * run()) / fastest(times) / registers).toFixed(0)

const chosen = candidateFor(hasFma)
console.log(
  `Node ${process.versions.node}, registers ${((2 * registers) / 1e6).toFixed(1)} GFLOP/s; % of it in place / copied`,
)
for (const apart of [false, true]) {
  console.log(apart ? 'steps apart' : 'steps together')
  for (const rows of heights) {
    const row = cells.filter(({ candidate }) => candidate.apart === apart && candidate.rows === rows)
    const entries = [1, 2, 4, 8].map((steps) => {
      const [inPlace, copied] = row.filter(({ candidate }) => candidate.steps === steps).map(percent)
      const isChosen = apart === chosen.apart && rows === chosen.rows && steps === chosen.steps
      return `${steps}: ${inPlace} / ${copied}${isChosen ? ' *' : ''}`
    })
    console.log(`  ${rows} rows   ${entries.map((text) => text.padEnd(14)).join('')}`)
  }
}
