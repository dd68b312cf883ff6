/**
 * A report of a step, stage by stage: data that prints as a table. Steps are measured only on demand.
 */
import { setRecording } from '../../autograd/engine.js'
import { OptionError } from '../../errors.js'
import type { DataBuffer } from '../../kernels/backend.js'
import { Printed } from '../../printed.js'
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import type { RuleRunner } from './rule.js'
import { gradientLines, type StepPlan } from './step-program.js'
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
  private readonly unclipped = new WeakMap<VariableState, Unclipped>()

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

  /** Notes the gradient of this step as it was before it was clipped, where that happens before the update. */
  keep(state: VariableState, incoming: Tensor, mean: Tensor, divisor: number): void {
    this.unclipped.set(state, { incoming, unscaled: setRecording(false, () => mean.div(divisor)) })
  }

  /** A measurement of an update that is about to be made. */
  begin(state: VariableState, gradient: DataBuffer, around: StepPlan, runner: RuleRunner): Measurement {
    const unclipped = this.unclipped.get(state)
    this.unclipped.delete(state)
    const measurement = setRecording(false, () => new Measurement(state, gradient, around, runner, unclipped))
    this.measurements.push(measurement)
    return measurement
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
        measurements.map((measurement) => measurement.report()),
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

  /** Returns the last report; null before the first measured step. From now on, every step is measured. */
  ask(iterations: number): Explanation | null {
    this.awaited()
    if (!this.last) return null
    const { optimizer, step, learningRate, variables } = this.last()
    return new Explanation(optimizer, step, learningRate, variables, step !== iterations)
  }
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

/** A gradient before it was clipped. */
interface Unclipped {
  readonly incoming: Tensor
  readonly unscaled: Tensor
}

/** The lines of a step that takes the gradient as it is. */
const unchanged = 'g = gradient'

const updateRow = op('moved - before * kept')

/** Measures the update of one variable: made before it, asked after it. */
class Measurement {
  private readonly before: Tensor
  /** Σx² of what is measured. */
  private readonly squares: Record<string, Tensor>
  private readonly learningRate: number
  private readonly decay: number
  private moved: Tensor | null = null

  constructor(
    private readonly state: VariableState,
    gradient: DataBuffer,
    around: StepPlan,
    runner: RuleRunner,
    unclipped?: Unclipped,
  ) {
    const received = this.sum(new Tensor(gradient, state.variable.shape))
    const after = (clip: StepPlan['clip']) => {
      const lines = gradientLines({ ...around, clip }).join('\n')
      return lines === unchanged ? received : this.sum(runner.compute(state, gradient, lines))
    }
    this.squares = {
      gradient: unclipped ? this.sum(unclipped.incoming) : received,
      unscaled: unclipped ? this.sum(unclipped.unscaled) : after('no'),
      clipped: after(around.clip),
    }
    this.learningRate = runner.scalars.get('eta') as number
    this.decay = around.decay ? this.learningRate * (runner.scalars.get(around.decay) as number) : 0
    this.before = state.variable.detach()
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
  report(): VariableReport {
    const { state, decay, learningRate } = this
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
