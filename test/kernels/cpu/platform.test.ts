/**
 * What the built package says on platforms without WebAssembly, without SIMD, or with permissions: a Node process with a part taken away.
 */
import { spawnSync } from 'node:child_process'
import test from 'ava'
import { root } from '../../source.js'

/** Runs a script that first changes the globals, then uses tensors; returns what it printed. */
function runWith(change: string, { env = {}, use = 'tensor([1, 2]).square().toArray()' } = {}): string {
  const script = `${change}
    const { tensor, getBackend } = await import('./dist/index.js')
    try { console.log(JSON.stringify(${use})) } catch (error) { console.log(error.name + ': ' + error.message) }`
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } } as const
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options)
  return stdout.trim() || stderr
}

/** What engines do where a policy forbids compiling; their message recommends more rights than nabla needs. */
const forbidden = `WebAssembly.Module = class { constructor() { throw new Error("add 'unsafe-eval'") } }`

test('without WebAssembly nabla can be imported, and the first operation explains', (t) => {
  const text = runWith('delete globalThis.WebAssembly')
  t.is(
    text,
    'BackendError: cpu: WebAssembly is not available here, and kernels need it. Use a current browser, or Node without --jitless.',
  )
})

test('an engine without SIMD is named', (t) => {
  const text = runWith(`WebAssembly.validate = () => false; ${forbidden}`)
  t.regex(text, /^BackendError: cpu: this engine has no WebAssembly SIMD\./)
})

test('a policy that forbids WebAssembly is named with the narrowest right that nabla needs', (t) => {
  const text = runWith(forbidden)
  t.regex(text, /^BackendError: cpu: compiling WebAssembly is forbidden here\..*'wasm-unsafe-eval'/)
  t.notRegex(text, /'unsafe-eval'/)
})

/** A process that is Deno to nabla. */
const deno = (state: string) => `globalThis.Deno = { permissions: { querySync: () => ({ state: '${state}' }) } }`

test('in Deno the environment is read only where that has been permitted', (t) => {
  const threads = (state: string, use: string) => runWith(deno(state), { env: { NABLA_THREADS: '1' }, use })
  t.regex(threads('granted', 'getBackend().detail'), /NABLA_THREADS is 1/)
  for (const state of ['prompt', 'denied']) t.notRegex(threads(state, 'getBackend().detail'), /NABLA_THREADS/)
})
