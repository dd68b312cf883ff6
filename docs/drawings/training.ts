/**
 * Losses of small networks: three learning rates, overfitting, warm-up.
 */
import * as Plot from '@observablehq/plot'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  Constant,
  Dense,
  makeMoons,
  makeSpirals,
  Sequential,
  setSeed,
  sparseCategoricalCrossentropy,
  tensor,
  Warmup,
} from 'nabla'
import { colors, draw, labels, stepAxis } from './draw.js'

interface Curve {
  name: string
  color: string
  values: readonly number[]
}

/** The spiral with a learning rate that is too low, right, and too high. */
export function learningRates(): string {
  const rates: [number, string][] = [
    [0.0003, colors.blue],
    [0.01, colors.green],
    [0.3, colors.red],
  ]
  const curves = rates.map(([learningRate, color]) => {
    return { name: String(learningRate), color, values: spiralLosses(new Adam({ learningRate }), 400, 3) }
  })
  return drawLosses('The loss over 400 steps with the learning rates 0.0003, 0.01 and 0.3', curves, [0.002, 8])
}

/** Sixty moons, half of them learned by heart. */
export async function overfitting(): Promise<string> {
  setSeed(1)
  const { x, y } = makeMoons({ samples: 60, noise: 0.3, seed: 1 })
  const hidden = () => new Dense(64, { activation: 'relu' })
  const model = new Sequential([hidden(), hidden(), new Dense(2)])
  model.compile({ optimizer: new AdamW({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy' })
  const { history } = await model.fit(x, y, { epochs: 150, validationSplit: 0.5 })
  const curves = [
    { name: 'validation', color: colors.orange, values: history.val_loss },
    { name: 'training', color: colors.blue, values: history.loss },
  ]
  return drawLosses(
    'Training loss falls towards zero; validation loss falls, turns and rises',
    curves,
    [0.003, 3],
    'epoch',
  )
}

/** A high learning rate from the first step on, or after a warm-up. */
export function warmUp(): string {
  const learningRate = 0.12
  const schedule = new Warmup({ schedule: new Constant({ learningRate }), warmupSteps: 50 })
  const curve = (name: string, color: string, rate: number | Warmup, seed: number) => {
    return { name: seed === 1 ? name : '', color, values: spiralLosses(new Adam({ learningRate: rate }), 250, seed) }
  }
  const curves = [1, 2, 3].flatMap((seed) => [
    curve('at once', colors.red, learningRate, seed),
    curve('warm-up', colors.green, schedule, seed),
  ])
  return drawLosses('The loss of three networks with and without a warm-up of 50 steps', curves, [0.01, 4])
}

function spiralLosses(optimizer: AnyOptimizer, steps: number, seed: number): number[] {
  setSeed(seed)
  const points = makeSpirals({ samples: 200, turns: 1.25, seed: 1 })
  const [x, y] = [tensor(points.x), tensor(points.y, { dtype: 'int32' })]
  const hidden = () => new Dense(32, { activation: 'tanh' })
  const model = new Sequential([hidden(), hidden(), new Dense(2)], { inputShape: [2] })
  return Array.from({ length: steps }, () => {
    const loss = optimizer.minimize(() => sparseCategoricalCrossentropy(y, model.apply(x)), model.trainableVariables)
    return loss.item()
  })
}

function drawLosses(title: string, curves: readonly Curve[], domain: [number, number], label = 'step'): string {
  const points = curves.flatMap(({ color, values }, z) => values.map((y, i) => ({ x: i + 1, y, color, z })))
  const ends = curves.map(({ name, color, values }) => ({ x: values.length, y: values.at(-1) as number, name, color }))
  return draw(title, {
    width: 640,
    height: 300,
    marginRight: 76,
    marginBottom: 36,
    marginLeft: 46,
    x: { ...stepAxis, label },
    y: { type: 'log', domain, grid: true, label: null, ticks: 4, tickFormat: (d: number) => String(d) },
    marks: [
      Plot.lineY(points, { x: 'x', y: 'y', z: 'z', stroke: 'color', strokeWidth: 1.8, clip: true }),
      labels(ends),
    ],
  })
}
