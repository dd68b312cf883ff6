/**
 * Validates with the average of the weights.
 */
import { OptionError } from '../../errors.js'
import { flag, resolve } from '../../options.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Model } from '../model.js'
import type { Callback, TrainParams } from './callback.js'

/** Options of `SwapEMAWeights`. */
export interface SwapEMAWeightsOptions {
  /** True to keep the averages in the model at the end of each epoch, so that callbacks save them. Default false. */
  swapOnEpoch?: boolean
}

/**
 * Puts the moving average of the weights, which an optimizer with `useEma` keeps, into the model for each validation, and the weights back after
 * it.
 *
 * @example
 * const model = new Sequential([new Dense(1)])
 * model.compile({ optimizer: new SGD({ useEma: true }), loss: 'mse' })
 * const callbacks = [new SwapEMAWeights()]
 * await model.fit([[1], [2]], [[1], [2]], { validationData: [[[3]], [[3]]], callbacks })
 */
export class SwapEMAWeights implements Callback {
  private readonly swapOnEpoch: boolean
  private weights: Tensor[] | null = null

  /** Makes a callback that swaps weights and averages. */
  constructor(options: SwapEMAWeightsOptions = {}) {
    const rules = { defaults: { swapOnEpoch: false }, ranges: { swapOnEpoch: flag } } as const
    this.swapOnEpoch = resolve('SwapEMAWeights', options, rules).swapOnEpoch
  }

  /** @throws OptionError when the optimizer keeps no average */
  onTrainBegin(_params: TrainParams, { optimizer }: Model): void {
    this.weights = null
    if (optimizer.useEma) return
    throw new OptionError('SwapEMAWeights: the optimizer keeps no average of the weights. Pass useEma: true to it.')
  }

  /** Puts the weights back before an epoch. */
  onEpochBegin(_epoch: number, model: Model): void {
    this.swapBack(model)
  }

  /** Puts the averages into the model for a validation. */
  onTestBegin(model: Model): void {
    this.swapIn(model)
  }

  /** Puts the weights back. */
  onTestEnd(_logs: unknown, model: Model): void {
    this.swapBack(model)
  }

  /** With `swapOnEpoch`, puts the averages into the model until the next epoch. */
  onEpochEnd(_epoch: number, _logs: unknown, model: Model): void {
    if (this.swapOnEpoch) this.swapIn(model)
  }

  private swapIn(model: Model): void {
    if (this.weights) return
    this.weights = model.getWeights()
    model.optimizer.finalizeVariableValues(model.trainableVariables)
  }

  private swapBack(model: Model): void {
    if (this.weights) model.setWeights(this.weights)
    this.weights = null
  }
}
