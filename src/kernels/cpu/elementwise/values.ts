/**
 * The values of a kernel: the graph of a program, with all that the code generators ask about each.
 */
import type { CallExpr, Expr, Program } from '../../formula/ast.js'
import { isTruth } from '../../formula/functions.js'
import { countUses, Graph, unroll } from '../../formula/graph.js'
import { cheaper } from './cheaper.js'

/** The rate at which a value is computed: once per call, once per row of the inner loop, or once per element. */
export const level = { uniform: 0, row: 1, element: 2 } as const

/** One of `level`. */
export type Level = (typeof level)[keyof typeof level]

/** True if the value is a truth value, which code keeps as a mask of all or no bits. */
export const isMask = (value: Expr): value is CallExpr => value.kind === 'call' && isTruth(value.fn)

/** The value of every name that the program assigns, after its last statement. */
export const valuesOf = (program: Program): Map<string, Expr> => unroll(program, new Graph(cheaper, false))

/** Order, uses, levels and names of the values that results need. */
export class Values {
  /** The number of uses of each, in the order in which they can be computed. */
  readonly uses: ReadonlyMap<Expr, number>
  private readonly levels = new Map<Expr, Level>()
  private readonly names = new Map<Expr, string>()

  /**
   * @param inputs their levels
   * @param least the level of calls. In whole numbers nothing is computed as a float64 scalar, so that everything wraps around alike.
   */
  constructor(results: readonly Expr[], inputs: ReadonlyMap<string, Level>, least: Level) {
    this.uses = countUses(results)
    for (const value of this.uses.keys()) {
      this.names.set(value, value.kind === 'symbol' ? value.name : String(this.names.size))
      if (value.kind === 'number') this.levels.set(value, level.uniform)
      else if (value.kind === 'symbol') this.levels.set(value, inputs.get(value.name)!)
      else this.levels.set(value, Math.max(least, ...value.args.map((arg) => this.levelOf(arg))) as Level)
    }
  }

  levelOf(value: Expr): Level {
    return this.levels.get(value)!
  }

  /** The name of its local: a name of the formula, or a number. */
  nameOf(value: Expr): string {
    return this.names.get(value)!
  }
}
