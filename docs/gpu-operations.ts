/**
 * `npm run docs:gpu`: walks the table of operations in a headless browser and writes `guides/gpu-operations.md`, which shows what runs on WebGPU
 * and on WebGL2, and how far the numbers are from the CPU's in float64.
 */
import { writeFileSync } from 'node:fs'
import { bundle, openBrowser } from '../test/gpu/browser.js'
import type { RowOutcome, walkTable } from '../test/gpu/suite.js'

type Table = Awaited<ReturnType<typeof walkTable>>

const browser = await openBrowser()
if ('reason' in browser) throw new Error(`docs:gpu: no browser can be started: ${browser.reason}`)
const page = await browser.open(await bundle({ path: 'test/gpu/page.ts' }))
await page.waitForFunction('typeof walkTable === "function"')
const webgpu = await page.evaluate<Table>("walkTable('webgpu', true)")
const webgl2 = await page.evaluate<Table>("walkTable('webgl2', true)")
await browser.close()
writeFileSync(new URL('guides/gpu-operations.md', import.meta.url), text())

function text(): string {
  const rows = webgpu.rows.map((row, i) => `| \`${row.name}\` | ${cells(row)} | ${cells(webgl2.rows[i])} |`)
  return `---
title: Operations on the GPU
---

# Operations on the GPU

Every operation, forward and backward, on both interfaces, against the CPU in float64: the largest error, relative to numbers above 1, over random inputs
in several shapes. Written by \`npm run docs:gpu\` on ${withoutBrackets(webgpu.detail)} and ${withoutBrackets(webgl2.detail)}; drivers of real GPUs round differently.

| operation | WebGPU | its gradient | WebGL2 | its gradient |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function cells({ forward, backward, error }: RowOutcome): string {
  if (error) throw new Error(`docs:gpu: ${error}`)
  return `${digits(forward)} | ${backward === null ? '–' : digits(backward)}`
}

/** Rounded up to a power of ten: the last digit of a measurement would change from run to run. */
function digits(error: number): string {
  if (error < 1e-7) return error === 0 ? '0' : '< 10⁻⁷'
  return `< 10${superscript(Math.ceil(Math.log10(error)))}`
}

function superscript(exponent: number): string {
  return `⁻${'⁰¹²³⁴⁵⁶⁷⁸⁹'[-exponent]}`
}

/** Software renderers name themselves at length. */
function withoutBrackets(detail: string): string {
  return detail.replace(/\(ANGLE \(.*?SwiftShader.*\)/s, '(SwiftShader)')
}
