/**
 * No GPU at all: gpu.js runs the kernels as JavaScript. For tests in Node.
 */
import { type Device, GpuJsDevice, type Handle, type KernelSource } from './device.js'

/** gpu.js's imitation of a GPU. */
export class JavaScriptDevice extends GpuJsDevice implements Device {
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
