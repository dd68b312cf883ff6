/**
 * Checks of what happens when the browser takes the GPU away. They need a browser: the device is caught when a tensor is moved to it.
 */
import { setBackend, tensor, variable } from '../../src/index.js'
import { near, throws } from './assert.js'
import type { Checks } from './suite.js'
import { type Prototype, watch } from './watch.js'

interface Losable {
  destroy?(): void
  getExtension?(name: string): { loseContext(): void } | null
}

/** How to lose the device that is in use. */
async function findDevice(api: 'webgpu' | 'webgl2'): Promise<() => Promise<void>> {
  const found = new Set<Losable | null>()
  const scope = globalThis as unknown as Record<string, { prototype: Prototype } | undefined>
  const watched = [
    [scope.GPUDevice?.prototype, 'createBuffer'],
    [scope.WebGL2RenderingContext?.prototype, 'texImage2D'],
  ] as const
  const undo = watched.map(([prototype, method]) => watch(prototype, method, (x) => found.add(x as Losable)))
  await tensor([1]).add(1).data()
  for (const restore of undo) restore()
  return async () => {
    for (const device of found) {
      if (api === 'webgpu') device?.destroy?.()
      else device?.getExtension?.('WEBGL_lose_context')?.loseContext()
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const checks: Checks = {
  'a lost GPU: a clear error, the CPU copies stay, and it can be opened again': async (api) => {
    if (api === 'javascript') return
    const lose = await findDevice(api)
    const w = variable([1, 2, 3])
    const y = w.mul(2)
    await near(y, [2, 4, 6], 0)
    const z = y.add(1)
    await lose()
    await throws(() => z.mul(3).data(), /was lost.*setBackend/)
    await near(y, [2, 4, 6], 0)
    await setBackend('gpu', { allowSoftware: true, api })
    await near(w.mul(y), [2, 8, 18], 0)
    await near(tensor([1]).add(1), [2], 0)
  },
}
