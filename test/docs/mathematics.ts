/**
 * Computes the lines of `docs/mathematics.ts`: element by element, straight from what is written, however slow.
 */
import {
  type AccessorNode,
  type AssignmentNode,
  create,
  all as everything,
  type FunctionNode,
  isAccessorNode,
  isAssignmentNode,
  isConditionalNode,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  type MathNode,
  parse,
} from 'mathjs'

/** A tensor of a line: its numbers, the last axis fastest. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** Name → what it stands for. */
export type Values = Map<string, number | Numbers>
/** Index → where it is. */
type Position = ReadonlyMap<string, number>

const math = create(everything)
const big = ['sum', 'prod', 'max', 'min']
const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  unaryMinus: (a) => -a,
  equal: (a, b) => Number(a === b),
  unequal: (a, b) => Number(a !== b),
  smaller: (a, b) => Number(a < b),
  smallerEq: (a, b) => Number(a <= b),
  larger: (a, b) => Number(a > b),
  largerEq: (a, b) => Number(a >= b),
}
const functions: Readonly<Record<string, (a: number, b: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  mod: (a, b) => ((a % b) + b) % b,
}

/**
 * Computes a line. `name = …` for a name that is known checks every element of it, for another one defines it; a comparison must
 * be true for all indices.
 * @returns how many numbers were checked
 * @throws Error that says where the line is wrong
 */
export function check(line: string, values: Values): number {
  const node = parse(line)
  if (/[A-Z]/.test(line)) return checkMatrices(line, node, values)
  if (isAssignmentNode(node)) return checkAssignment(line, node, values)
  const all = positions(node, values)
  for (const at of all) {
    if (evaluate(node, at, values) !== 1) throw new Error(`${line} does not hold at ${JSON.stringify([...at])}`)
  }
  return all.length
}

function checkAssignment(line: string, { object, index, value }: AssignmentNode, values: Values): number {
  const name = String(object)
  const known = values.get(name)
  if (known === undefined) {
    values.set(name, define(index?.dimensions ?? [], value, values))
    return 0
  }
  const { shape, data } = typeof known === 'number' ? { shape: [], data: [known] } : known
  data.forEach((wanted, i) => {
    const at = positionOf(index?.dimensions ?? [], shape, i)
    const found = evaluate(value, at, values)
    if (!near(found, wanted)) throw new Error(`${line} is ${found} instead of ${wanted} at ${JSON.stringify([...at])}`)
  })
  return data.length
}

function define(dimensions: readonly MathNode[], value: MathNode, values: Values): number | Numbers {
  if (dimensions.length === 0) return evaluate(value, new Map(), values)
  const name = String(dimensions[0])
  const size = sizeOfIndex(name, value, values)
  return {
    shape: [size],
    data: Array.from({ length: size }, (_, i) => evaluate(value, new Map([[name, i]]), values)),
  }
}

/** The indices of element i. An index that is written as a number must be that one. */
function positionOf(dimensions: readonly MathNode[], shape: readonly number[], i: number): Position {
  const at = new Map<string, number>()
  if (dimensions.length !== shape.length) throw new Error(`${dimensions.length} indices for [${shape}]`)
  let rest = i
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
    const node = dimensions[axis]
    if (isConstantNode(node) && node.value !== index) throw new Error(`index ${node} is ${index}`)
    else at.set(String(node), index)
  }
  return at
}

function evaluate(node: MathNode, at: Position, values: Values): number {
  const of = (child: MathNode) => evaluate(child, at, values)
  if (isParenthesisNode(node)) return of(node.content)
  if (isConstantNode(node)) return Number(node.value)
  if (isSymbolNode(node)) return at.get(node.name) ?? scalar(node.name, values)
  if (isAccessorNode(node)) return element(node, at, values)
  if (isConditionalNode(node)) return of(node.condition) ? of(node.trueExpr) : of(node.falseExpr)
  if (isFunctionNode(node)) return evaluateFunction(node, at, values)
  if (!isOperatorNode(node)) throw new Error(`${node.type} in ${node}`)
  if (node.fn === 'and') return of(node.args[0]) && of(node.args[1])
  if (node.fn === 'or') return of(node.args[0]) || of(node.args[1])
  return operators[node.fn](...(node.args.map(of) as [number, number]))
}

function scalar(name: string, values: Values): number {
  const value = values.get(name)
  if (typeof value === 'number') return value
  if (value?.data.length === 1) return value.data[0]
  throw new Error(`${name} is not a number`)
}

function element({ object, index }: AccessorNode, at: Position, values: Values): number {
  const { shape, data } = values.get(String(object)) as Numbers
  const where = index.dimensions.map((node) => evaluate(node, at, values))
  where.forEach((i, axis) => {
    if (!(i >= 0 && i < shape[axis])) throw new Error(`${object}[${where}] is outside of [${shape}]`)
  })
  return data[where.reduce((sum, i, axis) => sum * shape[axis] + i, 0)]
}

function evaluateFunction(node: FunctionNode, at: Position, values: Values): number {
  const fn = String(node.fn)
  const [first, body, condition] = node.args
  if (!big.includes(fn))
    return functions[fn](...(node.args.map((arg) => evaluate(arg, at, values)) as [number, number]))
  const index = String(first)
  const size = sizeOfIndex(index, node, values)
  const inside = Array.from({ length: size }, (_, i) => new Map([...at, [index, i]])).filter(
    (place) => !condition || evaluate(condition, place, values),
  )
  const all = inside.map((place) => evaluate(body, place, values))
  if (fn === 'sum') return all.reduce((a, b) => a + b, 0)
  if (fn === 'prod') return all.reduce((a, b) => a * b, 1)
  return Math[fn as 'max' | 'min'](...all)
}

/** How far an index goes: as far as the axes on which it stands alone, or with a number added; or to the limit of `k < t`, `j <= k`. */
function sizeOfIndex(index: string, node: MathNode, values: Values): number {
  const sizes: number[] = []
  node.traverse((part) => {
    if (isAccessorNode(part)) {
      const tensor = values.get(String(part.object)) as Numbers | undefined
      part.index.dimensions.forEach((dimension, axis) => {
        if (!tensor) return
        if (String(dimension) === index) sizes.push(tensor.shape[axis])
        if (String(dimension) === `${index} + 1`) sizes.push(tensor.shape[axis] - 1)
      })
    } else if (isOperatorNode(part) && part.fn === 'smaller' && String(part.args[0]) === index) {
      sizes.push(evaluate(part.args[1], new Map(), values))
    } else if (isOperatorNode(part) && part.fn === 'smallerEq' && String(part.args[1]) === index) {
      sizes.push(sizeOfIndex(String(part.args[0]), node, values))
    }
  })
  if (sizes.length === 0) throw new Error(`how far ${index} goes cannot be seen in ${node}`)
  return Math.min(...sizes)
}

/** All positions of the indices that are free in a comparison. */
function positions(node: MathNode, values: Values): Position[] {
  const bound = new Set<string>()
  node.traverse((part) => {
    if (isFunctionNode(part) && big.includes(String(part.fn))) bound.add(String(part.args[0]))
  })
  const free = ['i', 'j', 'k'].filter(
    (name) => !bound.has(name) && node.filter((part) => isSymbolNode(part) && part.name === name).length > 0,
  )
  return free.reduce<Map<string, number>[]>(
    (all, name) => {
      const size = values.has('n') && name === 'k' ? scalar('n', values) : sizeOfIndex(name, node, values)
      return all.flatMap((at) => Array.from({ length: size }, (_, i) => new Map([...at, [name, i]])))
    },
    [new Map()],
  )
}

/** A line with capitals: mathjs multiplies the matrices. */
function checkMatrices(line: string, node: MathNode, values: Values): number {
  const scope = new Map<string, unknown>([
    ['phi', (x: number[][]) => lower(x, (i, j) => (i === j ? 0.5 : Number(j < i)))],
    ['tril', (x: number[][], k = 0) => lower(x, (i, j) => Number(j - i <= k))],
  ])
  for (const [name, value] of values) {
    if (typeof value === 'number') scope.set(name, value)
    else if (value.shape.length === 0) scope.set(name, value.data[0])
    else if (value.shape.length === 2) scope.set(capital(name), nested(value))
  }
  const compute = (part: MathNode) => math.evaluate(String(part), scope) as number[][] | number
  if (isOperatorNode(node)) return compare(line, compute(node.args[0]), compute(node.args[1]))
  const { object, value } = node as AssignmentNode
  const name = String(object)
  const known = scope.get(name)
  const found = compute(value)
  if (known !== undefined) return compare(line, found, known as number[][])
  values.set(
    name.replace(/.$/, (letter) => letter.toLowerCase()),
    flat(found as number[][]),
  )
  return 0
}

/** `dx` → `dX`. */
const capital = (name: string) => name.replace(/.$/, (letter) => letter.toUpperCase())

const lower = (x: number[][], factor: (i: number, j: number) => number) =>
  x.map((row, i) => row.map((value, j) => value * factor(i, j)))

const nested = ({ shape: [rows, columns], data }: Numbers) =>
  Array.from({ length: rows }, (_, i) => data.slice(i * columns, (i + 1) * columns))

const flat = (rows: number[][]): Numbers => ({ shape: [rows.length, rows[0].length], data: rows.flat() })

function compare(line: string, found: number[][] | number, wanted: number[][] | number): number {
  const [a, b] = [[found].flat(2), [wanted].flat(2)]
  if (a.length !== b.length || !a.every((value, i) => near(value, b[i]))) {
    throw new Error(`${line} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
  return a.length
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-10 * Math.max(1, Math.abs(a), Math.abs(b))
}
