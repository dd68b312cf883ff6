/**
 * safetensors: tensors with names in one file that Python, Rust and others open too. Eight bytes hold the length of the header, the header
 * is JSON (dtype, shape and place of each tensor, see `header.ts`), and the numbers follow.
 */
import { DTypeError, OptionError } from '../errors.js'
import { wrap } from '../tensor/creation.js'
import { received } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { crc32 } from './checksum.js'
import { formatNames, formats } from './formats.js'
import { damaged, type Entry, type Header, readHeader } from './header.js'

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>

/** The contents of a safetensors file. */
export interface Safetensors {
  /** The tensors by name, in the order of the file. */
  readonly tensors: NamedTensors
  /** The strings that were saved with them. */
  readonly metadata: Readonly<Record<string, string>>
}

/** The checksum stands behind the first; it is computed with zeros for its digits. */
const [checksumKey, zeros] = ['"checksum":"crc32:', '00000000']

/**
 * Returns the bytes of a safetensors file. The same tensors and metadata give the same bytes, in whatever order they come. A CRC-32 of the
 * file is added to the metadata as `checksum`.
 *
 * @param tensors the tensors by name
 * @param metadata strings to save with them, by name
 * @throws OptionError for what is not a tensor, and for metadata that is not strings
 * @example
 * const bytes = toSafetensors({ w: tensor([1, 2]) }, { made: 'today' })
 * fromSafetensors(bytes).tensors.w.toArray() // => [1, 2]
 * fromSafetensors(bytes).metadata.made // => 'today'
 * @see https://huggingface.co/docs/safetensors
 */
export function toSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkTensors(tensors)
  checkMetadata(metadata)
  const sorted = Object.entries(tensors).sort(byWidthAndName)
  const arrays = sorted.map(([, x]) => x.dataSync())
  const header = headerOf(sorted, metadata)
  const start = 8 + header.length
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const bytes = new Uint8Array(start + size)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  let at = start
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += byteLength
  }
  bytes.set(new TextEncoder().encode(crc32(bytes)), digitsAt(new TextDecoder().decode(header)))
  return bytes
}

/** Wide numbers first, so that all are aligned. */
function byWidthAndName([a, x]: [string, Tensor], [b, y]: [string, Tensor]): number {
  return widthOf(y) - widthOf(x) || (a < b ? -1 : 1)
}

const widthOf = ({ dtype }: Tensor) => formats.get(formatNames[dtype])?.bytes as number

/** The header, filled up with spaces so that the numbers begin at a multiple of 8. */
function headerOf(sorted: readonly [string, Tensor][], metadata: Readonly<Record<string, string>>): Uint8Array {
  const { checksum: _, ...own } = metadata
  const strings = Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1))
  const places: [string, unknown][] = []
  let end = 0
  for (const [name, x] of sorted) {
    const begin = end
    end += x.size * widthOf(x)
    places.push([name, { dtype: formatNames[x.dtype], shape: x.shape, data_offsets: [begin, end] }])
  }
  const all = { __metadata__: Object.fromEntries([['checksum', `crc32:${zeros}`], ...strings]) }
  const text = JSON.stringify({ ...all, ...Object.fromEntries(places) })
  const header = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20)
  padded.set(header)
  return padded
}

/** The place in the file of the digits of its checksum; -1 if the header has none. */
function digitsAt(header: string): number {
  const at = header.indexOf(checksumKey)
  return at < 0 ? -1 : 8 + new TextEncoder().encode(header.slice(0, at)).length + checksumKey.length
}

/**
 * Reads the bytes of a safetensors file. Numbers of formats that nabla does not compute with are converted: F16 and BF16 to float32, 8, 16
 * and 64 bit integers to int32. The bytes are copied.
 *
 * @param bytes the file
 * @throws OptionError for a file that is cut, changed (where it has a checksum) or was never one; DTypeError for integers that int32 cannot
 *   hold
 * @example
 * const bytes = toSafetensors({ n: tensor([1, 2], { dtype: 'int32' }) })
 * String(fromSafetensors(bytes).tensors.n)
 * fromSafetensors(bytes.slice(0, -1)) // throws fromSafetensors: not a whole safetensors file: …
 * @see https://huggingface.co/docs/safetensors
 */
export function fromSafetensors(bytes: Uint8Array | ArrayBuffer): Safetensors {
  const op = 'fromSafetensors'
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer))
    throw new OptionError(`${op}: expected the bytes of a file, received ${received(bytes)}. Pass a Uint8Array.`)
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
  const header = readHeader(op, file)
  checkSum(op, file, header)
  const tensors: Record<string, Tensor> = Object.create(null)
  for (const entry of header.entries) tensors[entry.name] = tensorOf(op, file, entry)
  return { tensors, metadata: header.metadata }
}

function checkSum(op: string, file: Uint8Array, { metadata, text }: Header): void {
  const { checksum } = metadata
  if (checksum === undefined) return
  const at = digitsAt(text)
  const copy = file.slice()
  if (at > 0) copy.set(new TextEncoder().encode(zeros), at)
  if (checksum === `crc32:${crc32(copy)}`) return
  throw damaged(
    op,
    'it has changed since it was written, as its checksum shows; a program that changes it must remove the checksum from its metadata',
  )
}

function tensorOf(op: string, file: Uint8Array, { name, format, shape, begin, end }: Entry): Tensor {
  const own = new Uint8Array(end - begin)
  own.set(file.subarray(begin, end))
  const values = format.read(own.buffer)
  if (format.dtype !== 'int32' || values instanceof Int32Array) return wrap(op, values, format.dtype, shape)
  const integers = Int32Array.from(values)
  const odd = integers.findIndex((x, i) => x !== values[i])
  if (odd < 0) return wrap(op, integers, 'int32', shape)
  throw new DTypeError(`${op}: ${JSON.stringify(name)} holds ${values[odd]}, which is not an int32. Save it as floats.`)
}

function checkTensors(tensors: NamedTensors): void {
  if (typeof tensors !== 'object' || tensors === null || tensors instanceof Tensor || Array.isArray(tensors))
    throw new OptionError(
      `toSafetensors: expected tensors by name, received ${received(tensors)}. Write toSafetensors({ weights: x }).`,
    )
  for (const [name, x] of Object.entries(tensors)) {
    if (!(x instanceof Tensor))
      throw new OptionError(`toSafetensors: ${name} must be a tensor, received ${received(x)}. Write tensor(…).`)
  }
  if (Object.hasOwn(tensors, '__metadata__'))
    throw new OptionError('toSafetensors: a tensor cannot have the name __metadata__. Pass strings as second argument.')
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (typeof value !== 'string')
      throw new OptionError(
        `toSafetensors: metadata must be strings, received ${received(value)} for ${name}. Use JSON.stringify.`,
      )
  }
}
