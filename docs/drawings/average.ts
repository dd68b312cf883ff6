/**
 * A noisy descent, and the moving average of its weight.
 */
import * as Plot from '@observablehq/plot'
import { randomNormal, SGD, variable } from 'nabla'
import { colors, draw, labels, stepAxis } from './draw.js'

const steps = 300

/** The figure. */
export function average(): string {
  const { raw, averaged } = descend()
  const line = (values: number[]) => values.map((y, x) => ({ x: x + 1, y }))
  const ends = [
    { x: steps, y: averaged[steps - 1], name: 'average', color: colors.orange },
    { x: steps, y: raw[steps - 1], name: 'weight', color: colors.blue },
  ]
  return draw('A weight that jumps around its target, and its moving average, which stays close to it', {
    width: 640,
    height: 280,
    marginRight: 70,
    marginBottom: 36,
    x: stepAxis,
    y: { grid: true, label: null, ticks: 5 },
    marks: [
      Plot.ruleY([1], { strokeDasharray: '4 4', strokeOpacity: 0.7 }),
      Plot.lineY(line(raw), { x: 'x', y: 'y', stroke: colors.blue, strokeOpacity: 0.75 }),
      Plot.lineY(line(averaged), { x: 'x', y: 'y', stroke: colors.orange, strokeWidth: 2.5 }),
      labels(ends),
    ],
  })
}

/** Gradient descent to 1, with noise in the gradients. */
function descend(): { raw: number[]; averaged: number[] } {
  const noise = randomNormal([steps], { seed: 5 }).dataSync()
  const w = variable(-1, { dtype: 'float64' })
  const optimizer = new SGD({ learningRate: 0.15, useEma: true, emaMomentum: 0.95 })
  const raw: number[] = []
  const averaged: number[] = []
  for (let t = 0; t < steps; t++) {
    optimizer.minimize(
      () =>
        w
          .sub(1 + 1.2 * noise[t])
          .square()
          .div(2),
      [w],
    )
    const average = optimizer.variables.find(({ name }) => name.includes('average'))
    raw.push(w.item())
    averaged.push(average?.item() as number)
  }
  return { raw, averaged }
}
