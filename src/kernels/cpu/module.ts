/**
 * From WebAssembly text to callable kernels. All kernels share one memory (`memory.ts`).
 */
import { compile } from 'watr'
import { erf } from '../erf.js'

const assemble = (text: string) => compile(text) as Uint8Array<ArrayBuffer>

const pageSize = 65536

/** The one memory every kernel works in. It grows; views of it are never kept. */
export const memory = new WebAssembly.Memory({ initial: 16 })

/** The line that imports it, at the head of every module. */
const memoryImport = '(import "nabla" "memory" (memory 1))'

/** Makes room for at least `bytes` more at the end of the memory and returns the address of it, or -1 when there is none. */
export function growMemory(bytes: number): number {
  const address = memory.buffer.byteLength
  try {
    memory.grow(Math.ceil(bytes / pageSize))
  } catch {
    return -1
  }
  return address
}

/** Compiles the fields of a module (functions, globals, further imports from "Math", `erf` from "nabla") and returns its exports. */
export function instantiate<Exports>(fields: string): Exports {
  const bytes = assemble(`(module ${memoryImport} ${fields})`)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    nabla: { memory, erf },
    Math: Math as unknown as WebAssembly.ModuleImports,
  })
  return instance.exports as Exports
}

/** Whether this engine has relaxed SIMD, and with it fused multiply-add. */
export const hasFma: boolean = WebAssembly.validate(
  assemble(`(module (func (param v128) (result v128)
    (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0))))`),
)
