/**
 * A report of a step, stage by stage: data that prints as a table. Steps are measured only on demand.
 */
import { setRecording } from '../../autograd/engine.js'
import { OptionError } from '../../errors.js'
import { Printed } from '../../printed.js'
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { VariableState } from './variable-state.js'

/** The effect of one step on one variable. Norms are ‖·‖₂ over all elements. */
export interface VariableReport {
  /** The variable's path. */
  readonly variable: string
  /** The gradient as it came in. */
  readonly gradientNorm: number
  /** The gradient before clipping: divided by the loss scale, averaged over accumulated gradients. */
  readonly unscaledNorm: number
  /** The gradient passed to the rule. */
  readonly clippedNorm: number
  /** The fraction of the gradient left by clipping: `clippedNorm / unscaledNorm`. */
  readonly clipFactor: number
  /** η of this step. */
  readonly learningRate: number
  /** ηλ, the fraction of the weights removed by weight decay; 0 without weight decay. */
  readonly decay: number
  /** The weights before the step. */
  readonly weightNorm: number
  /** The norm of the change that the rule made to the weights, without decay. */
  readonly updateNorm: number
  /** `updateNorm / weightNorm`: typically about 0.001. */
  readonly updateRatio: number
  /** The norm of the change that a constraint made to the weights; 0 without a constraint. */
  readonly constrainedBy: number
  /** The distance between the moving average and the weights, as a fraction of their norm; null without `useEma`. */
  readonly averageDistance: number | null
}

/** A report of one step. */
export class Explanation extends Printed {
  constructor(
    /** The optimizer's name. */
    readonly optimizer: string,
    /** The number of the step, 1 for the first. */
    readonly step: number,
    /** η of the step. */
    readonly learningRate: number,
    /** One report for each variable, in the order of the update. */
    readonly variables: readonly VariableReport[],
    /** True if a later step was made but not measured. From the first call of `explain`, every step is measured. */
    readonly isOutdated: boolean,
  ) {
    super()
  }

  /** A table, one line per variable. */
  toString(): string {
    const rows = this.variables.map((report) => columns.map(([, value]) => value(report)))
    const table = [columns.map(([title]) => title), ...rows]
    const widths = columns.map((_, i) => Math.max(...table.map((row) => row[i].length)))
    const lines = table.map((row) =>
      row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
    )
    const note = this.isOutdated ? ' (the last measured step; from now on, every step is measured)' : ''
    return [`${this.optimizer}, step ${this.step}, learning rate ${show(this.learningRate)}${note}`, ...lines].join(
      '\n',
    )
  }

  /**
   * Returns the report of a single variable.
   * @param isOutdated true if a later step was made
   */
  only({ path }: Variable, isOutdated = this.isOutdated): Explanation {
    const { optimizer, step, learningRate, variables } = this
    const own = variables.filter(({ variable }) => variable === path)
    if (own.length > 0) return new Explanation(optimizer, step, learningRate, own, isOutdated)
    throw new OptionError(
      `explain: step ${step} of ${optimizer} did not update ${path}. It updated ${variables.map(({ variable }) => variable).join(', ')}.`,
    )
  }
}

/**
 * Decides when to measure, and keeps the last report. The first step is measured (it is slow anyway), then none until
 * `explain` is called. With asynchronous reads, no step is measured until then, and the report is written once the
 * numbers have arrived.
 */
export class Recorder {
  private isMeasuring = true
  private hasBeenAsked = false
  private measurements: Measurement[] = []
  private last: (() => Explanation) | null = null
  private unread: readonly Tensor[] = []

  /** True if this step should be measured. */
  get wants(): boolean {
    return this.isMeasuring && (this.hasBeenAsked || !backend.isAsync)
  }

  /** Returns the tensors to await before `ask`. From now on, every step is measured. */
  awaited(): readonly Tensor[] {
    this.hasBeenAsked = true
    this.isMeasuring = true
    return this.unread
  }

  /** Before the updates of a step that is wanted. */
  begin(before: readonly BeforeUpdate[]): void {
    this.measurements = setRecording(false, () => before.map((one) => new Measurement(one)))
  }

  /** After the updates, before averages are written into the weights, and before constraints. */
  updated(): void {
    for (const measurement of this.measurements) measurement.updated()
  }

  /** The end of a step: writes the report. */
  end(optimizer: string, step: number, learningRate: number): void {
    if (!this.wants) return
    const { measurements } = this
    const squares = setRecording(false, () => measurements.map((measurement) => measurement.end()))
    const write = () =>
      new Explanation(
        optimizer,
        step,
        learningRate,
        measurements.map((measurement) => measurement.report(learningRate)),
        false,
      )
    const written = backend.isAsync ? null : write()
    this.last = written ? () => written : write
    this.unread = written ? [] : squares.flatMap((x) => Object.values(x))
    this.isMeasuring = this.hasBeenAsked
    this.measurements = []
  }

  /** Discards the measurements of a failed step. */
  discard(): void {
    if (this.measurements.length > 0) this.measurements = []
  }

  /**
   * Returns the last report. From now on, every step is measured.
   * @throws OptionError before the first measured step
   */
  ask(optimizer: string, iterations: number): Explanation {
    this.awaited()
    if (!this.last) throw notMeasured(optimizer, iterations)
    const { step, learningRate, variables } = this.last()
    return new Explanation(optimizer, step, learningRate, variables, step !== iterations)
  }
}

function notMeasured(optimizer: string, iterations: number): OptionError {
  const reason =
    iterations > 0
      ? 'has not measured a step yet, since on WebGPU steps are measured only after the first call of explain'
      : 'has not made a step yet'
  return new OptionError(`explain: ${optimizer} ${reason}. Call apply, step or minimize first.`)
}

const columns: readonly (readonly [title: string, value: (report: VariableReport) => string])[] = [
  ['variable', (r) => r.variable],
  ['‖gradient‖', (r) => show(r.unscaledNorm)],
  ['clip', (r) => `×${show(r.clipFactor)}`],
  ['decay', (r) => (r.decay === 0 ? '0%' : `−${show(100 * r.decay)}%`)],
  ['‖weights‖', (r) => show(r.weightNorm)],
  ['‖update‖', (r) => show(r.updateNorm)],
  ['update/weights', (r) => (r.weightNorm === 0 ? '–' : show(r.updateRatio))],
  ['to average', (r) => (r.averageDistance === null ? '–' : show(r.averageDistance))],
]

/** A variable that is about to be updated, and its gradient: as it came in, before it is clipped, and as the rule gets it. */
interface BeforeUpdate {
  readonly state: VariableState
  readonly incoming: Tensor
  readonly unscaled: Tensor
  readonly clipped: Tensor
  /** ηλ */
  readonly decay: number
}

const updateRow = op('moved - before * kept')

/** Measures the update of one variable: made before it, asked after it. */
class Measurement {
  private readonly state: VariableState
  private readonly before: Tensor
  private readonly decay: number
  /** Σx² of what is measured. */
  private readonly squares: Record<string, Tensor>
  private moved: Tensor | null = null

  constructor({ state, incoming, unscaled, clipped, decay }: BeforeUpdate) {
    this.state = state
    this.before = state.variable.detach()
    this.decay = decay
    const gradient = this.sum(incoming)
    const square = (x: Tensor) => (x.buffer === incoming.buffer ? gradient : this.sum(x))
    this.squares = { gradient, unscaled: square(unscaled), clipped: square(clipped) }
  }

  /** To be called after the rule, before constraints. */
  updated(): void {
    this.moved = this.state.variable.detach()
  }

  /** To be called at the end of the step. Gives what `report` reads. */
  end(): Readonly<Record<string, Tensor>> {
    const { squares, before, decay } = this
    const { variable, average } = this.state
    const [moved, now] = [this.moved as Tensor, variable.detach()]
    squares.weights = this.sum(before)
    squares.update = this.sum(elementwise(updateRow, [moved, before, 1 - decay]))
    if (variable.constraint) squares.constrained = this.sum(now.sub(moved))
    if (average) {
      squares.now = this.sum(now)
      squares.distance = this.sum(now.sub(average.detach()))
    }
    if (backend.isAsync) for (const name of Object.keys(squares)) squares[name] = lasting(squares[name])
    return squares
  }

  /** Returns the measurements as a report. */
  report(learningRate: number): VariableReport {
    const { state, decay } = this
    const norm = (name: string) => Math.sqrt(this.squares[name].item())
    const [unscaledNorm, clippedNorm] = [norm('unscaled'), norm('clipped')]
    const [weightNorm, updateNorm] = [norm('weights'), norm('update')]
    return {
      variable: state.variable.path,
      gradientNorm: norm('gradient'),
      unscaledNorm,
      clippedNorm,
      clipFactor: unscaledNorm === clippedNorm ? 1 : clippedNorm / unscaledNorm,
      learningRate,
      decay,
      weightNorm,
      updateNorm,
      updateRatio: updateNorm / weightNorm,
      constrainedBy: state.variable.constraint ? norm('constrained') : 0,
      averageDistance: state.average && norm('distance') / norm('now'),
    }
  }

  private sum(x: Tensor): Tensor {
    return new Tensor(backend.reduce('sumSquares', x.buffer, x.shape, this.state.axes), [])
  }
}

/** A copy that is not freed at the end of a step. */
function lasting(x: Tensor): Tensor {
  const buffer = backend.allocate(x.dtype, x.size)
  backend.write(buffer, x.buffer)
  return new Tensor(buffer, x.shape)
}

function show(x: number): string {
  return Number(x.toPrecision(3)).toString()
}
