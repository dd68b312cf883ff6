/**
 * The report of a trained classifier as one HTML file that needs nothing else: curves, confusion matrix, mistakes. (What it looks
 * like is in `report.css`.)
 */
import { readFileSync, writeFileSync } from 'node:fs'
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { pngUrl } from './png.js'

/** The contents of the report. */
export interface Report {
  readonly title: string
  /** Of the test images, the share that was recognized, and how many there are. */
  readonly accuracy: number
  readonly count: number
  /** A name and a value each: the model, the optimizer, the time it took. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** Of `fit`: `loss`, `accuracy` and, where there was validation, `val_loss` and `val_accuracy`. */
  readonly history: Readonly<Record<string, readonly number[]>>
  /** Labels by row, predictions by column. */
  readonly confusion: readonly (readonly number[])[]
  readonly mistakes: readonly Mistake[]
}

/** An image that was not recognized. */
export interface Mistake {
  readonly image: ArrayLike<number>
  readonly label: number
  readonly predicted: number
  /** The probability of the predicted class, 0 to 1. */
  readonly confidence: number
}

/** Writes the page to a file. */
export function writeReport(path: string, report: Report): void {
  writeFileSync(path, reportPage(report))
}

/** The page. */
export function reportPage(report: Report): string {
  const css = readFileSync(new URL('report.css', import.meta.url), 'utf8')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>
${css}</style>
<main>
${[header(report), curves(report), matrix(report), gallery(report)].join('\n')}
<footer>Made by <b>nabla</b></footer>
</main>
</html>
`
}

function header({ title, accuracy, count, facts }: Report): string {
  const rows = facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
  return `<header>
<h1>${escapeHtml(title)}</h1>
<p class="result"><strong>${percent(accuracy)}</strong> of ${count.toLocaleString('en')} test images recognized</p>
<dl>${rows.join('')}</dl>
</header>`
}

function curves({ history }: Report): string {
  const validated = 'val_loss' in history
  const key = validated ? '<i class="training"></i>training <i class="validation"></i>validation' : ''
  return `<section>
<h2>How it learned <span class="legend">${key}</span></h2>
<div class="curves">
<figure><figcaption>Loss</figcaption>${curve(history, 'loss', (v) => v.toPrecision(2))}</figure>
<figure><figcaption>Accuracy</figcaption>${curve(history, 'accuracy', (v) => percent(v))}</figure>
</div>
</section>`
}

/** One measure over the epochs, in training and in validation, labeled with its last value. */
function curve(history: Report['history'], measure: string, format: (value: number) => string): string {
  const { document } = parseHTML('<html></html>')
  const series = { training: history[measure], validation: history[`val_${measure}`] ?? [] }
  const points = Object.entries(series).flatMap(([name, values]) =>
    values.map((value, i) => ({ name, epoch: i + 1, value, color: `var(--${name})` })),
  )
  const epochs = series.training.length
  const ends = points.filter(({ epoch }) => epoch === epochs).sort((a, b) => b.value - a.value)
  const position = { x: 'epoch', y: 'value' }
  const end = { ...position, text: (d: Point) => format(d.value), fill: 'color', dx: 9, textAnchor: 'start' } as const
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 400,
    height: 260,
    marginTop: 12,
    marginRight: 64,
    marginLeft: 48,
    marginBottom: 42,
    style: { fontSize: '14px', background: 'none' },
    ariaLabel: `${measure} over ${epochs} epochs`,
    ariaDescription: ends.map(({ name, value }) => `${name}: ${format(value)} after the last one`).join(', '),
    x: {
      ticks: Math.min(epochs, 10),
      tickFormat: 'd',
      label: 'epoch',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [1, Math.max(2, epochs)],
    },
    y: { grid: true, nice: true, ticks: 5, label: null, tickFormat: measure === 'accuracy' ? '.0%' : undefined },
    color: { type: 'identity' },
    marks: [
      Plot.lineY(points, { ...position, z: 'name', stroke: 'color', strokeWidth: 2.25 }),
      Plot.dot(points, {
        ...position,
        r: 3,
        fill: 'color',
        title: (d: Point) => `${d.name}, epoch ${d.epoch}: ${format(d.value)}`,
      }),
      Plot.text(ends.slice(0, 1), { ...end, lineAnchor: ends.length > 1 ? 'bottom' : 'middle' }),
      Plot.text(ends.slice(1), { ...end, lineAnchor: 'top' }),
    ],
  })
  svg.setAttribute('role', 'img')
  return svg.outerHTML
}

interface Point {
  name: string
  epoch: number
  value: number
  color: string
}

function matrix({ confusion }: Report): string {
  const worst = Math.max(1, ...confusion.flatMap((row, label) => row.filter((_, i) => i !== label)))
  const head = confusion.map((_, label) => `<th scope="col">${label}</th>`).join('')
  const rows = confusion.map((row, label) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    const share = total > 0 ? row[label] / total : 0
    const cells = row.map((n, predicted) => cell(n, predicted === label ? ['right', share] : ['wrong', n / worst]))
    return `<tr><th scope="row">${label}</th>${cells.join('')}<td class="share">${percent(share)}</td></tr>`
  })
  return `<section>
<h2>What was taken for what</h2>
<div class="scroll"><table>
<thead><tr><td></td><th colspan="${confusion.length}">predicted</th><td></td></tr>
<tr><th>digit</th>${head}<th>right</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></div>
</section>`
}

function cell(n: number, [kind, strength]: [kind: string, strength: number]): string {
  return n > 0 ? `<td class="${kind}" style="--strength:${strength.toFixed(3)}">${n}</td>` : '<td class="none">·</td>'
}

/** The mistakes, the surest ones first. */
function gallery({ mistakes }: Report): string {
  const shown = [...mistakes].sort((a, b) => b.confidence - a.confidence)
  const figures = shown.map(
    ({
      image,
      label,
      predicted,
      confidence,
    }) => `<figure title="a ${label}, taken for a ${predicted} (${percent(confidence)} sure)">
<img src="${pngUrl(image)}" alt="a handwritten ${label}"><figcaption>${label} <s>${predicted}</s></figcaption></figure>`,
  )
  return `<section>
<h2>${mistakes.length} mistakes <span class="legend">what it is, <s>what was predicted</s>; the surest first</span></h2>
<div class="gallery">
${figures.join('\n')}
</div>
</section>`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
}
