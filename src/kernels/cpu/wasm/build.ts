/**
 * Makes the functions of `instructions.ts` and `control.ts` from tables of names and opcodes.
 */
import { NablaError } from '../../../errors.js'
import type { Code, Immediate, Instruction, Op, Operand, ValueType } from './code.js'

/** Makes an instruction from its operands. */
export type Build = (...operands: Operand[]) => Instruction

/** Makes a constant of one type. */
export type Constant = (value: number) => Instruction

/** The byte before the opcodes of vector instructions. */
const simd = 0xfd

const none: readonly never[] = []

export const op = (name: string, opcode: readonly number[], immediate: Immediate = 'none', bytes = 0): Op => ({
  name,
  opcode,
  immediate,
  bytes,
})

export const instruction = (
  op: Op,
  operands: readonly Code[] = none,
  immediates: Instruction['immediates'] = none,
): Instruction => ({ op, operands, immediates })

/** The code of an operand. */
export function code(x: Operand, constant: Constant = untyped): Code {
  if (typeof x === 'string') return get(x)
  return typeof x === 'number' ? constant(x) : x
}

const untyped: Constant = (value) => {
  throw new NablaError(`wasm: the constant ${value} needs a type. Write i32.const(${value}), or f64.const(${value}).`)
}

const localGet = op('local.get', [0x20], 'local')

/** The value of a local. */
export const get = (name: string): Instruction => instruction(localGet, none, [name])

/** Scalar constants. */
export function constant(type: ValueType, opcode: number): Constant {
  const own = op(`${type}.const`, [opcode], type)
  return (value) => instruction(own, none, [value])
}

export const i32Constant = constant('i32', 0x41)

/** The code of an address, a count or a condition. */
export const i32Code = (x: Operand): Code => code(x, i32Constant)

const v128Const = op('v128.const', [simd, 12], 'v128')

/** Vector constants: one number for all lanes, or one for each. */
export const constants =
  <Value extends number | bigint>(shape: string, lanes: number) =>
  (...values: Value[]): Instruction =>
    instruction(v128Const, none, [shape, ...(values.length > 1 ? values : new Array<Value>(lanes).fill(values[0]))])

/** The same function for each name, made from the value under that name. */
function each<Value, Names extends Readonly<Record<string, Value>>, F>(
  names: Names,
  make: (name: string, value: Value) => F,
): { readonly [Name in keyof Names]: F } {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [name, make(name, value)])) as never
}

type Opcodes = Readonly<Record<string, number>>

/** The bytes of a vector instruction's opcode. */
const vectorOpcode = (n: number) => (n < 128 ? [simd, n] : [simd, (n & 127) | 128, n >> 7])

/** Scalar instructions of operands alone; numbers among these are constants of the type. */
export const scalars = <Names extends Opcodes>(type: string, constant: Constant, opcodes: Names) =>
  each(opcodes, (name, opcode: number) => plain(op(`${type}.${name}`, [opcode]), constant))

/** Vector instructions of operands alone. */
export const vectors = <Names extends Opcodes>(type: string, constant: Constant | undefined, opcodes: Names) =>
  each(opcodes, (name, opcode: number) => plain(op(`${type}.${name}`, vectorOpcode(opcode)), constant))

export const plain =
  (op: Op, constant?: Constant): Build =>
  (...operands) =>
    instruction(
      op,
      operands.map((x) => code(x, constant)),
    )

/** Shifts of every lane by an i32. */
export const shifts = <Names extends Opcodes>(type: string, opcodes: Names) =>
  each(opcodes, (name, opcode: number) => {
    const own = op(`${type}.${name}`, vectorOpcode(opcode))
    return (x: Operand, count: Operand) => instruction(own, [code(x), i32Code(count)])
  })

/** Instructions on one lane, which comes first. */
export const lanes = <Names extends Opcodes>(type: string, opcodes: Names) =>
  each(opcodes, (name, opcode: number) => {
    const own = op(`${type}.${name}`, vectorOpcode(opcode), 'lanes')
    return (lane: number, ...operands: Operand[]) =>
      instruction(
        own,
        operands.map((x) => code(x)),
        [lane],
      )
  })

/** Opcodes of instructions that address memory, with the bytes that they move. */
type Moves = Readonly<Record<string, readonly [opcode: number, bytes: number]>>

const access = (type: string, name: string, [opcode, bytes]: readonly [number, number]) =>
  op(`${type}.${name}`, type === 'v128' ? vectorOpcode(opcode) : [opcode], 'offset', bytes)

/** Loads from an address, or from a constant number of bytes behind it. */
export const loads = <Names extends Moves>(type: string, opcodes: Names) =>
  each(opcodes, (name, opcode: Moves[string]) => {
    const own = access(type, name, opcode)
    return (address: Operand, offset = 0) => instruction(own, [i32Code(address)], [offset])
  })

/** Stores of a value. What a name ends in `_lane` moves the first lane alone. */
export const stores = <Names extends Moves>(type: string, opcodes: Names) =>
  each(opcodes, (name, opcode: Moves[string]) => {
    const own = access(type, name, opcode)
    const lane = name.endsWith('_lane') ? [0] : none
    return (address: Operand, value: Operand, offset = 0) =>
      instruction(own, [i32Code(address), code(value)], [offset, ...lane])
  })
