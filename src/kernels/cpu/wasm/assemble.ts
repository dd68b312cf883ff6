/**
 * From WebAssembly text to bytes, for the part of the language that kernels are written in: imported functions and one memory,
 * functions with named parameters and locals, instructions with their operands inside of them.
 */
import { NablaError } from '../../../errors.js'
import { type Instruction, instructions } from './instructions.js'

/** The bytes of a module: `(module (import …)… (func …)…)`. */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  return new Assembler(text.match(/[()]|"[^"]*"|[^\s()"]+/g)!).module()
}

const valueTypes: Readonly<Record<string, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
const noResult = 0x40
const end = 0x0b

class Assembler {
  private at = 2
  /** The names of the functions, in order. */
  private readonly functions: (string | undefined)[] = []
  /** How many of them are imported. */
  private imported = 0
  private readonly types: number[][] = []
  private readonly typeNumbers = new Map<string, number>()
  private readonly imports: number[][] = []
  private readonly declared: number[][] = []
  private readonly exports: number[][] = []
  private readonly bodies: number[][] = []
  /** Of the function being read: its parameters and locals by name, the blocks around the instruction, its code. */
  private readonly locals = new Map<string, number>()
  private parameters = 0
  private readonly labels: (string | undefined)[] = []
  private code: number[] = []

  constructor(private readonly tokens: readonly string[]) {}

  module(): Uint8Array<ArrayBuffer> {
    this.nameFunctions()
    while (this.opens()) this.field()
    const sections = [
      [1, this.types],
      [2, this.imports],
      [3, this.declared],
      [7, this.exports],
      [10, this.bodies],
    ] as const
    const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    for (const [id, items] of sections) if (items.length) append(bytes, section(id, items))
    return Uint8Array.from(bytes)
  }

  /** Functions may be called before they are written. */
  private nameFunctions(): void {
    const { tokens } = this
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i] === 'func' && tokens[i - 1] === '(') this.functions.push(nameAt(tokens, i + 1))
    }
  }

  private field(): void {
    this.take('(')
    if (this.tokens[this.at++] === 'import') this.importField()
    else this.functionField()
    this.take(')')
  }

  private importField(): void {
    const bytes = [...this.string(), ...this.string()]
    this.take('(')
    const isMemory = this.tokens[this.at++] === 'memory'
    if (isMemory) bytes.push(2, ...this.limits())
    else {
      this.name()
      bytes.push(0, ...unsigned(this.signature()))
      this.imported++
    }
    this.take(')')
    this.imports.push(bytes)
  }

  private limits(): number[] {
    const first = unsigned(this.number())
    if (this.tokens[this.at] === ')') return [0, ...first]
    const most = unsigned(this.number())
    this.take('shared')
    return [3, ...first, ...most]
  }

  private functionField(): void {
    this.name()
    if (this.opens('export')) this.exportField()
    this.locals.clear()
    this.declared.push(unsigned(this.signature()))
    this.code = this.localTypes()
    while (this.opens()) this.instruction()
    this.code.push(end)
    this.bodies.push([...unsigned(this.code.length)].concat(this.code))
  }

  private exportField(): void {
    this.at += 2
    this.exports.push([...this.string(), 0, ...unsigned(this.imported + this.bodies.length)])
    this.take(')')
  }

  /** The number of the type that the parameters and results make. */
  private signature(): number {
    const parameters = this.declarations('param')
    const results = this.declarations('result')
    this.parameters = parameters.length
    const type = [0x60, ...unsigned(parameters.length), ...parameters, results.length, ...results]
    const key = type.join()
    const known = this.typeNumbers.get(key)
    if (known !== undefined) return known
    this.typeNumbers.set(key, this.types.length)
    return this.types.push(type) - 1
  }

  /** The declarations of locals, neighbours of one type together. */
  private localTypes(): number[] {
    const types = this.declarations('local', this.parameters)
    const runs: number[][] = []
    for (let i = 0, start = 0; i < types.length; i++) {
      if (types[i] === types[i + 1]) continue
      runs.push([...unsigned(i + 1 - start), types[i]])
      start = i + 1
    }
    return [...unsigned(runs.length), ...runs.flat()]
  }

  /** The types in `(kind $name type)` or `(kind type…)`, one after the other; notes the names, numbered from `first`. */
  private declarations(kind: string, first = 0): number[] {
    const types: number[] = []
    while (this.opens(kind)) {
      this.at += 2
      const name = this.name()
      if (name) this.locals.set(name, first + types.length)
      while (this.tokens[this.at] !== ')') types.push(valueType(this.tokens[this.at++]))
      this.at++
    }
    return types
  }

  private instruction(): void {
    this.take('(')
    const name = this.tokens[this.at++]
    if (name === 'block') this.block(2)
    else if (name === 'loop') this.block(3)
    else if (name === 'if') this.branch()
    else this.plain(instructions().get(name) ?? unknown('instruction', name))
    this.take(')')
  }

  private block(opcode: number): void {
    this.labels.push(this.name())
    this.code.push(opcode, this.blockType())
    this.inside()
    this.code.push(end)
    this.labels.pop()
  }

  private branch(): void {
    const label = this.name()
    const type = this.blockType()
    this.instruction()
    this.code.push(4, type)
    this.labels.push(label)
    this.part('then')
    if (this.opens('else')) {
      this.code.push(5)
      this.part('else')
    }
    this.code.push(end)
    this.labels.pop()
  }

  private part(name: string): void {
    this.take('(')
    this.take(name)
    this.inside()
    this.take(')')
  }

  private inside(): void {
    while (this.opens()) this.instruction()
  }

  private blockType(): number {
    return this.declarations('result')[0] ?? noResult
  }

  /** Operands come first in the bytes. */
  private plain(instruction: Instruction): void {
    const name = this.tokens[this.at - 1]
    const first = this.at
    while (this.tokens[this.at] !== '(' && this.tokens[this.at] !== ')') this.at++
    const immediates = first === this.at ? none : this.tokens.slice(first, this.at)
    this.inside()
    append(this.code, instruction.bytes)
    this.immediate(instruction, name, immediates)
  }

  private immediate({ immediate, alignment }: Instruction, name: string, words: readonly string[]): void {
    const { code } = this
    if (immediate === 'local') append(code, unsigned(this.locals.get(words[0]) ?? index('local', words[0])))
    else if (immediate === 'constant') append(code, constant(name.slice(0, -6), words))
    else if (immediate === 'address') append(code, address(words, alignment))
    else if (immediate === 'lanes') append(code, words.map(Number))
    else if (immediate === 'label') code.push(this.label(words[0]))
    else if (immediate === 'function') append(code, unsigned(this.functionIndex(words[0])))
    else if (immediate === 'memory') append(code, name === 'memory.copy' ? [0, 0] : [0])
  }

  private label(word: string): number {
    const found = this.labels.lastIndexOf(word)
    return found < 0 ? index('label', word) : this.labels.length - 1 - found
  }

  private functionIndex(word: string): number {
    const found = this.functions.indexOf(word)
    return found < 0 ? index('function', word) : found
  }

  /** Whether `(` comes next, or `(word`. */
  private opens(word?: string): boolean {
    return this.tokens[this.at] === '(' && (word === undefined || this.tokens[this.at + 1] === word)
  }

  private take(token: string): void {
    const found = this.tokens[this.at++]
    if (found !== token)
      throw new NablaError(`assemble: expected ${token}, found ${found}. Write operands in parentheses.`)
  }

  private name(): string | undefined {
    const name = nameAt(this.tokens, this.at)
    if (name) this.at++
    return name
  }

  private string(): number[] {
    const bytes = [...new TextEncoder().encode(this.tokens[this.at++].slice(1, -1))]
    return [...unsigned(bytes.length), ...bytes]
  }

  private number(): number {
    return Number(this.tokens[this.at++])
  }
}

const none: readonly string[] = []

const nameAt = (tokens: readonly string[], i: number) => (tokens[i][0] === '$' ? tokens[i] : undefined)

/** A place given as a number. */
function index(kind: string, word: string): number {
  const n = Number(word)
  return Number.isInteger(n) ? n : unknown(kind, word)
}

function unknown(kind: string, name: string): never {
  throw new NablaError(`assemble: unknown ${kind} ${name}. Declare it, or list it in instructions.ts.`)
}

const valueType = (name: string) => valueTypes[name] ?? unknown('type', name)

/** `offset=16 align=4`, then perhaps a lane. */
function address(words: readonly string[], alignment: number): number[] {
  let offset = 0
  const lanes: number[] = []
  for (const word of words) {
    if (word.startsWith('offset=')) offset = Number(word.slice(7))
    else lanes.push(Number(word))
  }
  return [alignment, ...unsigned(offset), ...lanes]
}

const numbers = new DataView(new ArrayBuffer(16))

/** The bytes of a constant of a type; those of a v128 begin with the shape. */
function constant(type: string, words: readonly string[]): number[] {
  if (type === 'i32') return signed(Number(words[0]))
  if (type === 'i64') return signedLong(BigInt(words[0]))
  const [shape, values] = type === 'v128' ? [words[0], words.slice(1)] : [type, words]
  const size = Number(/\d+/.exec(shape)) / 8
  values.forEach((word, i) => {
    write(shape.slice(0, 3), word, i * size)
  })
  return [...new Uint8Array(numbers.buffer, 0, size * values.length)]
}

function write(type: string, word: string, at: number): void {
  if (type === 'f32') numbers.setFloat32(at, float(word), true)
  else if (type === 'f64') numbers.setFloat64(at, float(word), true)
  else if (type === 'i64') numbers.setBigInt64(at, BigInt(word), true)
  else if (type === 'i32') numbers.setInt32(at, Number(word), true)
  else unknown('shape', type)
}

const floats: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: NaN }

const float = (word: string) => floats[word] ?? Number(word)

/** Seven bits a byte, the lowest first. */
function unsigned(n: number): number[] {
  const bytes: number[] = []
  let rest = n
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return bytes
}

function signed(n: number): number[] {
  const bytes: number[] = []
  let rest = n | 0
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest & 127)
  return bytes
}

function signedLong(n: bigint): number[] {
  const bytes: number[] = []
  let rest = n
  for (; rest < -64n || rest > 63n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest & 127n))
  return bytes
}

function section(id: number, items: readonly number[][]): number[] {
  const bytes = unsigned(items.length)
  for (const item of items) append(bytes, item)
  return [id, ...unsigned(bytes.length)].concat(bytes)
}

function append(target: number[], source: readonly number[]): void {
  for (let i = 0; i < source.length; i++) target.push(source[i])
}
