/**
 * What a device is, and what the devices of gpu.js share: kernels are compiled once, and then found again.
 */
import { BackendError } from './cpu-services.js'

/** The interfaces: two to the GPU, and gpu.js's imitation of one in JavaScript. */
export type Api = 'webgpu' | 'webgl2' | 'javascript'

/** A kernel: `function (a0, …, s0, …) { … }` over flat float32 arrays and then numbers, one call per element of the result. */
export interface KernelSource {
  readonly source: string
  readonly arrays: number
  readonly scalars: number
}

/** Float32 numbers on the device; opaque. */
export type Handle = object

/** A device that runs kernels. */
export interface Device {
  readonly api: Api
  /** Names the interface and the hardware, for people. */
  readonly detail: string
  /** True if it only imitates a GPU. */
  readonly isSoftware: boolean
  /** True if `launch` and `read` return promises. Launches must then be awaited one after the other. */
  readonly isAsync: boolean
  /** True if it was reset or taken away. */
  readonly isLost: boolean
  /** The number of kernels compiled so far. */
  readonly compiled: number
  launch(kernel: KernelSource, size: number, arrays: readonly Handle[], scalars: readonly number[]): Promised<Handle>
  upload(values: Float32Array): Handle
  read(handle: Handle, size: number): Promised<Float32Array>
  free(handle: Handle): void
}

/** A value, or a promise of it. */
export type Promised<T> = T | Promise<T>

/** The parts of gpu.js that are used; its own typings lack most of them. */
export interface GpuJs {
  createKernel(source: string, settings: Record<string, unknown>): GpuJsKernel
  addFunction(source: string, settings: Record<string, unknown>): void
  injectNative(source: string): void
}
/** A kernel of gpu.js. */
export interface GpuJsKernel {
  (...args: unknown[]): unknown
  setOutput(output: number[]): void
  kernel: {
    // WebGPU
    outputBuffer?: SharedBuffer | null
    bindGroupDirty?: boolean
    // WebGL2
    texture?: Result | null
    _setupOutputTexture?(): void
  }
}
interface SharedBuffer {
  _refs: number
  destroy(): void
}
/** The result of a kernel of gpu.js where results stay on the device. */
export interface Result {
  output: number[]
  delete(): void
  toArray(): Promised<Float32Array>
  renderValues(): Float32Array
  texture: WebGLTexture & { _refs: number }
  context: unknown
  constructor: new (settings: object) => Result
}

const arrayTypes = { webgpu: 'WebGPUBuffer', webgl2: 'ArrayTexture(1)', javascript: 'Array' } as const

/** The limit of loops that are bounded by an argument; gpu.js's own is 1000. Nothing has more elements. */
const loopMaxIterations = 2 ** 30

/** Settings of every kernel. */
const common = {
  dynamicOutput: true,
  dynamicArguments: true,
  immutable: true,
  precision: 'single',
  tactic: 'precision',
}

/** A device that gpu.js drives. */
export abstract class GpuJsDevice {
  abstract readonly api: Api
  compiled = 0
  private readonly kernels = new Map<KernelSource, { compiled: GpuJsKernel; size: number }>()

  constructor(private readonly gpu: GpuJs) {}

  /** Returns the compiled kernel, set to compute `size` numbers. */
  protected prepare(kernel: KernelSource, size: number): GpuJsKernel {
    const known = this.kernels.get(kernel)
    if (known) {
      if (known.size !== size) known.compiled.setOutput([size])
      known.size = size
      return known.compiled
    }
    const compiled = this.compile(kernel, size)
    this.kernels.set(kernel, { compiled, size })
    this.compiled++
    return compiled
  }

  private compile({ source, arrays, scalars }: KernelSource, size: number): GpuJsKernel {
    const argumentTypes = [
      ...new Array<string>(arrays).fill(arrayTypes[this.api]),
      ...new Array<string>(scalars).fill('Float'),
    ]
    const pipeline = this.api !== 'javascript'
    return this.gpu.createKernel(source, { ...common, pipeline, loopMaxIterations, argumentTypes, output: [size] })
  }
}

/** A kernel that needs no array: its result shows how gpu.js holds numbers. */
export const probe: KernelSource = { source: 'function (s0) { return s0; }', arrays: 0, scalars: 1 }

/** True if a renderer of this name imitates a GPU. */
export const isSoftwareName = (name: string): boolean =>
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name)

/** Makes the error for a device that was reset, or taken away from a page in the background. */
export function lost(what: string): BackendError {
  return new BackendError(
    `gpu: ${what} was lost, and with it what was computed there. Call await setBackend('gpu') again and load the weights from a checkpoint.`,
  )
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]
}
