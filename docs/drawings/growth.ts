/**
 * How the time of a training step grows with the width of the layers and with the batch, from the results that the benchmark has
 * left in `docs/measured/`.
 */
import { readFileSync } from 'node:fs'
import * as Plot from '@observablehq/plot'
import { colors, draw, labels } from './draw.js'

const contestants = {
  nabla: colors.blue,
  'jax-js': colors.orange,
  'tfjs wasm': colors.green,
  'PyTorch ×1': colors.purple,
} as const

type Name = keyof typeof contestants

interface Results {
  readonly medians: Readonly<Record<string, Readonly<Partial<Record<Name, number>>>>>
}

/** The figure. */
export function growth(): string {
  const file = new URL('../measured/node24.json', import.meta.url)
  const { medians } = JSON.parse(readFileSync(file, 'utf8')) as Results
  const points = ['width', 'batch'].flatMap((kind) => pointsOf(kind, medians))
  const last = points.filter(({ kind, x }) => x === (kind === 'width' ? 2048 : 1024))
  const facet = { fx: 'kind' } as const
  return draw('Milliseconds of a training step, by the width of two hidden layers and by the batch size', {
    width: 860,
    height: 340,
    marginLeft: 44,
    marginRight: 74,
    marginBottom: 40,
    marginTop: 28,
    fx: { label: null, domain: ['width', 'batch'], padding: 0.22 },
    x: { type: 'log', base: 2, label: null, tickFormat: (x: number) => String(x) },
    y: { type: 'log', grid: true, label: 'ms', tickFormat: (y: number) => String(y) },
    marks: [
      Plot.lineY(points, { ...facet, x: 'x', y: 'y', z: 'name', stroke: 'color', strokeWidth: 2 }),
      Plot.dot(points, { ...facet, x: 'x', y: 'y', fill: 'color', r: 2.5 }),
      labels(last, facet),
    ],
  })
}

function pointsOf(kind: string, medians: Results['medians']) {
  return Object.entries(medians)
    .filter(([workload]) => workload.startsWith(`${kind} `))
    .flatMap(([workload, times]) =>
      (Object.keys(contestants) as Name[]).flatMap((name) => {
        const y = times[name]
        return y === undefined ? [] : [{ kind, x: Number(workload.split(' ')[1]), y, name, color: contestants[name] }]
      }),
    )
}
