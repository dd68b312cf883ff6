/**
 * From WebAssembly code to callable kernels. All kernels share one memory (`memory.ts`).
 */
import { BackendError } from '../../../errors.js'
import { obstacle } from '../threads/platform.js'
import type { ModuleCode } from './code.js'
import { encode } from './encode.js'
import { isOwn, ownFunctions } from './imports.js'

const pageSize = 65536

/** Sizes that a shared memory may be limited to, in pages, in the order in which they are tried: 4, 2, 1 GiB. */
const limits = [1 << 16, 1 << 15, 1 << 14]

let pages = limits[0]
const shared = sharedMemory()

/** The largest size of the memory, in GiB. */
export const memoryLimit = (pages * pageSize) / 2 ** 30

/** True if threads can work in the memory. */
export const isShared = shared !== undefined

/** The one memory every kernel works in, shared with threads where they can run. It grows; views of it are never kept. */
export const memory = shared ?? ownMemory()

/** Without WebAssembly an empty one, so that the first kernel can report what is missing. */
function ownMemory(): WebAssembly.Memory {
  if (typeof WebAssembly !== 'undefined') return new WebAssembly.Memory({ initial: 16 })
  return { buffer: new ArrayBuffer(0), grow: () => refuse() } as unknown as WebAssembly.Memory
}

function sharedMemory(): WebAssembly.Memory | undefined {
  if (obstacle()) return undefined
  for (const maximum of limits) {
    try {
      const found = new WebAssembly.Memory({ initial: 16, maximum, shared: true })
      pages = maximum
      return found
    } catch {} // the engine has no room for so large a one
  }
}

/** A function that a module exports: its arguments are numbers, its results are in memory. */
// biome-ignore lint/suspicious/noExplicitAny: kernels name and count their parameters
export type KernelFunction = (...args: any[]) => void

/** A module as workers get it: its bytes, and the functions that it exports, in order. */
interface Code {
  readonly bytes: Uint8Array
  readonly kernels: readonly KernelFunction[]
}

/** The module of each function that workers can run: one that needs no JavaScript but `Math`. */
export const codeOf = new WeakMap<KernelFunction, Code>()

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

/** Compiles a module and returns the functions that it exports. */
export function instantiate<Exports>(code: ModuleCode): Exports {
  const bytes = encode(code, isShared ? limits[0] : undefined)
  const module = compile(bytes)
  const { exports } = new WebAssembly.Instance(module, {
    nabla: { memory, ...ownFunctions(code.imports ?? []) },
    Math: Math as unknown as WebAssembly.ModuleImports,
  })
  if (isShared && !code.imports?.some(isOwn)) keepCode(bytes, Object.values(exports) as KernelFunction[])
  return exports as Exports
}

function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes)
  } catch (cause) {
    return refuse(cause)
  }
}

/**
 * Explains why a kernel cannot be compiled, in place of the engine's message, which recommends more rights than nabla needs.
 * @throws BackendError always
 */
function refuse(cause?: unknown): never {
  throw new BackendError(unavailable(), { cause })
}

function unavailable(): string {
  if (typeof WebAssembly === 'undefined')
    return 'cpu: WebAssembly is not available here, and kernels need it. Use a current browser, or Node without --jitless.'
  if (!WebAssembly.validate(simdModule))
    return 'cpu: this engine has no WebAssembly SIMD. Use a browser of 2023 or later, on hardware with SIMD.'
  return "cpu: compiling WebAssembly is forbidden here. In a page with a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src."
}

function keepCode(bytes: Uint8Array, kernels: KernelFunction[]): void {
  for (const kernel of kernels) codeOf.set(kernel, { bytes, kernels })
}

/** `(module (func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0))))` */
// biome-ignore format: a module of 35 bytes
const fmaModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11)

/** `(module (func (result v128) (i8x16.splat (i32.const 0))))` */
// biome-ignore format: a module of 28 bytes
const simdModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11)

/** True if this engine has relaxed SIMD, and with it fused multiply-add. */
export const hasFma: boolean = typeof WebAssembly !== 'undefined' && WebAssembly.validate(fmaModule)

/** `(module (table i64 1 funcref))` */
const table64Module = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 4, 4, 1, 112, 4, 1)

/**
 * True if this engine surely leaves vector instructions in the order in which a kernel has them. V8 does since it has another compiler
 * for WebAssembly (Node 24), which nothing shows; tables with 64-bit indices came soon after it.
 */
export const keepsOrder: boolean = typeof WebAssembly !== 'undefined' && WebAssembly.validate(table64Module)
