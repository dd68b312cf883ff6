/**
 * Six optimizers in the valley of Rosenbrock's function.
 */
import * as Plot from '@observablehq/plot'
import { Adam, AdamW, type AnyOptimizer, formula, Lion, RMSprop, SGD, variable } from 'nabla'
import { colors, draw } from './draw.js'

interface Point {
  x: number
  y: number
  row: number
  column: number
  color: string
}

const steps = 400
const start = [-1.4, 1.6]

const runs: [name: string, color: string, make: () => AnyOptimizer][] = [
  ['SGD', colors.blue, () => new SGD({ learningRate: 0.0015 })],
  ['SGD with momentum', colors.teal, () => new SGD({ learningRate: 0.0008, momentum: 0.9 })],
  ['RMSprop', colors.green, () => new RMSprop({ learningRate: 0.02 })],
  ['Adam', colors.orange, () => new Adam({ learningRate: 0.15 })],
  ['AdamW, decay 0.1', colors.red, () => new AdamW({ learningRate: 0.15, weightDecay: 0.1 })],
  ['Lion', colors.purple, () => new Lion({ learningRate: 0.02 })],
]

/**
 * The curve on which (1 − x)² + 100 (y − x²)² is the level: both terms are parts of it, as cos² and sin² are of 1. Upper and lower half, as far
 * as they can be seen.
 */
const contours = [0.3, 2, 8, 30, 100, 300].flatMap((level) =>
  [1, -1].flatMap((half) => {
    const angle = (x: number) => Math.acos(Math.min(1, Math.max(-1, (x - 1) / Math.sqrt(level))))
    const [first, last] = [angle(2), angle(-2)]
    return Array.from({ length: 41 }, (_, i) => {
      const a = first + ((last - first) * i) / 40
      const x = 1 + Math.sqrt(level) * Math.cos(a)
      return { line: half * level, x, y: x ** 2 + half * Math.sqrt(level / 100) * Math.sin(a) }
    })
  }),
)

/** The figure. */
export function rosenbrock(): string {
  const paths = runs.map(([name, color, make], i) => ({ name, points: path(make(), color, i) }))
  const points = paths.flatMap((run) => run.points)
  const names = paths.map(({ name, points: [first] }) => ({ ...first, name }))
  const facet = { fx: 'column', fy: 'row' }
  const place = { x: 'x', y: 'y', ...facet }
  return draw('Paths of six optimizers in the valley of Rosenbrock’s function', {
    width: 720,
    height: 440,
    marginLeft: 34,
    marginBottom: 30,
    marginTop: 22,
    fx: { axis: null, padding: 0.06 },
    fy: { axis: null, padding: 0.12 },
    x: { domain: [-1.8, 1.8], label: null, ticks: 4 },
    y: { domain: [-0.6, 2.4], label: null, ticks: 4 },
    marks: [
      Plot.frame({ strokeOpacity: 0.4 }),
      Plot.line(contours, { x: 'x', y: 'y', z: 'line', stroke: 'currentColor', strokeOpacity: 0.28, clip: true }),
      Plot.text(names, {
        ...facet,
        text: 'name',
        fill: 'color',
        frameAnchor: 'top',
        dy: -16,
        fontWeight: 600,
        fontSize: 13,
      }),
      Plot.line(points, { ...place, z: null, stroke: 'color', strokeWidth: 1.8, clip: true }),
      Plot.dot(names, { ...place, r: 3, stroke: 'color' }),
      Plot.dot(
        paths.map((run) => run.points[steps]),
        { ...place, r: 4, fill: 'color' },
      ),
      Plot.dot([[1, 1]], { symbol: 'plus', r: 5, stroke: 'currentColor', strokeWidth: 1.5 }),
    ],
  })
}

function path(optimizer: AnyOptimizer, color: string, index: number): Point[] {
  const valley = formula('(1 - x)^2 + 100 * (y - x^2)^2')
  const [x, y] = start.map((value) => variable(value, { dtype: 'float64' }))
  const points: Point[] = []
  const note = () => points.push({ x: x.item(), y: y.item(), row: Math.floor(index / 3), column: index % 3, color })
  note()
  for (let t = 0; t < steps; t++) {
    optimizer.minimize(() => valley(x, y), [x, y])
    note()
  }
  return points
}
