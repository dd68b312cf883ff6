/**
 * From WebAssembly code to its text format: for readers, and for the tests, in which another assembler reads it.
 */
import { type Code, type FunctionCode, type Instruction, isSequence, type ModuleCode, type Variable } from './code.js'
import { importParameters, splitImport } from './imports.js'

/** The fields of a module, one a line. */
export function print({ imports = [], functions }: ModuleCode): string {
  return [...imports.map(importText), ...functions.map(functionText)].join('\n')
}

function importText(name: string): string {
  const [module, field] = splitImport(name)
  const params = ' f64'.repeat(importParameters(name))
  return `(import "${module}" "${field}" (func $${name} (param${params}) (result f64)))`
}

function functionText({ name, isExported, params, result, locals, body }: FunctionCode): string {
  const declared = [
    isExported ? `(export "${name}")` : '',
    ...params.map(variable('param')),
    result ? `(result ${result})` : '',
    ...locals.map(variable('local')),
  ]
  return `(func $${name} ${declared.filter(Boolean).join(' ')}${lines(body, '  ')})`
}

const variable =
  (kind: string) =>
  ({ name, type }: Variable) =>
    `(${kind} ${identifier(name)} ${type})`

/** Instructions, each on a line of its own. */
function lines(code: Code, indent: string): string {
  if (isSequence(code)) return code.map((one) => lines(one, indent)).join('')
  return `\n${indent}${text(code, indent)}`
}

function text(instruction: Instruction, indent: string): string {
  const { op, operands, parts } = instruction
  const words = [op.name, ...immediates(instruction), ...operands.map((operand) => inline(operand, indent))]
  if (!parts) return `(${words.filter(Boolean).join(' ')})`
  const inner = `${indent}  `
  if (op.name !== 'if') return `(${words.filter(Boolean).join(' ')}${lines(parts[0], inner)})`
  const named = parts.map((part, i) => `\n${inner}(${i ? 'else' : 'then'}${lines(part, `${inner}  `)})`)
  return `(${words.filter(Boolean).join(' ')}${named.join('')})`
}

/** Operands, on the line of their instruction. */
function inline(code: Code, indent: string): string {
  return isSequence(code) ? code.map((one) => inline(one, indent)).join(' ') : text(code, indent)
}

function immediates({ op, immediates }: Instruction): string[] {
  const [first, ...rest] = immediates
  switch (op.immediate) {
    case 'local':
    case 'function':
      return [identifier(first as string)]
    case 'label':
      return [first ? `$${first}` : '0']
    case 'parts':
      return [first ? `$${first}` : '', rest[0] ? `(result ${rest[0]})` : '']
    case 'offset':
      return [first ? `offset=${first}` : '', ...rest.map(String)]
    default:
      return immediates.map(literal)
  }
}

/** A name as the text format can have it. */
const identifier = (name: string) => `$${name.replace(/[^\x21-\x7e]/gu, (letter) => `.u${letter.codePointAt(0)}`)}`

/** A number, or the shape of a vector. */
export function literal(x: string | number | bigint): string {
  if (typeof x !== 'number') return String(x)
  if (Number.isNaN(x)) return 'nan'
  return Object.is(x, -0) ? '-0' : String(x).replace('Infinity', 'inf')
}
