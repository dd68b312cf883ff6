/**
 * gpu.js behind a small typed interface: open a device, launch kernels on it, move numbers. The only file that knows gpu.js; it is
 * loaded when a GPU is asked for.
 *
 * What is worked around here: gpu.js never says when it falls back, so the mode is always explicit; a kernel's own last output
 * would stay alive until its next run, or be taken for a result of another size, so it is let go; numbers are uploaded into buffers and textures made here, because gpu.js
 * would compile a kernel for each size.
 */
import { BackendError } from '../../errors.js'

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

// The parts of gpu.js that are used; its own typings lack most of them.
interface GpuJs {
  createKernel(source: string, settings: Record<string, unknown>): RunKernel
  addFunction(source: string, settings: Record<string, unknown>): void
}
interface RunKernel {
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
interface Result {
  output: number[]
  delete(): void
  toArray(): Promised<Float32Array>
  renderValues(): Float32Array
  texture: WebGLTexture & { _refs: number }
  context: unknown
  constructor: new (settings: object) => Result
}
type GpuJsClass = new (settings: { mode: string }) => GpuJs

const modes = { webgpu: 'webgpu', webgl2: 'webgl2', javascript: 'cpu' } as const
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

/**
 * Opens a device.
 * @param functions helper functions that kernels call: numbers in, a number out
 * @throws BackendError when there is none
 */
export async function open(api: Api, functions: readonly string[]): Promise<Device> {
  if (api === 'webgpu') await provideWebGpu()
  if (api === 'webgl2') requireWebGl2()
  const GPU = await load()
  const gpu = new GPU({ mode: modes[api] })
  for (const source of functions) {
    const argumentTypes = parameters(source).map(() => 'Number')
    gpu.addFunction(source, { argumentTypes, returnType: 'Number' })
  }
  if (api === 'javascript') return new JavaScriptDevice(gpu)
  const device = api === 'webgpu' ? new WebGpuDevice(gpu) : new WebGl2Device(gpu)
  await device.start()
  return device
}

async function load(): Promise<GpuJsClass> {
  // @ts-expect-error: this file of gpu.js, which has all but the packages for Node, has no declarations
  const module = (await import('gpu.js/dist/gpu-browser.min.js')) as unknown as {
    default: { GPU?: GpuJsClass } & GpuJsClass
    GPU?: GpuJsClass
  }
  return module.GPU ?? module.default.GPU ?? module.default
}

const parameters = (source: string): string[] => (/\(([^)]*)\)/.exec(source)?.[1] ?? '').split(',')

abstract class GpuJsDevice {
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
const probe: KernelSource = { source: 'function (s0) { return s0; }', arrays: 0, scalars: 1 }

interface WebGpuContext {
  readonly device: GpuDevice
  readonly isLost: boolean
  readonly adapter: { readonly info?: { vendor: string; architecture: string; isFallbackAdapter?: boolean } }
}
interface GpuDevice {
  createBuffer(settings: object): { getMappedRange(): ArrayBuffer; unmap(): void }
}

/** Storage that kernels read, and that is copied from. */
const storageUsage = 0x80 | 0x04

class WebGpuDevice extends GpuJsDevice implements Device {
  readonly api = 'webgpu'
  readonly isAsync = true
  private sample!: Result

  async start(): Promise<void> {
    this.sample = (await this.launch(probe, 1, [], [0])) as Result
  }

  get isLost(): boolean {
    return this.context.isLost
  }

  get isSoftware(): boolean {
    const info = this.context.adapter.info
    return info?.isFallbackAdapter === true || isSoftwareName(info?.architecture ?? '')
  }

  get detail(): string {
    const { vendor, architecture } = this.context.adapter.info ?? { vendor: '', architecture: '' }
    return `WebGPU (${[vendor, architecture].filter(Boolean).join(' ') || 'unknown hardware'})`
  }

  private get context(): WebGpuContext {
    return this.sample.context as WebGpuContext
  }

  async launch(
    source: KernelSource,
    size: number,
    arrays: readonly Handle[],
    scalars: readonly number[],
  ): Promise<Handle> {
    const run = this.prepare(source, size)
    const result = (await run(...arrays, ...scalars)) as Handle
    letGo(run)
    return result
  }

  upload(values: Float32Array): Handle {
    const buffer = this.context.device.createBuffer({
      size: values.byteLength,
      usage: storageUsage,
      mappedAtCreation: true,
    })
    new Float32Array(buffer.getMappedRange()).set(values)
    buffer.unmap()
    return new this.sample.constructor({ ...this.sample, buffer, output: [values.length] })
  }

  read(handle: Handle): Promise<Float32Array> {
    return (handle as Result).toArray() as Promise<Float32Array>
  }

  free(handle: Handle): void {
    ;(handle as Result).delete()
  }
}

/** The kernel forgets its result, which is then the caller's alone. */
function letGo({ kernel }: RunKernel): void {
  if (!kernel.outputBuffer) return
  kernel.outputBuffer._refs--
  kernel.outputBuffer = null
  kernel.bindGroupDirty = true
}

/**
 * Gives the kernel a texture of its own to write to, unless it has one. gpu.js would do so, too, except when the last result is now
 * an argument: it then takes an older texture, whose size may be another.
 */
function renew({ kernel }: RunKernel): void {
  const { texture } = kernel
  if (!texture || texture.texture._refs === 1) return
  texture.delete()
  kernel.texture = null
  kernel._setupOutputTexture?.()
}

class WebGl2Device extends GpuJsDevice implements Device {
  readonly api = 'webgl2'
  readonly isAsync = false
  private sample!: Result

  async start(): Promise<void> {
    this.sample = this.launch(probe, 1, [], [0]) as Result
  }

  get isLost(): boolean {
    return this.gl.isContextLost()
  }

  get isSoftware(): boolean {
    return isSoftwareName(this.renderer)
  }

  get detail(): string {
    return `WebGL2 (${this.renderer})`
  }

  private get renderer(): string {
    const { gl } = this
    const extension = gl.getExtension('WEBGL_debug_renderer_info')
    return String(gl.getParameter(extension ? extension.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  }

  private get gl(): WebGL2RenderingContext {
    return this.sample.context as WebGL2RenderingContext
  }

  launch(kernel: KernelSource, size: number, arrays: readonly Handle[], scalars: readonly number[]): Handle {
    if (this.sample) this.checkAlive()
    const run = this.prepare(kernel, size)
    renew(run)
    return run(...arrays, ...scalars) as Handle
  }

  upload(values: Float32Array): Handle {
    this.checkAlive()
    const { gl, sample } = this
    const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number
    const width = Math.ceil(Math.sqrt(values.length))
    const height = Math.ceil(values.length / width)
    if (width > limit) throw tooLarge(values.length, limit)
    const texture = gl.createTexture()
    // The last texture unit, as gpu.js does it for its own textures
    gl.activeTexture(gl.TEXTURE15)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    const texels = values.length === width * height ? values : new Float32Array(width * height)
    if (texels !== values) texels.set(values)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, height, 0, gl.RED, gl.FLOAT, texels)
    const size = [width, height]
    const output = [values.length]
    return new sample.constructor({ ...sample, texture, size, dimensions: [values.length, 1, 1], output })
  }

  /** A lost context computes nothing, and says nothing. */
  private checkAlive(): void {
    if (this.isLost) throw lost('the WebGL context')
  }

  /** Texels have four channels when they are read; the first is the number. */
  read(handle: Handle, size: number): Float32Array {
    this.checkAlive()
    const texels = (handle as Result).renderValues()
    return Float32Array.from({ length: size }, (_, i) => texels[4 * i])
  }

  free(handle: Handle): void {
    ;(handle as Result).delete()
  }
}

class JavaScriptDevice extends GpuJsDevice implements Device {
  readonly api = 'javascript'
  readonly isAsync = false
  readonly isSoftware = true
  readonly isLost = false
  readonly detail = "gpu.js's JavaScript mode"

  launch(kernel: KernelSource, size: number, arrays: readonly Handle[], scalars: readonly number[]): Handle {
    return Float32Array.from(this.prepare(kernel, size)(...arrays, ...scalars) as Float32Array)
  }

  upload(values: Float32Array): Handle {
    return values
  }

  read(handle: Handle): Float32Array {
    return (handle as Float32Array).slice()
  }

  free(): void {}
}

const isSoftwareName = (name: string): boolean => /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name)

/** In Node, `navigator.gpu` comes from the package `webgpu`, if it is there and its library loads. */
async function provideWebGpu(): Promise<void> {
  const scope = globalThis as { navigator?: { gpu?: unknown }; process?: { versions?: { node?: string } } }
  if (scope.navigator?.gpu) return
  if (!scope.process?.versions?.node) throw new BackendError('WebGPU: there is none. Use a newer browser.')
  try {
    const name = 'webgpu'
    const { create, globals } = (await import(name)) as { create?(flags: string[]): unknown; globals: object }
    if (!create) throw new BackendError('WebGPU: the package webgpu is not installed. Run npm install webgpu.')
    Object.assign(globalThis, globals)
    if (!scope.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
    Object.defineProperty(scope.navigator, 'gpu', { value: create([]), configurable: true })
  } catch (error) {
    if (error instanceof BackendError) throw error
    throw new BackendError(`WebGPU: the package webgpu does not load (${firstLine(error)}). Use a browser.`)
  }
}

function requireWebGl2(): void {
  const canvas =
    typeof OffscreenCanvas !== 'undefined'
      ? new OffscreenCanvas(1, 1)
      : typeof document !== 'undefined'
        ? document.createElement('canvas')
        : null
  const gl = canvas?.getContext('webgl2') as WebGL2RenderingContext | null | undefined
  if (!gl) throw new BackendError('WebGL2: there is none. Use a browser that has it.')
  if (!gl.getExtension('EXT_color_buffer_float'))
    throw new BackendError('WebGL2: it cannot render float32 numbers. Use another browser or device.')
}

/** The error of a device that was reset, or taken away from a page that stayed in the background. */
export function lost(what: string): BackendError {
  return new BackendError(
    `gpu: ${what} was lost, and with it what was computed there. Call await setBackend('gpu') again and load the weights from a checkpoint.`,
  )
}

function tooLarge(size: number, limit: number): BackendError {
  return new BackendError(
    `gpu: ${size} numbers do not fit into a texture of ${limit} × ${limit}. Split the tensor, or await setBackend('cpu').`,
  )
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]
}
