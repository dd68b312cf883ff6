/**
 * WebAssembly code as a tree. An instruction holds its operands, as it does in the text format: `i32.add('x', 4)` is
 * `(i32.add (local.get $x) (i32.const 4))`. `instructions.ts` and `control.ts` have a function for each, `encode.ts` makes bytes of the
 * tree, and `print.ts` text.
 */

/** The types of values on the stack, in locals and in signatures. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** An instruction, or several in order. */
export type Code = Instruction | readonly Code[]

/** The operand of an instruction: code that leaves a value on the stack, the name of a local, or a constant. */
export type Operand = Code | string | number

/** An instruction with all that belongs to it. */
export interface Instruction {
  readonly op: Op
  /** Computed before the instruction, in order. */
  readonly operands: readonly Code[]
  /** The operands that follow the opcode in the bytes; see `Immediate`. */
  readonly immediates: readonly (string | number | bigint)[]
  /** Inside a `block` or `loop`, or between `if` and `else` and after that. */
  readonly parts?: readonly Code[]
}

/** The part of an instruction that all its uses share. */
export interface Op {
  /** As the text format has it. */
  readonly name: string
  readonly opcode: readonly number[]
  readonly immediate: Immediate
  /** Bytes that a load or store moves. */
  readonly bytes: number
}

/**
 * The data after an opcode: nothing; the name of a local, a function or a label; lanes; an offset in memory and perhaps a lane; a label
 * and the type of a result, before parts; a constant of a type (for a vector, the name of its shape comes first).
 */
export type Immediate = 'none' | 'local' | 'function' | 'label' | 'lanes' | 'offset' | 'parts' | ValueType

/** A parameter or a local of a function. */
export interface Variable {
  readonly name: string
  readonly type: ValueType
}

/** Variables of one type, from names separated by spaces. */
export const variables = (names: string, type: ValueType = 'i32'): Variable[] =>
  names.split(' ').map((name) => ({ name, type }))

/** A function of a module. */
export interface FunctionCode {
  readonly name: string
  readonly isExported: boolean
  readonly params: readonly Variable[]
  readonly result?: ValueType
  readonly locals: readonly Variable[]
  readonly body: Code
}

/** A module. It imports nabla's memory and functions of numbers, by names such as `Math.exp`. */
export interface ModuleCode {
  readonly imports?: readonly string[]
  readonly functions: readonly FunctionCode[]
}

const functionCode =
  (isExported: boolean) =>
  (name: string, params: readonly Variable[], locals: readonly Variable[], body: Code): FunctionCode => ({
    name,
    isExported,
    params,
    locals,
    body,
  })

/** A function that the module exports under its name. */
export const exported = functionCode(true)

/** A function for the other functions of the module. */
export const internal = functionCode(false)

export const isSequence = (code: Code): code is readonly Code[] => Array.isArray(code)

/** Shows every instruction to `see`, each after its operands. */
export function visit(code: Code, see: (instruction: Instruction) => void): void {
  if (isSequence(code)) {
    for (const one of code) visit(one, see)
    return
  }
  for (const operand of code.operands) visit(operand, see)
  if (code.parts) for (const part of code.parts) visit(part, see)
  see(code)
}

/** The names of the locals that the code sets, each once. */
export function localsSet(code: Code): string[] {
  const names = new Set<string>()
  visit(code, ({ op, immediates }) => {
    if (op.name === 'local.set' || op.name === 'local.tee') names.add(immediates[0] as string)
  })
  return [...names]
}

/** The code with its locals under other names. */
export const renameLocals = (code: Code, rename: (name: string) => string): Code =>
  rewrite(code, (one) =>
    one.op.immediate === 'local' ? { ...one, immediates: [rename(one.immediates[0] as string)] } : one,
  )

/** The code, in which `change` has replaced whatever reads or sets a local, or is a constant vector. */
export function rewrite(code: Code, change: (instruction: Instruction) => Instruction): Code {
  if (isSequence(code)) return code.map((one) => rewrite(one, change))
  const { op, operands, parts } = code
  const isLeaf = operands.length === 0 && !parts
  const copy = isLeaf
    ? code
    : { ...code, operands: operands.map((x) => rewrite(x, change)), parts: parts?.map((x) => rewrite(x, change)) }
  return op.immediate === 'local' || op.immediate === 'v128' ? change(copy) : copy
}
