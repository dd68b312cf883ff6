/**
 * One training step: predictions, loss, gradients, update. `Model.trainOnBatch` makes one, `fit.ts` loops over them. Which loss it is, and
 * whether it takes logits or probabilities, is decided in `losses/get-loss.ts`.
 */
import { GradientError, OptionError } from '../errors.js'
import { inTraining } from '../layers/calls.js'
import type { Layer, Tensors } from '../layers/layer.js'
import { withPenalties } from '../layers/penalties.js'
import { backend } from '../tensor/backend.js'
import { areFinite, finiteFlag, nonFinite } from '../tensor/operations/finite.js'
import { ready } from '../tensor/ready.js'
import type { Tensor } from '../tensor/tensor.js'
import { Variable } from '../tensor/variable.js'
import type { Compiled, TrainingOptimizer } from './compile.js'
import { checkPair, toConstant } from './data-arguments.js'
import { type BatchLogs, batchLogs, type Logs, readFlag, readLogs } from './logs.js'
import type { OrderedData } from './named-data.js'
import { checkTargets, type TargetKind } from './targets.js'
import { lockVariables } from './training-lock.js'
import { notHeld, nothingToTrain, withoutGradient } from './untrainable.js'

type Gradients = (Tensor | null)[]

/** A step before its update; a plain object, so that a workspace finds its tensors. */
interface Step {
  readonly logs: BatchLogs
  /** True if the last of the totals is 1 for finite gradients and 0 for others: on a GPU all numbers are read together. */
  readonly hasFlag: boolean
  readonly gradients: Gradients
  /** The gradients that must be finite for the update. */
  readonly checked: readonly (Tensor | null | undefined)[]
  /** Changes the weights. */
  readonly update: () => void
}

/** Makes the training steps of a model. */
export class Trainer {
  /** The options of `compile`; null before. */
  compiled: Compiled | null = null
  /** The variables of the last step. */
  variables: Variable[] = []
  /** The optimizer that moved them; null when the variables must be looked for. */
  private lastOptimizer: TrainingOptimizer | null = null

  constructor(private readonly model: Layer) {}

  /** @throws OptionError before `compile` */
  compiledOrThrow(op: string): Compiled {
    if (this.compiled) return this.compiled
    throw new OptionError(
      `${op}: the model ${this.model.name} is not compiled. Call compile({ optimizer, loss }) first.`,
    )
  }

  /** Makes a step where numbers can be read at once. */
  step(x: OrderedData, y: OrderedData): Logs {
    checkPair('trainOnBatch', x, y)
    const compiled = this.compiledOrThrow('trainOnBatch')
    return backend.inWorkspace(() => {
      const targets = toConstant(y)
      checkBatchTargets(compiled.loss.targets, targets)
      return this.finish(compiled, this.begin(compiled, toConstant(x), targets))
    })
  }

  /** Makes a step on a GPU whose numbers come later. */
  async stepAsync(x: OrderedData, y: OrderedData): Promise<Logs> {
    checkPair('trainOnBatch', x, y)
    const compiled = this.compiledOrThrow('trainOnBatch')
    const step = backend.inWorkspace(() => {
      const step = this.begin(compiled, toConstant(x), toConstant(y))
      const { optimizer } = compiled
      const flags = optimizer.readBeforeApply?.(step.gradients) ?? optimizer.decisive?.(step.gradients) ?? []
      return { ...step, flags }
    })
    try {
      await ready([...step.logs.totals, ...step.flags])
      if (!this.hasFiniteGradients(compiled, step)) await ready(step.checked) // for the message
      return backend.inWorkspace(() => this.finish(compiled, step))
    } finally {
      backend.free(step)
    }
  }

  /** The recipe. `finish` makes the update, when all numbers are known to be finite. */
  private begin(compiled: Compiled, x: Tensors, y: Tensors): Step {
    const { optimizer } = compiled
    const predictions = this.model.apply<Tensors>(x as Tensor, inTraining)
    const loss = this.lossOf(compiled, y, predictions)
    const gradients = this.gradientsOf(optimizer, loss)
    const update = () => optimizer.apply(gradients, this.variables)

    const checked = optimizer.mustBeFinite?.(gradients, this.variables) ?? gradients
    const flag = backend.allFinite ? null : finiteFlag(checked, this.variables, optimizer)
    return { logs: batchLogs(compiled, loss, y, predictions, flag), hasFlag: flag !== null, gradients, checked, update }
  }

  /**
   * Checks the numbers, makes the update and returns the logs.
   * @throws GradientError when the loss or a gradient is not finite; no update is made then
   */
  private finish(compiled: Compiled, step: Step): Logs {
    const logs = readLogs(compiled, step.logs)
    if (!Number.isFinite(logs.loss)) throw lossNotFinite(logs.loss, this.model.variables)
    if (!this.hasFiniteGradients(compiled, step)) throw nonFinite('trainOnBatch', step.checked, this.variables)
    step.update()
    return logs
  }

  /** True if all gradients that must be finite are. */
  private hasFiniteGradients(compiled: Compiled, { logs, hasFlag, checked }: Step): boolean {
    return hasFlag ? readFlag(compiled, logs) !== 0 : areFinite(checked, this.variables, compiled.optimizer)
  }

  private lossOf({ loss }: Compiled, y: Tensors, predictions: Tensors): Tensor {
    const value = withPenalties(loss.apply(y as Tensor, predictions as Tensor), this.model)
    if (!value.requiresGrad) throw withoutGradient(this.model, loss.name, [predictions].flat())
    return value
  }

  /** The gradients of the trainable variables, in their order; of the loss as the optimizer wants it differentiated. */
  private gradientsOf(optimizer: TrainingOptimizer, loss: Tensor): Gradients {
    const found = (optimizer.scaleLoss?.(loss) ?? loss).gradientsOfLeaves()
    const gradients = this.variables.map((v) => found.get(v) ?? null)
    // If these are all, no layer was built, added, replaced or frozen since the last step
    if (this.lastOptimizer === optimizer && gradients.length === found.size && !gradients.includes(null))
      return gradients
    this.findVariables(optimizer, found)
    return this.variables.map((v) => found.get(v) ?? null)
  }

  /** Looks for the variables to train anew, and lets the optimizer know of those that it does not have yet. */
  private findVariables(optimizer: TrainingOptimizer, gradients: ReadonlyMap<Tensor, Tensor>): void {
    const { model } = this
    const trained = model.trainableVariables
    if (trained.length === 0) throw nothingToTrain(model)
    const own = new Set<Tensor>(model.variables)
    for (const leaf of gradients.keys()) if (leaf instanceof Variable && !own.has(leaf)) throw notHeld(model, leaf)
    lockVariables(model, trained)
    const isOurs = (v: Variable) => own.has(v) || this.variables.includes(v)
    if (optimizer.builtVariables?.().some(isOurs)) optimizer.addVariables?.(trained)
    this.variables = trained
    this.lastOptimizer = optimizer
  }

  /** Makes the next step look for the variables to train. */
  restart(): void {
    this.lastOptimizer = null
  }
}

/** @throws DTypeError for targets that the loss does not take; labels are checked by the loss itself */
function checkBatchTargets(kind: TargetKind, targets: Tensors): void {
  if (Array.isArray(targets) || (kind !== 'probabilities' && kind !== 'distributions')) return
  checkTargets('trainOnBatch', kind, targets.dataSync(), targets.shape.slice(1), Infinity)
}

function lossNotFinite(loss: number, variables: readonly Variable[]): GradientError {
  const lost = backend.isAsync ? [] : variables.filter((v) => !areFinite([v])).map(({ path }) => path)
  const cause = lost.length > 0 ? `, as these weights are not finite: ${lost.join(', ')}` : ''
  return new GradientError(
    `trainOnBatch: the loss is ${loss}${cause}. No step was made with this batch. If it grew before, lower the learning rate or clip gradients (globalClipnorm); if not, look for log, sqrt or division outside its domain, and for NaN or huge numbers in the data.`,
  )
}
