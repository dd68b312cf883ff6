/**
 * Losses of small networks: three learning rates, overfitting, warm-up.
 */
import * as Plot from '@observablehq/plot'
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  CosineDecay,
  Dense,
  type Layer,
  makeMoons,
  makeSpirals,
  Sequential,
  SGD,
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
  return drawLosses('The loss over 400 steps with the learning rates 0.0003, 0.01 and 0.3', curves)
}

/** A hundred points of two moons, learned by heart; others show it. */
export async function overfitting(): Promise<string> {
  setSeed(1)
  const moons = (seed: number) => makeMoons({ samples: 100, noise: 0.3, seed })
  const [{ x, y }, others] = [moons(1), moons(2)]
  const hidden = () => new Dense(64, { activation: 'relu' })
  const model = new Sequential([hidden(), hidden(), new Dense(2)])
  model.compile({ optimizer: new AdamW({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy' })
  const { history } = await model.fit(x, y, { epochs: 300, batchSize: 100, validationData: [others.x, others.y] })
  const curves = [
    { name: 'validation', color: colors.orange, values: history.val_loss },
    { name: 'training', color: colors.blue, values: history.loss },
  ]
  return drawLosses('Training loss falls towards zero; validation loss falls, turns and rises', curves, 'epoch')
}

/** A deep network with a high learning rate from the first step on, or after a warm-up. */
export function warmUp(): string {
  const cosine = (decaySteps: number) => new CosineDecay({ initialLearningRate: 0.12, decaySteps })
  const schedules = [
    { name: 'at once', color: colors.red, learningRate: cosine(300) },
    { name: 'warm-up', color: colors.green, learningRate: new Warmup({ schedule: cosine(240), warmupSteps: 60 }) },
  ]
  const curves = schedules.flatMap(({ name, color, learningRate }) =>
    [1, 2, 3, 4, 5].map((seed) => {
      const hidden = Array.from(
        { length: 7 },
        () => new Dense(32, { activation: 'relu', kernelInitializer: 'heNormal' }),
      )
      const optimizer = new SGD({ learningRate, momentum: 0.9 })
      return { name: seed === 3 ? name : '', color, values: spiralLosses(optimizer, 300, seed, hidden, 1) }
    }),
  )
  return drawLosses('The loss of five deep networks, each with and without a warm-up of 60 steps', curves)
}

function spiralLosses(
  optimizer: AnyOptimizer,
  steps: number,
  seed: number,
  hidden: readonly Layer[] = [1, 2].map(() => new Dense(32, { activation: 'tanh' })),
  turns = 1.25,
): number[] {
  setSeed(seed)
  const points = makeSpirals({ samples: 200, turns, seed: 1 })
  const [x, y] = [tensor(points.x), tensor(points.y, { dtype: 'int32' })]
  const model = new Sequential([...hidden, new Dense(2)], { inputShape: [2] })
  return Array.from({ length: steps }, () => {
    const loss = optimizer.minimize(() => sparseCategoricalCrossentropy(y, model.apply(x)), model.trainableVariables)
    return loss.item()
  })
}

function drawLosses(title: string, curves: readonly Curve[], label = 'step'): string {
  const points = curves.flatMap(({ color, values }, z) => values.map((y, i) => ({ x: i + 1, y, color, z })))
  const ends = curves.map(({ name, color, values }) => ({ x: values.length, y: values.at(-1) as number, name, color }))
  const all = points.map(({ y }) => y)
  const ticks = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10].filter((y) => y >= Math.min(...all) && y <= Math.max(...all))
  return draw(title, {
    width: 640,
    height: 300,
    marginRight: 76,
    marginBottom: 36,
    marginLeft: 46,
    x: { ...stepAxis, label },
    y: { type: 'log', grid: true, label: null, ticks, tickFormat: String },
    marks: [
      Plot.lineY(points, { x: 'x', y: 'y', z: 'z', stroke: 'color', strokeWidth: 1.8, clip: true }),
      labels(ends),
    ],
  })
}
