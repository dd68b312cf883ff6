/**
 * What a step did, stage by stage: data with a table for people. Measured only when somebody asks.
 */
import { setRecording } from '../autograd/engine.js'
import type { DataBuffer } from '../kernels/backend.js'
import { backend } from '../tensor/backend.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { norm } from './clip.js'
import { type Around, gradientLines } from './program.js'
import type { RuleRunner } from './rule-runner.js'
import type { VariableState } from './slots.js'

/** What one step did to one variable. Norms are ‖·‖₂ over all elements. */
export interface VariableReport {
  /** The variable's path. */
  readonly variable: string
  /** The gradient as it came in. */
  readonly gradientNorm: number
  /** The gradient that clipping got: divided by the loss scale, the mean of what was accumulated. */
  readonly unscaledNorm: number
  /** The gradient that the rule got. */
  readonly clippedNorm: number
  /** How much clipping left of the gradient: `clippedNorm / unscaledNorm`. */
  readonly clipFactor: number
  /** η of this step. */
  readonly learningRate: number
  /** ηλ, the fraction of the weights that weight decay took; 0 for none. */
  readonly decay: number
  /** The weights before the step. */
  readonly weightNorm: number
  /** How far the rule moved the weights, beside decay. */
  readonly updateNorm: number
  /** `updateNorm / weightNorm`: about 0.001 is usual. */
  readonly updateRatio: number
  /** How far a constraint moved the weights; 0 for none. */
  readonly constrainedBy: number
  /** How far the moving average is from the weights, as a fraction of their norm; null without `useEma`. */
  readonly averageDistance: number | null
}

/** What one step did. */
export class Explanation {
  constructor(
    /** The optimizer's name. */
    readonly optimizer: string,
    /** The number of the step, 1 for the first. */
    readonly step: number,
    /** η of the step. */
    readonly learningRate: number,
    /** What happened to each variable, in the order of the update. */
    readonly variables: readonly VariableReport[],
    /** Whether a later step was made since, which was not measured. Steps are, from the first call of `explain` on. */
    readonly isOutdated: boolean,
  ) {}

  /** A table, one line per variable. */
  toString(): string {
    const rows = this.variables.map((report) => columns.map(([, value]) => value(report)))
    const table = [columns.map(([title]) => title), ...rows]
    const widths = columns.map((_, i) => Math.max(...table.map((row) => row[i].length)))
    const lines = table.map((row) =>
      row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
    )
    const note = this.isOutdated ? ' (later steps were not measured; from now on they are)' : ''
    return [`${this.optimizer}, step ${this.step}, learning rate ${show(this.learningRate)}${note}`, ...lines].join(
      '\n',
    )
  }

  /** What Node's console prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /**
   * The same, of one variable.
   * @param isOutdated whether a later step was made since
   */
  only({ path }: Variable, isOutdated = this.isOutdated): Explanation {
    const { optimizer, step, learningRate, variables } = this
    return new Explanation(
      optimizer,
      step,
      learningRate,
      variables.filter(({ variable }) => variable === path),
      isOutdated,
    )
  }
}

/** Decides when to measure, and keeps the last report. The first step is measured (it is slow anyway), then none until somebody asks. */
export class Recorder {
  private isMeasuring = true
  private hasBeenAsked = false
  private measurements: Measurement[] = []
  private last: Explanation | null = null

  /** Whether this step is to be measured. That needs numbers at once, which not every back end gives. */
  get wants(): boolean {
    return this.isMeasuring && !backend.isAsync
  }

  /** A measurement of an update that is about to be made. */
  begin(state: VariableState, gradient: DataBuffer, around: Around, runner: RuleRunner): Measurement {
    const measurement = setRecording(false, () => new Measurement(state, gradient, around, runner))
    this.measurements.push(measurement)
    return measurement
  }

  /** The end of a step: writes the report. */
  end(optimizer: string, step: number, learningRate: number): void {
    if (!this.wants) return
    const reports = setRecording(false, () => this.measurements.map((measurement) => measurement.report()))
    this.last = new Explanation(optimizer, step, learningRate, reports, false)
    this.isMeasuring = this.hasBeenAsked
    this.measurements = []
  }

  /** Forgets the measurements of a step that failed. */
  discard(): void {
    if (this.measurements.length > 0) this.measurements = []
  }

  /** The last report; null before the first step. From now on every step is measured. */
  ask(iterations: number): Explanation | null {
    this.hasBeenAsked = true
    this.isMeasuring = true
    if (!this.last) return null
    const { optimizer, step, learningRate, variables } = this.last
    return new Explanation(optimizer, step, learningRate, variables, step !== iterations)
  }
}

const columns: readonly (readonly [title: string, value: (report: VariableReport) => string])[] = [
  ['variable', (r) => r.variable],
  ['‖gradient‖', (r) => show(r.unscaledNorm)],
  ['clip', (r) => `×${show(r.clipFactor)}`],
  ['decay', (r) => `−${show(100 * r.decay)}%`],
  ['‖weights‖', (r) => show(r.weightNorm)],
  ['‖update‖', (r) => show(r.updateNorm)],
  ['update/weights', (r) => show(r.updateRatio)],
  ['to average', (r) => (r.averageDistance === null ? '–' : show(r.averageDistance))],
]

/** Measures the update of one variable: made before it, asked after it. */
export class Measurement {
  private readonly before: Tensor
  private readonly norms: Pick<VariableReport, 'gradientNorm' | 'unscaledNorm' | 'clippedNorm'>
  private readonly learningRate: number
  private readonly decay: number
  private moved: Tensor | null = null

  constructor(
    private readonly state: VariableState,
    gradient: DataBuffer,
    around: Around,
    runner: RuleRunner,
  ) {
    const after = (clip: Around['clip']) =>
      this.norm(runner.compute(state, gradient, gradientLines({ ...around, clip }).join('\n')))
    this.norms = { gradientNorm: norm(gradient, state), unscaledNorm: after('no'), clippedNorm: after(around.clip) }
    this.learningRate = runner.scalars.get('eta') as number
    this.decay = around.decay ? this.learningRate * (runner.scalars.get(around.decay) as number) : 0
    this.before = state.variable.detach()
  }

  /** To be called after the rule, before constraints. */
  updated(): void {
    this.moved = this.state.variable.detach()
  }

  /** To be called at the end of the step. */
  report(): VariableReport {
    const { state, norms, before, decay, learningRate } = this
    const { variable, average } = state
    const moved = this.moved as Tensor
    const { unscaledNorm, clippedNorm } = norms
    const weightNorm = this.norm(before)
    const updateNorm = this.norm(moved.sub(before.mul(1 - decay)))
    return {
      variable: variable.path,
      ...norms,
      clipFactor: unscaledNorm === clippedNorm ? 1 : clippedNorm / unscaledNorm,
      learningRate,
      decay,
      weightNorm,
      updateNorm,
      updateRatio: updateNorm / weightNorm,
      constrainedBy: variable.constraint ? this.norm(variable.detach().sub(moved)) : 0,
      averageDistance: average && this.distance(variable, average),
    }
  }

  private distance(variable: Variable, average: Variable): number {
    return this.norm(variable.detach().sub(average.detach())) / this.norm(variable)
  }

  private norm(x: Tensor): number {
    return norm(x.buffer, this.state)
  }
}

function show(x: number): string {
  return Number(x.toPrecision(3)).toString()
}
