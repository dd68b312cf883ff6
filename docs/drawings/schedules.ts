/**
 * Learning-rate schedules side by side.
 */
import * as Plot from '@observablehq/plot'
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  CosineOneCycle,
  ExponentialDecay,
  InverseSquareRoot,
  Linear,
  LinearOneCycle,
  PiecewiseConstantDecay,
  Warmup,
} from 'nabla'
import { colors, draw } from './draw.js'

const steps = 100
const afterWarmup = new CosineDecay({ initialLearningRate: 1, decaySteps: 85 })

const schedules: Readonly<Record<string, { at(step: number): number }>> = {
  Constant: new Constant({ learningRate: 0.7 }),
  Linear: new Linear({ initialLearningRate: 1, endLearningRate: 0, steps }),
  CosineDecay: new CosineDecay({ initialLearningRate: 1, decaySteps: steps }),
  'Warmup and cosine': new Warmup({ schedule: afterWarmup, warmupSteps: 15 }),
  CosineDecayRestarts: new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 15, mMul: 0.8 }),
  CosineOneCycle: new CosineOneCycle({ peakLearningRate: 1, steps }),
  LinearOneCycle: new LinearOneCycle({ peakLearningRate: 1, steps }),
  ExponentialDecay: new ExponentialDecay({ initialLearningRate: 1, decaySteps: 25, decayRate: 0.5 }),
  InverseSquareRoot: new InverseSquareRoot({ learningRate: 1, warmupSteps: 10 }),
  PiecewiseConstantDecay: new PiecewiseConstantDecay({ boundaries: [40, 75], values: [1, 0.4, 0.1] }),
}

const palette = [colors.blue, colors.teal, colors.green, colors.orange, colors.red]

/** The figure. */
export function scheduleShapes(): string {
  const places = Object.keys(schedules).map((name, i) => {
    return { name, column: i % 5, row: Math.floor(i / 5), color: palette[i % 5] }
  })
  const points = places.flatMap((place) =>
    Array.from({ length: steps + 1 }, (_, x) => ({ ...place, x, y: schedules[place.name].at(x) })),
  )
  const facet = { fx: 'column', fy: 'row' }
  return draw(`The learning rate over ${steps} steps: ${Object.keys(schedules).join('; ')}`, {
    width: 860,
    height: 290,
    marginTop: 24,
    marginLeft: 30,
    marginRight: 14,
    marginBottom: 26,
    fx: { axis: null, padding: 0.17 },
    fy: { axis: null, padding: 0.24 },
    x: { domain: [0, steps], ticks: [0, 50, 100], label: null },
    y: { domain: [0, 1.05], ticks: [0, 0.5, 1], label: null },
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
      Plot.areaY(points, { x: 'x', y: 'y', ...facet, fill: 'color', fillOpacity: 0.12 }),
      Plot.lineY(points, { x: 'x', y: 'y', ...facet, stroke: 'color', z: null, strokeWidth: 2 }),
      Plot.text(places, { ...facet, text: 'name', frameAnchor: 'top-left', dy: -16, fontSize: 11, fontWeight: 600 }),
    ],
  })
}
