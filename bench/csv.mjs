/**
 * How fast a large CSV file is read, and with how much memory: `npm run build && node bench/csv.mjs [rows]` writes a file of a million rows
 * to the temporary folder and reads it three ways. Prints megabytes a second of wall time and of CPU time, and the growth of memory.
 */
import { createWriteStream, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCsv, streamCsv, streamCsvTables } from '../dist/data.js'

const rows = Number(process.argv[2] ?? 1e6)
const path = join(tmpdir(), `nabla-${process.pid}.csv`)
await write()
const megabytes = statSync(path).size / 1e6
console.log(`${rows} rows, ${megabytes.toFixed(1)} MB, Node ${process.version}`)

await measure('streamCsvTables', async () => {
  let count = 0
  for await (const table of streamCsvTables(path)) count += table.tensor().shape[0]
  return count
})
await measure('streamCsv, rows as objects', async () => {
  let count = 0
  for await (const row of streamCsv(path)) count += row.width > -1 ? 1 : 0
  return count
})
await measure('readCsv', async () => (await readCsv(path)).size)
rmSync(path)

async function measure(name, run) {
  globalThis.gc?.()
  const [before, start, cpu] = [process.memoryUsage().rss, performance.now(), process.cpuUsage()]
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  const count = await run()
  clearInterval(watch)
  if (count !== rows) throw new Error(`${name}: ${count} rows instead of ${rows}`)
  const speed = (seconds) => (megabytes / seconds).toFixed(0)
  const { user, system } = process.cpuUsage(cpu)
  const wall = (performance.now() - start) / 1000
  const memory = ((most - before) / 1e6).toFixed(0)
  console.log(`${name}: ${speed(wall)} MB/s (of CPU time: ${speed((user + system) / 1e6)}), memory + ${memory} MB`)
}

async function write() {
  const file = createWriteStream(path)
  file.write('length,width,id,kind,date,price\n')
  for (let i = 0; i < rows; i++) {
    const numbers = [((i * 0.37) % 7).toFixed(2), ((i * 1.7) % 3).toFixed(3), i]
    const line = `${numbers},kind ${i % 5},2024-0${1 + (i % 9)}-1${i % 10},${((i * 13.37) % 1000).toFixed(2)}\n`
    if (!file.write(line)) await new Promise((resolve) => file.once('drain', resolve))
  }
  await new Promise((resolve) => file.end(resolve))
}
