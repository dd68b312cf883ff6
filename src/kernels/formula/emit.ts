/**
 * From a graph of shared expressions to statements: what is used more than once gets a name, the rest is written in place.
 */
import { type CallExpr, callsOf, type Expr, type Statement, symbol } from './ast.js'
import { countUses } from './graph.js'

/**
 * Statements that compute `root` and assign it to `name` last, with temporaries before it.
 * @param taken names that temporaries must not have (they are added to it)
 */
export function emit(root: Expr, name: string, taken: Set<string>): Statement[] {
  const uses = countUses([root])
  const statements: Statement[] = []
  const written = new Map<Expr, Expr>()
  taken.add(name)

  const write = (expr: Expr): Expr => written.get(expr) ?? expr

  const writeCall = (expr: CallExpr): Expr => {
    const value: Expr = { ...expr, args: expr.args.map(write) }
    if (uses.get(expr) === 1) return value
    const temporary = fresh('t', taken)
    taken.add(temporary)
    statements.push({ name: temporary, value })
    return symbol(temporary)
  }

  for (const expr of callsOf(root)) written.set(expr, writeCall(expr))
  return [...statements, { name, value: write(root) }]
}

/** `name`, or `name2`, `name3` …: the first that is not taken. */
export function fresh(name: string, taken: ReadonlySet<string>): string {
  let n = 1
  const numbered = () => (n === 1 ? name : `${name}${n}`)
  while (taken.has(numbered())) n++
  return numbered()
}
