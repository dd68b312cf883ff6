/**
 * The header of a safetensors file, from bytes that cannot be trusted: whatever is wrong with them is an error, before a number is read.
 */
import { OptionError } from '../errors.js'
import { type Format, formats } from './formats.js'

/** A tensor of the file. */
export interface Entry {
  readonly name: string
  readonly format: Format
  readonly shape: readonly number[]
  /** The place of its numbers in the file. */
  readonly begin: number
  readonly end: number
}

/** A header that was checked. */
export interface Header {
  readonly entries: readonly Entry[]
  readonly metadata: Readonly<Record<string, string>>
  /** The header as it stands in the file. */
  readonly text: string
}

/** Longer headers are refused by the reference implementation, too. */
const longest = 1e8

/**
 * Reads and checks the header.
 * @throws OptionError for anything but a whole file in which the numbers of all tensors follow each other without a gap
 */
export function readHeader(op: string, bytes: Uint8Array): Header {
  const text = headerText(op, bytes)
  const json = parsed(op, text)
  const metadata = texts(op, json.__metadata__)
  const start = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const entries = Object.entries(json)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(op, name, value, start))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkGaps(op, entries, start, bytes.length)
  return { entries, metadata, text }
}

function headerText(op: string, bytes: Uint8Array): string {
  if (bytes.length < 10) throw damaged(op, `it has ${bytes.length} bytes, and at least 10 are needed`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > longest || length > bytes.length - 8)
    throw damaged(op, `the header should have ${length} bytes, and ${bytes.length - 8} are there`)
  if (bytes[8] !== 0x7b) throw damaged(op, 'the header does not begin with {')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length))
  } catch {
    throw damaged(op, 'the header is not text')
  }
}

function parsed(op: string, text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw damaged(op, `the header is not JSON (${(error as Error).message.slice(0, 80)})`)
  }
  const twice = repeatedKey(text)
  if (twice !== null) throw damaged(op, `the header names ${twice} twice`)
  return json as Record<string, unknown>
}

/** A key that an object of this JSON has twice, of which `JSON.parse` would take the last; null if there is none. */
function repeatedKey(json: string): string | null {
  const keys: (Set<string> | null)[] = []
  const tokens = json.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]/g)
  for (const [token, text, colon] of tokens) {
    if (token === '{') keys.push(new Set())
    else if (token === '[') keys.push(null)
    else if (token === '}' || token === ']') keys.pop()
    else if (colon) {
      const key: string = JSON.parse(text)
      const known = keys.at(-1) as Set<string>
      if (known.has(key)) return JSON.stringify(key)
      known.add(key)
    }
  }
  return null
}

function texts(op: string, value: unknown): Record<string, string> {
  if (value === undefined) return {}
  const isRight = isObject(value) && Object.values(value).every((x) => typeof x === 'string')
  if (!isRight) throw damaged(op, '__metadata__ must be an object of strings')
  return Object.assign(Object.create(null), value)
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)

/** A whole number, 0 or more, that is exact. */
const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0

function entryOf(op: string, name: string, value: unknown, start: number): Entry {
  const what = JSON.stringify(name.slice(0, 80))
  if (!isObject(value)) throw damaged(op, `the entry ${what} is not an object`)
  const { dtype, shape, data_offsets: offsets, ...others } = value
  const [other] = Object.keys(others)
  if (other !== undefined) throw damaged(op, `the entry ${what} has an unknown part ${JSON.stringify(other)}`)
  const format = formats.get(dtype as string)
  if (!format)
    throw damaged(op, `${what} has the dtype ${JSON.stringify(dtype)}. nabla reads ${[...formats.keys()].join(', ')}`)
  if (!Array.isArray(shape) || !shape.every(isCount)) throw damaged(op, `${what} has a shape that is not one`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw damaged(op, `${what} has data_offsets that are not two whole numbers`)
  const [begin, end] = offsets
  const size = shape.reduce((product: number, n: number) => product * n, 1) * format.bytes
  if (end - begin !== size)
    throw damaged(op, `${what} of shape [${shape}] needs ${size} bytes, and its data_offsets have ${end - begin}`)
  return { name, format, shape, begin: start + begin, end: start + end }
}

/** Numbers neither overlap nor leave anything unused. */
function checkGaps(op: string, entries: readonly Entry[], start: number, length: number): void {
  let at = start
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw damaged(op, `${JSON.stringify(name)} does not begin where the tensor before it ends`)
    at = end
  }
  if (at !== length) throw damaged(op, `${at - start} bytes of numbers are expected, and ${length - start} are there`)
}

/** The error for a file that is not as it was written. */
export function damaged(op: string, problem: string): OptionError {
  return new OptionError(`${op}: not a whole safetensors file: ${problem}. Get the file again, or save it again.`)
}
