/**
 * From WebAssembly code to the bytes of a module.
 */
import { NablaError } from '../../../errors.js'
import { type Code, type FunctionCode, type Instruction, isSequence, type ModuleCode, type ValueType } from './code.js'
import { importParameters, splitImport } from './imports.js'
import { constant, unsigned } from './number-bytes.js'

const valueTypes: Readonly<Record<string, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
const noResult = 0x40
const end = 0x0b
const elseCode = 0x05

/**
 * The bytes of a module that works in the memory `nabla.memory`.
 * @param most the size in pages that the memory is limited to if it is shared
 */
export function encode({ imports = [], functions }: ModuleCode, most?: number): Uint8Array<ArrayBuffer> {
  const types = new Types()
  const indices = new Map([...imports, ...functions.map(({ name }) => name)].map((name, i) => [name, i]))
  const memory = [...string('nabla'), ...string('memory'), 2, ...(most ? [3, 1, ...unsigned(most)] : [0, 1])]
  const functionImports = imports.map((name) => {
    const type = types.number(new Array(importParameters(name)).fill('f64'), 'f64')
    return [...splitImport(name).flatMap(string), 0, ...unsigned(type)]
  })
  const declared = functions.map(({ params, result }) =>
    unsigned(
      types.number(
        params.map(({ type }) => type),
        result,
      ),
    ),
  )
  const exported = functions.flatMap(({ name, isExported }, i) =>
    isExported ? [[...string(name), 0, ...unsigned(imports.length + i)]] : [],
  )
  const bodies = functions.map((one) => new FunctionEncoder(one, indices).bytes())
  return new Uint8Array(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
      section(1, types.all),
      section(2, [memory, ...functionImports]),
      section(3, declared),
      section(7, exported),
      section(10, bodies),
    ),
  )
}

function section(id: number, items: readonly number[][]): number[] {
  if (items.length === 0) return []
  const bytes = unsigned(items.length).concat(...items)
  return [id].concat(unsigned(bytes.length), bytes)
}

/** The signatures of a module, each once. */
class Types {
  readonly all: number[][] = []
  private readonly known = new Map<string, number>()

  number(params: readonly ValueType[], result?: ValueType): number {
    const key = `${params} ${result}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const results = result ? [1, valueTypes[result]] : [0]
    this.known.set(key, this.all.length)
    return this.all.push([0x60, ...unsigned(params.length), ...params.map((type) => valueTypes[type]), ...results]) - 1
  }
}

/** Writes the body of one function. */
class FunctionEncoder {
  private readonly code: number[]
  private readonly locals: Map<string, number>
  /** Of the blocks around the instruction, outermost first. */
  private readonly labels: string[] = []

  constructor(
    { params, locals, body }: FunctionCode,
    private readonly functions: ReadonlyMap<string, number>,
  ) {
    this.locals = new Map([...params, ...locals].map(({ name }, i) => [name, i]))
    this.code = localTypes(locals.map(({ type }) => valueTypes[type]))
    this.write(body)
    this.code.push(end)
  }

  /** With their length before them. */
  bytes(): number[] {
    return unsigned(this.code.length).concat(this.code)
  }

  private write(code: Code): void {
    if (isSequence(code)) for (const one of code) this.write(one)
    else this.instruction(code)
  }

  /** Operands come first in the bytes. */
  private instruction(instruction: Instruction): void {
    const { code } = this
    const { op, operands, parts } = instruction
    for (let i = 0; i < operands.length; i++) this.write(operands[i])
    for (let i = 0; i < op.opcode.length; i++) code.push(op.opcode[i])
    if (parts) this.parts(instruction.immediates as string[], parts)
    else if (op.immediate !== 'none') this.immediates(instruction)
  }

  private parts([label, result]: readonly string[], parts: readonly Code[]): void {
    this.code.push(result ? valueTypes[result] : noResult)
    this.labels.push(label)
    parts.forEach((part, i) => {
      if (i > 0) this.code.push(elseCode)
      this.write(part)
    })
    this.labels.pop()
    this.code.push(end)
  }

  private immediates({ op, immediates }: Instruction): void {
    const [first] = immediates
    if (op.immediate === 'local') this.append(unsigned(find(this.locals, 'local', first as string)))
    else if (op.immediate === 'function') this.append(unsigned(find(this.functions, 'function', first as string)))
    else if (op.immediate === 'label') this.code.push(this.depth(first as string))
    else if (op.immediate === 'lanes') this.append(immediates as number[])
    else if (op.immediate === 'offset') {
      this.code.push(Math.log2(op.bytes))
      this.append(unsigned(first as number))
      this.append(immediates.slice(1) as number[])
    } else this.append(constant(op.immediate as ValueType, immediates))
  }

  /** The number of blocks between the instruction and the block of this label. */
  private depth(label: string): number {
    const found = this.labels.lastIndexOf(label)
    return found < 0 ? missing('label', label) : this.labels.length - 1 - found
  }

  private append(bytes: readonly number[]): void {
    for (let i = 0; i < bytes.length; i++) this.code.push(bytes[i])
  }
}

function find(indices: ReadonlyMap<string, number>, kind: string, name: string): number {
  return indices.get(name) ?? missing(kind, name)
}

function missing(kind: string, name: string): never {
  throw new NablaError(`wasm: the code names a ${kind} "${name}" that does not exist. Declare it.`)
}

/** The declarations of locals, neighbours of one type together. */
function localTypes(types: readonly number[]): number[] {
  const runs: number[][] = []
  for (let i = 0, start = 0; i < types.length; i++) {
    if (types[i] === types[i + 1]) continue
    runs.push([...unsigned(i + 1 - start), types[i]])
    start = i + 1
  }
  return [...unsigned(runs.length), ...runs.flat()]
}

/** A name, with its length before it. */
function string(name: string): number[] {
  const bytes = [...new TextEncoder().encode(name)]
  return [...unsigned(bytes.length), ...bytes]
}
