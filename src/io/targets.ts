/**
 * Where bytes are kept: a path, a download, IndexedDB, a chosen file. Each place is a small adapter; what it cannot do, such as writing to
 * a URL, is an error.
 */
import { BackendError, OptionError } from '../errors.js'
import { isPromise, received } from '../tensor/received.js'
import { fileSystem, readFile, writeFile } from './files.js'

/** A file that a page asked for with `showSaveFilePicker` or `showOpenFilePicker`. */
export interface FileHandle {
  readonly name: string
  getFile(): Promise<Blob>
  createWritable(): Promise<{ write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> }>
}

/**
 * A place to write to: a path (Node, Bun, Deno), `indexeddb://name` (browsers), `downloads://name` (a download of the page), or the handle
 * of a file picker.
 */
export type Target = string | URL | FileHandle

/** A place to read from: as `Target`, except downloads; the address of a file on the web; a `File`, a `Response`, or the bytes. */
export type Source = string | URL | FileHandle | Blob | Response | Uint8Array | ArrayBuffer

/**
 * Writes the bytes: the file is there as a whole afterwards, or, when something goes wrong, as it was before.
 * @throws OptionError for a place that cannot be written to, BackendError when writing fails
 */
export async function write(op: string, target: Target, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (isHandle(target)) return writeHandle(target, bytes)
  const [kind, name] = placeOf(op, target)
  if (kind === 'indexeddb') return (await database(op)).set(name, bytes)
  if (kind === 'downloads') return download(op, name, bytes)
  if (kind !== 'file')
    throw new OptionError(`${op}: cannot write to ${String(target)}. Use a path, indexeddb:// or downloads://.`)
  await writeFile(op, name, bytes)
}

/**
 * Reads bytes.
 * @throws OptionError for what cannot be read, or is not there
 */
export async function read(op: string, source: Source): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  if (isHandle(source)) return bytesOf(await source.getFile())
  if (hasBytes(source)) return bytesOf(source)
  const [kind, name] = placeOf(op, source)
  if (kind === 'indexeddb') return stored(op, name, await (await database(op)).get(name))
  if (kind === 'downloads')
    throw new OptionError(`${op}: a download cannot be read. Pass the File that the user chose.`)
  return kind === 'file' ? readFile(op, name) : fetched(op, name)
}

/** The kind of place, and its name there. */
function placeOf(op: string, target: unknown): [kind: 'file' | 'indexeddb' | 'downloads' | 'web', name: string] {
  if (typeof target !== 'string' && !(target instanceof URL)) throw notAPlace(op, target)
  const text = String(target)
  const [, scheme, rest] = /^([a-z][a-z]+):(?:\/\/)?(.*)$/is.exec(text) ?? []
  if (text === '' || rest === '')
    throw new OptionError(`${op}: the place ${JSON.stringify(text)} has no name. Name a file.`)
  if (scheme === 'indexeddb' || scheme === 'downloads') return [scheme, rest]
  if (scheme === 'file') return ['file', text]
  return scheme === undefined && fileSystem() ? ['file', text] : ['web', text]
}

function notAPlace(op: string, target: unknown): OptionError {
  const hint = isPromise(target) ? 'Write await before it.' : "Pass a path such as 'model.safetensors'."
  return new OptionError(`${op}: expected the place of a file, received ${received(target)}. ${hint}`)
}

const isHandle = (x: unknown): x is FileHandle => typeof (x as FileHandle | null)?.createWritable === 'function'

const hasBytes = (x: unknown): x is Blob | Response => typeof (x as Blob | null)?.arrayBuffer === 'function'

const bytesOf = async (blob: Blob | Response) => new Uint8Array(await blob.arrayBuffer())

async function writeHandle(handle: FileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const writable = await handle.createWritable()
  await writable.write(bytes)
  await writable.close()
}

/** IndexedDB, by way of idb-keyval. (The one place that imports it.) */
async function database(op: string): Promise<typeof import('idb-keyval')> {
  if (typeof indexedDB !== 'undefined') return import('idb-keyval')
  throw new BackendError(`${op}: there is no IndexedDB here. Use a path, such as 'model.safetensors'.`)
}

function stored(op: string, name: string, bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  throw new OptionError(`${op}: indexeddb://${name} is not there. Save it first, from a page of the same origin.`)
}

function download(op: string, name: string, bytes: Uint8Array<ArrayBuffer>): void {
  if (typeof document === 'undefined')
    throw new BackendError(`${op}: only a page can start a download. Use a path, such as 'model.safetensors'.`)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

async function fetched(op: string, address: string): Promise<Uint8Array> {
  const response = await fetch(address)
  if (response.ok) return bytesOf(response)
  throw new OptionError(`${op}: ${address} gave ${response.status} ${response.statusText}. Check the address.`)
}
