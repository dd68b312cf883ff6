/**
 * Where text comes from: a string, bytes, a file, a URL, a stream. Whatever it is, it is read in pieces, and has a name for messages.
 */
import { OptionError } from '../../errors.js'

/**
 * A source of text, for `readCsv` and its siblings: text (a string with a line break), a path or URL, bytes, a `File` or `Blob`, a `Response`, a stream,
 * or an (async) iterable of pieces.
 */
export type TextSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | ReadableStream<string>
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** Text that can be read piece by piece. */
export interface Text {
  /** Its name in messages: the file, the URL, or nothing. */
  readonly name: string
  /** Opens it anew. */
  open(): AsyncIterable<string>
}

interface FileSystem {
  createReadStream(path: string | URL, options: object): AsyncIterable<Uint8Array>
}

const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process
const pieceSize = 1 << 20

/**
 * Finds out what the source is.
 * @param encoding of bytes, as `TextDecoder` names it
 * @throws OptionError for what cannot be read
 */
export function textOf(op: string, source: TextSource, encoding: string): Text {
  const { name, open } = opener(op, source)
  return { name, open: () => decoded(op, name || 'the source', open, encoding) }
}

type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

function opener(op: string, source: TextSource): { name: string; open(): Pieces | Promise<Pieces> } {
  if (typeof source === 'string' && /[\r\n]/.test(source)) return { name: '', open: () => [source] }
  if (typeof source === 'string' || source instanceof URL)
    return { name: nameOf(source), open: () => located(op, source) }
  if (source instanceof ArrayBuffer) return { name: '', open: () => cut(new Uint8Array(source)) }
  if (source instanceof Uint8Array) return { name: '', open: () => cut(source) }
  if (typeof Blob !== 'undefined' && source instanceof Blob)
    return { name: (source as { name?: string }).name ?? '', open: () => pulled(source.stream()) }
  const stream = isResponse(source) ? source.body : source
  const name = isResponse(source) ? source.url : ''
  if (isStream(stream)) return { name, open: once(op, () => pulled(stream as ReadableStream<Uint8Array>)) }
  if (isIterable(source)) return { name, open: Array.isArray(source) ? () => source : once(op, () => source) }
  throw new OptionError(
    `${op}: cannot read ${String(source)}. Pass text with a line break, a path, a URL, bytes, a File, or a stream.`,
  )
}

const isResponse = (x: unknown): x is Response => typeof Response !== 'undefined' && x instanceof Response
const isStream = (x: unknown): boolean => typeof (x as ReadableStream | null)?.getReader === 'function'
const isIterable = (x: unknown): x is Pieces =>
  typeof x === 'object' && x !== null && (Symbol.iterator in x || Symbol.asyncIterator in x)

const nameOf = (source: string | URL) => String(source).split(/[\\/]/).at(-1) ?? ''

/** A stream is used up when it was read. */
function once<T>(op: string, open: () => T): () => T {
  let isUsed = false
  return () => {
    if (isUsed)
      throw new OptionError(
        `${op}: the stream was read before, and can be read only once. Open a new one, or pass its path or URL.`,
      )
    isUsed = true
    return open()
  }
}

function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceSize) yield bytes.subarray(start, start + pieceSize)
}

/** A stream as an iterable, which not every browser makes of it. */
async function* pulled(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}

/** A file, where there are files, or what `fetch` gets. */
async function located(op: string, source: string | URL): Promise<Pieces> {
  const fs = node?.getBuiltinModule?.('node:fs') as FileSystem | undefined
  const isWeb = /^(https?|data|blob):/.test(String(source))
  if (fs && !isWeb) {
    const path = String(source).startsWith('file:') ? new URL(source) : source
    return fs.createReadStream(path, { highWaterMark: pieceSize })
  }
  const response = await fetch(source)
  if (!response.ok || !response.body)
    throw new OptionError(`${op}: ${source} gave ${response.status} ${response.statusText}. Check the address.`)
  return pulled(response.body)
}

async function* decoded(
  op: string,
  name: string,
  open: () => Pieces | Promise<Pieces>,
  encoding: string,
): AsyncGenerator<string> {
  const decode = decoderOf(op, name, encoding)
  let isFirst = true
  for await (const piece of named(op, name, await open())) {
    const text = typeof piece === 'string' ? piece : decode(piece)
    yield isFirst ? text.replace(/^\ufeff/, '') : text
    isFirst &&= text === ''
  }
  yield decode(null)
}

/** Decodes piece after piece; null ends them. */
function decoderOf(op: string, name: string, encoding: string): (bytes: Uint8Array | null) => string {
  const decoder = newDecoder(op, encoding)
  const isUtf8 = decoder.encoding === 'utf-8'
  let rest = new Uint8Array()
  const decode = (bytes: Uint8Array | null): string => {
    if (!isUtf8) return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    // Cut between characters, so that each part is whole: engines decode that much faster than a stream
    const all = rest.length > 0 ? joined(rest, bytes ?? new Uint8Array()) : (bytes ?? rest)
    const end = bytes ? wholeCharacters(all) : all.length
    rest = all.slice(end)
    return decoder.decode(all.subarray(0, end))
  }
  return (bytes) => {
    try {
      return decode(bytes)
    } catch {
      throw new OptionError(
        `${op}: ${name} is not ${encoding}. Pass the encoding it has, such as encoding: 'windows-1252'.`,
      )
    }
  }
}

function newDecoder(op: string, encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  } catch {
    throw new OptionError(
      `${op}: ${encoding} is not an encoding that TextDecoder has. Use 'utf-8' or 'windows-1252', for example.`,
    )
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

/** The end of the last character of UTF-8 that is whole. */
function wholeCharacters(bytes: Uint8Array): number {
  let start = bytes.length - 1
  while (start >= 0 && start > bytes.length - 4 && (bytes[start] & 0xc0) === 0x80) start--
  const first = bytes[start]
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return start + length > bytes.length ? start : bytes.length
}

/** Errors of the file system name the operation. */
async function* named(op: string, name: string, pieces: Pieces): AsyncGenerator<string | Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    if (!(error as { code?: string }).code) throw error
    const { message } = error as Error
    throw new OptionError(
      `${op}: cannot read ${name} (${message}). Check the path; text itself must contain a line break.`,
    )
  }
}
