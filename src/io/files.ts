/**
 * Files where there is a file system (Node, Bun, Deno). A file is written next to its place, flushed to the disk and then renamed, so that
 * at any moment, also after a crash, the old or the new one is there as a whole.
 */
import { BackendError, OptionError } from '../errors.js'

interface Handle {
  writeFile(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

interface FileSystem {
  open(path: string | URL, flags: string): Promise<Handle>
  readFile(path: string | URL): Promise<Uint8Array>
  rename(from: string | URL, to: string | URL): Promise<void>
  unlink(path: string | URL): Promise<void>
}

interface Process {
  getBuiltinModule?(name: string): { promises: FileSystem } | undefined
}

/** The file system; undefined in browsers. */
export function fileSystem(): FileSystem | undefined {
  return (globalThis as { process?: Process }).process?.getBuiltinModule?.('node:fs')?.promises
}

/**
 * Writes a file, as a whole or not at all.
 * @throws BackendError when that fails; the file is then as it was
 */
export async function writeFile(op: string, name: string, bytes: Uint8Array): Promise<void> {
  const fs = fileSystem() as FileSystem
  const random = Math.random().toString(36).slice(2, 10)
  const [path, temporary] = [pathOf(name), pathOf(`${name}.${random}.part`)]
  try {
    await writeFlushed(fs, temporary, bytes)
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.unlink(temporary).catch(() => undefined)
    throw failed(op, name, error)
  }
  await flushFolder(fs, name)
}

async function writeFlushed(fs: FileSystem, path: string | URL, bytes: Uint8Array): Promise<void> {
  const file = await fs.open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the new name last, where folders can be flushed (not on Windows). */
async function flushFolder(fs: FileSystem, name: string): Promise<void> {
  const folder = /^(.*)[\\/]/s.exec(name)?.[1] ?? '.'
  try {
    const handle = await fs.open(pathOf(folder || '/'), 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // The file is written; only its name may be lost if the power fails now
  }
}

/** Reads a file. */
export async function readFile(op: string, name: string): Promise<Uint8Array> {
  try {
    return await (fileSystem() as FileSystem).readFile(pathOf(name))
  } catch (error) {
    throw new OptionError(`${op}: cannot read ${name} (${(error as Error).message}). Check the path.`)
  }
}

const pathOf = (name: string): string | URL => (name.startsWith('file:') ? new URL(name) : name)

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'the quota of disk space is used up. Free some space',
  EACCES: 'you may not write there. Use another folder',
  EPERM: 'you may not write there. Use another folder',
  EROFS: 'the folder is read-only. Use another one',
  ENOENT: 'the folder does not exist. Make it first',
  ENOTDIR: 'the folder is a file. Use another name',
  EISDIR: 'it is a folder. Name a file in it',
}

function failed(op: string, name: string, error: unknown): BackendError {
  const { code = '', message } = error as { code?: string; message: string }
  const reason = reasons[code] ?? `${message}. Use another place`
  return new BackendError(`${op}: cannot write ${name}: ${reason}. Nothing was changed.`, { cause: error })
}
