/**
 * The numbers of a step: every numeric option, evaluated, in one reused array that the kernels get as their scalars; and formulas of
 * such numbers.
 */
import { OptionError } from '../../errors.js'
import type { DataBuffer } from '../../kernels/backend.js'
import { numberAlgebra } from '../../kernels/formula/algebra.js'
import { type Expr, fold, type NumberExpr, type SymbolExpr } from '../../kernels/formula/ast.js'
import { interpret } from '../../kernels/formula/interpret.js'
import { parse } from '../../kernels/formula/parse.js'
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import { Tensor } from '../../tensor/tensor.js'
import { LearningRateSchedule } from '../schedules/schedule.js'
import { type Hyperparameter, isHyperparameter } from './options.js'

/** A number, or a tensor of one element: a number on a GPU that has not been read. */
export type Scalar = number | Tensor

/** A buffer of one element: as a number, where reading one does not have to wait. */
export function scalarOf(x: DataBuffer): Scalar {
  return backend.readsAtOnce ? backend.readAt(x, 0) : new Tensor(x, [])
}

/** The value of an option at a step. */
export function evaluateAt(op: string, name: string, value: Hyperparameter, step: number): number {
  if (typeof value === 'number') return value
  const result = value instanceof LearningRateSchedule ? value.at(step) : value()
  if (typeof result === 'number' && !Number.isNaN(result)) return result
  throw new OptionError(`${op}: ${name} returned ${String(result)} at step ${step}. It must return a number.`)
}

/** Options that no rule reads. */
const optionsNoRuleReads = ['learningRate', 'useEma', 'jitCompile', 'emaOverwriteFrequency', 'name']

/** Named numbers that change from step to step. */
export class StepScalars {
  /** The indices of the base's own numbers. */
  static readonly index = { eta: 0, t: 1, clipFactor: 2, clipScale: 3, averageKept: 4 } as const
  readonly names: string[] = []
  /** The numbers, in the order of `names`. */
  readonly values: Scalar[] = []
  private readonly changing: { index: number; name: string; value: Hyperparameter }[] = []

  /**
   * @param options numbers, schedules, functions; true and false count as 1 and 0, everything else is left out
   * @param counters the numbers that the optimizer keeps for all variables together
   */
  constructor(
    private readonly op: string,
    options: object,
    counters: Readonly<Record<string, number>>,
  ) {
    for (const name of Object.keys(StepScalars.index)) this.add(name, 0)
    for (const [name, value] of Object.entries({ ...options, ...counters })) {
      if (optionsNoRuleReads.includes(name)) continue
      if (typeof value === 'boolean') this.add(name, Number(value))
      else if (isHyperparameter(value)) this.addOption(name, value)
    }
  }

  /** Evaluates the schedules and functions. */
  refresh(step: number): void {
    for (const { index, name, value } of this.changing) {
      this.values[index] = evaluateAt(this.op, name, value, step)
    }
  }

  /** The option or counter of this name, or null. */
  get(name: string): number | null {
    const index = this.names.indexOf(name)
    return index < 0 ? null : (this.values[index] as number)
  }

  /** Computes the counters after a step from those before it and the options, by a formula program. */
  advance(program: string, counters: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    const now = this.names.map((name, i) => counters[name] ?? (this.values[i] as number))
    const values = interpret(
      parse(program),
      numberAlgebra,
      Object.fromEntries(this.names.map((name, i) => [name, now[i]])),
    )
    const next = Object.fromEntries(Object.keys(counters).map((name) => [name, values[name]]))
    for (const name of Object.keys(next)) this.values[this.names.indexOf(name)] = next[name]
    return next
  }

  private add(name: string, value: number): number {
    this.names.push(name)
    return this.values.push(value) - 1
  }

  private addOption(name: string, value: Hyperparameter): void {
    const index = this.add(name, typeof value === 'number' ? value : 0)
    if (typeof value !== 'number') this.changing.push({ index, name, value })
  }
}

/** A function of scalars. */
type ScalarFormula = (...args: Scalar[]) => Scalar

/**
 * A formula of scalars, in the order of their names: of numbers it is a number; if one of them has not been read, a tensor of one
 * element.
 */
// @__NO_SIDE_EFFECTS__
export function scalarFormula(text: string): ScalarFormula {
  const row = op(text)
  let compiled: OnNumbers | null = null
  return (...args) => {
    for (let i = 0; i < args.length; i++) if (typeof args[i] !== 'number') return elementwise(row, args)
    compiled ??= onNumbers(row.program.statements[0].value, row.program.inputs)
    return compiled(args as number[])
  }
}

type OnNumbers = (args: readonly number[]) => number

/** An expression as a function of the numbers of these names. */
function onNumbers(expr: Expr, names: readonly string[]): OnNumbers {
  const leaf = (x: NumberExpr | SymbolExpr): OnNumbers => {
    if (x.kind === 'number') return () => x.value
    const i = names.indexOf(x.name)
    return (args) => args[i]
  }
  return fold<OnNumbers>(expr, leaf, ({ fn }, [a, b, c]) => {
    const f = numberAlgebra[fn] as (...args: number[]) => number
    if (!b) return (args) => f(a(args))
    return c ? (args) => f(a(args), b(args), c(args)) : (args) => f(a(args), b(args))
  })
}
