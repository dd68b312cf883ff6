/**
 * Opens gpu.js, which is loaded when a GPU is asked for. This is the only file that imports it; `webgpu.ts`, `webgl2.ts` and
 * `javascript.ts` hide it from the others.
 *
 * They work around three of its habits. It falls back to the CPU silently, so the mode is always explicit. A kernel keeps its last
 * output until its next run, or uses it for a result of another size, so the output is taken away from it. It compiles a kernel for
 * each size of array that it uploads, so numbers are uploaded into buffers and textures made here.
 */
import type { Api, Device, GpuJs } from './device.js'
import { JavaScriptDevice } from './javascript.js'
import { requireWebGl2, WebGl2Device } from './webgl2.js'
import { provideWebGpu, WebGpuDevice } from './webgpu.js'

type GpuJsClass = new (settings: { mode: string }) => GpuJs

const modes = { webgpu: 'webgpu', webgl2: 'webgl2', javascript: 'cpu' } as const

/**
 * Opens a device.
 * @param functions helper functions that kernels call: numbers in, a number out
 * @throws BackendError if there is none
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
  if (api === 'webgl2') gpu.injectNative(functions.map(declaration).join(' '))
  if (api === 'javascript') return new JavaScriptDevice(gpu)
  const device = api === 'webgpu' ? new WebGpuDevice(gpu) : new WebGl2Device(gpu)
  await device.start()
  return device
}

async function load(): Promise<GpuJsClass> {
  // @ts-expect-error: this file of gpu.js, which leaves out the packages for Node, has no declarations
  const module = (await import('gpu.js/dist/gpu-browser.min.js')) as unknown as {
    default: { GPU?: GpuJsClass } & GpuJsClass
    GPU?: GpuJsClass
  }
  return module.GPU ?? module.default.GPU ?? module.default
}

const parameters = (source: string): string[] => (/\(([^)]*)\)/.exec(source)?.[1] ?? '').split(',')

/** GLSL wants functions declared before they are called, and gpu.js sorts them wrongly where one is called from two others. */
const declaration = (source: string): string =>
  `float ${/\w+(?=\()/.exec(source)?.[0]}(${parameters(source)
    .map(() => 'float')
    .join()});`
