/**
 * The GPU through WebGL2: numbers are texels, kernels are fragment shaders that render a texture.
 */

import { BackendError } from './cpu-services.js'
import {
  type Device,
  GpuJsDevice,
  type GpuJsKernel,
  type Handle,
  isSoftwareName,
  type KernelSource,
  lost,
  probe,
  type Result,
} from './device.js'

/** WebGL2. */
export class WebGl2Device extends GpuJsDevice implements Device {
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
    const compiled = this.prepare(kernel, size)
    renew(compiled)
    return compiled(...arrays, ...scalars) as Handle
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

  /** Throws if the context was lost: it would compute nothing, silently. */
  private checkAlive(): void {
    if (this.isLost) throw lost('the WebGL context')
  }

  /** Reads the numbers: the first of the four channels that texels have when they are read. */
  read(handle: Handle, size: number): Float32Array {
    this.checkAlive()
    const texels = (handle as Result).renderValues()
    return Float32Array.from({ length: size }, (_, i) => texels[4 * i])
  }

  free(handle: Handle): void {
    ;(handle as Result).delete()
  }
}

/**
 * Gives the kernel a new texture to write to, unless nobody else uses the one that it has. gpu.js does this itself, except when the
 * last result is now an argument: it then takes an older texture, whose size may differ.
 */
function renew({ kernel }: GpuJsKernel): void {
  const { texture } = kernel
  if (!texture || texture.texture._refs === 1) return
  texture.delete()
  kernel.texture = null
  kernel._setupOutputTexture?.()
}

/**
 * Checks for WebGL2.
 * @throws BackendError if it is missing, or cannot render float32
 */
export function requireWebGl2(): void {
  const canvas =
    typeof OffscreenCanvas !== 'undefined'
      ? new OffscreenCanvas(1, 1)
      : typeof document !== 'undefined'
        ? document.createElement('canvas')
        : null
  const gl = canvas?.getContext('webgl2') as WebGL2RenderingContext | null | undefined
  if (!gl) throw new BackendError('WebGL2: not available in this environment. Use a browser that supports it.')
  if (!gl.getExtension('EXT_color_buffer_float'))
    throw new BackendError('WebGL2: float32 numbers cannot be rendered. Use another browser or device.')
}

function tooLarge(size: number, limit: number): BackendError {
  return new BackendError(
    `gpu: ${size} numbers do not fit into a texture of ${limit} × ${limit}. Split the tensor, or await setBackend('cpu').`,
  )
}
