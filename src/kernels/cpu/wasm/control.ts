/**
 * The WebAssembly instructions for locals, calls, conditions and loops. Numbers among their operands are i32.
 */
import { get, i32Code, instruction, op } from './build.js'
import type { Code, Instruction, Operand, ValueType } from './code.js'

export { get }

const localSet = op('local.set', [0x21], 'local')
const localTee = op('local.tee', [0x22], 'local')

/** Gives a local its value. */
export const set = (name: string, value: Operand): Instruction => instruction(localSet, [i32Code(value)], [name])

/** Gives a local the value that was left on the stack. */
export const pop = (name: string): Instruction => instruction(localSet, [], [name])

/** Gives a local its value, and leaves that on the stack, too. */
export const tee = (name: string, value: Operand): Instruction => instruction(localTee, [i32Code(value)], [name])

const callOp = op('call', [0x10], 'function')

/** Calls a function of the module, or an import such as `Math.exp`. */
export const call = (name: string, ...args: Operand[]): Instruction => instruction(callOp, args.map(i32Code), [name])

const blockOp = op('block', [0x02], 'parts')
const loopOp = op('loop', [0x03], 'parts')
const ifOp = op('if', [0x04], 'parts')

/** Code that `br` with its label leaves. With a type for its result, it gives the value that it leaves on the stack. */
export const block = (label: string, body: Code, result?: ValueType): Instruction => ({
  ...instruction(blockOp, [], [label, result ?? '']),
  parts: [body],
})

/** Code that `br` with its label begins again. */
export const loop = (label: string, body: Code): Instruction => ({
  ...instruction(loopOp, [], [label, '']),
  parts: [body],
})

/** Code for a condition that is not 0, and for one that is. With a type for its result, it gives what either leaves on the stack. */
export const when = (condition: Operand, then: Code, otherwise?: Code, result?: ValueType): Instruction => ({
  ...instruction(ifOp, [i32Code(condition)], ['', result ?? '']),
  parts: otherwise ? [then, otherwise] : [then],
})

const brOp = op('br', [0x0c], 'label')
const brIfOp = op('br_if', [0x0d], 'label')

/** Leaves the block of this label, or begins the loop again. */
export const br = (label: string): Instruction => instruction(brOp, [], [label])

/** The same if the condition is not 0. */
export const brIf = (label: string, condition: Operand): Instruction =>
  instruction(brIfOp, [i32Code(condition)], [label])

/** Ends the function. */
export const leave: Instruction = instruction(op('return', [0x0f]))

const selectOp = op('select', [0x1b])

/** `a` if the condition is not 0, else `b`. */
export const select = (a: Operand, b: Operand, condition: Operand): Instruction =>
  instruction(selectOp, [a, b, condition].map(i32Code))

const copyOp = op('memory.copy', [0xfc, 10, 0, 0])
const fillOp = op('memory.fill', [0xfc, 11, 0])

export const memoryCopy = (to: Operand, from: Operand, bytes: Operand): Instruction =>
  instruction(copyOp, [to, from, bytes].map(i32Code))

export const memoryFill = (at: Operand, value: Operand, bytes: Operand): Instruction =>
  instruction(fillOp, [at, value, bytes].map(i32Code))
