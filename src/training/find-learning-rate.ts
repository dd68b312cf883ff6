/**
 * A learning rate for a model, by trial.
 */
import { OptionError } from '../errors.js'
import { positive, resolve, whole } from '../options.js'
import type { TensorLike } from '../tensor/creation.js'
import { buildOptimizer } from './build-optimizer.js'
import type { Model } from './model.js'

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions {
  /** The first learning rate. Default 1e-6. */
  start?: number
  /** The last learning rate. Default 10. */
  end?: number
  /** The number of steps, and of learning rates. Default 100. */
  steps?: number
  /** The number of examples per step. Default 32. */
  batchSize?: number
  /** The seed for shuffling. Default: the global stream of random numbers. */
  seed?: number
}

/** The result of `findLearningRate`. */
export interface LearningRateCurve {
  /** The learning rates that were tried. */
  readonly rates: number[]
  /** The loss at each, smoothed. */
  readonly losses: number[]
  /** The learning rate at which the loss falls most steeply; null where it does not fall. */
  readonly suggestion: number | null
}

const rules = {
  defaults: { start: 1e-6, end: 10, steps: 100, batchSize: 32, seed: undefined },
  ranges: { start: positive, end: positive, steps: whole(3), batchSize: whole(1) },
} as const

/** Losses are averaged with this share of those before. */
const smoothing = 0.9

/**
 * Trains a copy of the weights with a learning rate that grows from step to step, until the loss explodes: a good learning rate is one where the
 * loss falls most steeply. The model and its optimizer are as before afterwards.
 *
 * @param model a compiled model, which has been built
 * @param data the examples and their targets
 * @throws OptionError for invalid options, or a model without weights yet
 * @example
 * const model = new Sequential([new Dense(1, { inputShape: [1] })])
 * model.compile({ optimizer: new SGD(), loss: 'mse' })
 * const x = linspace(-1, 1, 64).reshape([64, 1])
 * const { suggestion } = await findLearningRate(model, [x, x.mul(3)], { seed: 1 })
 * suggestion > 1e-3 && suggestion < 10 // => true
 * @see Smith 2017, https://arxiv.org/abs/1506.01186
 */
export async function findLearningRate(
  model: Model,
  data: readonly [x: TensorLike, y: TensorLike],
  options: FindLearningRateOptions = {},
): Promise<LearningRateCurve> {
  const { start, end, steps, batchSize, seed } = resolve('findLearningRate', options, rules)
  if (model.variables.length === 0)
    throw new OptionError('findLearningRate: the model has no weights yet. Give its first layer an inputShape.')
  buildOptimizer(model)
  const { optimizer } = model
  const [weights, state, rate] = [model.getWeights(), await optimizer.exportStateAsync(), optimizer.learningRate]
  const growth = (end / start) ** (1 / (steps - 1))
  const [rates, losses]: [number[], number[]] = [[], []]
  let [mean, total] = [0, 0]
  const record = {
    onBatchBegin: (step: number) => {
      optimizer.learningRate = start * growth ** step
    },
    onBatchEnd: (step: number, { loss }: { loss: number }) => {
      // The logs are means of the epoch so far: take this step's out of them
      const own = loss * (step + 1) - total
      total = loss * (step + 1)
      mean = smoothing * mean + (1 - smoothing) * own
      rates.push(start * growth ** step)
      losses.push(mean / (1 - smoothing ** (step + 1)))
      if (losses[step] > 4 * Math.min(...losses)) model.stopTraining = true
    },
  }
  try {
    await model.fit(data[0], data[1], { stepsPerEpoch: steps, batchSize, seed, callbacks: [record as never] })
  } catch (error) {
    if (!(error as Error).message?.includes('the loss is')) throw error // a loss that is not finite is the end of the curve
  } finally {
    model.setWeights(weights)
    optimizer.learningRate = rate
    await optimizer.importStateAsync(state)
  }
  return { rates, losses, suggestion: steepest(rates, losses) }
}

/** The rate before the steepest fall of the loss. */
function steepest(rates: readonly number[], losses: readonly number[]): number | null {
  let [best, least] = [-1, 0]
  for (let i = 1; i + 1 < losses.length; i++) {
    const slope = losses[i + 1] - losses[i - 1]
    if (slope < least) [best, least] = [i, slope]
  }
  return best < 0 ? null : rates[best]
}
