/**
 * What a device is, and what the devices of gpu.js share: kernels are compiled once, and then found again.
 */
import { BackendError } from './cpu-services.js'

/** What computes: two interfaces to the GPU, and gpu.js's own imitation of one in JavaScript. */
export type Api = 'webgpu' | 'webgl2' | 'javascript'

/** A kernel: `function (a0, …, s0, …) { … }` over flat float32 arrays and then numbers, one call per element of the result. */
export interface KernelSource {
  readonly source: string
  readonly arrays: number
  readonly scalars: number
}

/** A block of float32 numbers on the device; opaque. */
export type Handle = object

/** A device that runs kernels. */
export interface Device {
  readonly api: Api
  /** For people: the interface and the hardware. */
  readonly detail: string
  /** Whether it only imitates a GPU. */
  readonly isSoftware: boolean
  /** Whether `launch` and `read` give promises. Launches must then be awaited one after the other. */
  readonly isAsync: boolean
  /** Whether it was reset or taken away. */
  readonly isLost: boolean
  /** How many kernels were compiled so far. */
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
  createKernel(source: string, settings: Record<string, unknown>): RunKernel
  addFunction(source: string, settings: Record<string, unknown>): void
  injectNative(source: string): void
}
/** A kernel of gpu.js. */
export interface RunKernel {
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
/** What a kernel of gpu.js gives where results stay on the device. */
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

/** Loops bounded by an argument end here; gpu.js's own limit is 1000. Nothing has more elements. */
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
  private readonly kernels = new Map<KernelSource, { run: RunKernel; size: number }>()

  constructor(private readonly gpu: GpuJs) {}

  /** The compiled kernel, set to give `size` numbers. */
  protected prepare(kernel: KernelSource, size: number): RunKernel {
    const known = this.kernels.get(kernel)
    if (known) {
      if (known.size !== size) known.run.setOutput([size])
      known.size = size
      return known.run
    }
    const run = this.compile(kernel, size)
    this.kernels.set(kernel, { run, size })
    this.compiled++
    return run
  }

  private compile({ source, arrays, scalars }: KernelSource, size: number): RunKernel {
    const argumentTypes = [
      ...new Array<string>(arrays).fill(arrayTypes[this.api]),
      ...new Array<string>(scalars).fill('Float'),
    ]
    const pipeline = this.api !== 'javascript'
    return this.gpu.createKernel(source, { ...common, pipeline, loopMaxIterations, argumentTypes, output: [size] })
  }
}

/** One kernel that needs no array: its result shows how gpu.js holds numbers. */
export const probe: KernelSource = { source: 'function (s0) { return s0; }', arrays: 0, scalars: 1 }

/** Whether a renderer of this name imitates a GPU. */
export const isSoftwareName = (name: string): boolean =>
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name)

/** The error of a device that was reset, or taken away from a page that stayed in the background. */
export function lost(what: string): BackendError {
  return new BackendError(
    `gpu: ${what} was lost, and with it what was computed there. Call await setBackend('gpu') again and load the weights from a checkpoint.`,
  )
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]
}
