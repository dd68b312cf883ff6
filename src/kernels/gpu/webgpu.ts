/**
 * The GPU through WebGPU. Launches and reading are promises.
 */

import { BackendError } from './cpu-services.js'
import {
  type Device,
  firstLine,
  GpuJsDevice,
  type GpuJsKernel,
  type Handle,
  isSoftwareName,
  type KernelSource,
  probe,
  type Result,
} from './device.js'

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

/** WebGPU. */
export class WebGpuDevice extends GpuJsDevice implements Device {
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
    const compiled = this.prepare(source, size)
    const result = (await compiled(...arrays, ...scalars)) as Handle
    letGo(compiled)
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

/** Takes the result away from the kernel, so that it is the caller's alone. */
function letGo({ kernel }: GpuJsKernel): void {
  if (!kernel.outputBuffer) return
  kernel.outputBuffer._refs--
  kernel.outputBuffer = null
  kernel.bindGroupDirty = true
}

/** Makes sure that there is `navigator.gpu`; in Node it comes from the package `webgpu`, if its library loads. */
export async function provideWebGpu(): Promise<void> {
  const scope = globalThis as { navigator?: { gpu?: unknown }; process?: { versions?: { node?: string } } }
  const gpu = scope.navigator?.gpu as { requestAdapter?(): Promise<unknown> } | undefined
  if (gpu) return requireAdapter(gpu)
  if (!scope.process?.versions?.node)
    throw new BackendError('WebGPU: not available in this browser. Use a newer browser.')
  try {
    // A variable and two comments keep bundlers from looking for a package that may be missing
    const name = 'webgpu'
    const { create, globals } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as {
      create?(flags: string[]): unknown
      globals: object
    }
    if (!create) throw new BackendError('WebGPU: the package webgpu is not installed. Run npm install webgpu.')
    Object.assign(globalThis, globals)
    if (!scope.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
    Object.defineProperty(scope.navigator, 'gpu', { value: create([]), configurable: true })
  } catch (error) {
    if (error instanceof BackendError) throw error
    throw new BackendError(`WebGPU: the package webgpu does not load (${firstLine(error)}). Use a browser.`)
  }
}

/** Checks for a GPU: browsers that have WebGPU may still find none that they would use for it. */
async function requireAdapter(gpu: { requestAdapter?(): Promise<unknown> }): Promise<void> {
  if (await gpu.requestAdapter?.()) return
  throw new BackendError('WebGPU: this browser finds no GPU. Turn on graphics acceleration in its settings.')
}
