/**
 * What threads need of the platform: how many cores there are, whether memory can be shared, how a worker is started. In Node
 * that is `worker_threads`, in browsers Web Workers, where the page is cross-origin isolated.
 */

/** The parts of Node that are used, where this is Node. */
interface Node {
  readonly env: Record<string, string | undefined>
  getBuiltinModule?(name: string): unknown
}

/** The part of Deno that is used. */
interface Deno {
  readonly permissions: { querySync(request: object): { state: string } }
}

interface NodeWorker {
  on(event: 'error', listener: () => void): void
  unref(): void
}

interface WorkerThreads {
  Worker: new (code: string, options: object) => NodeWorker
}

const node = (globalThis as { process?: Node }).process

/** The module of Node, or undefined elsewhere. */
const builtin = <T>(name: string) => node?.getBuiltinModule?.(name) as T | undefined

/** The number of threads in the environment variable NABLA_THREADS, or else the number of processors. */
export function defaultThreads(): number {
  return askedThreads() ?? cores()
}

/** The number of threads in the environment variable, if it is set. */
export function askedThreads(): number | undefined {
  const asked = Math.floor(Number(mayReadEnvironment() ? node?.env?.NABLA_THREADS : undefined))
  return asked >= 1 ? asked : undefined
}

/** Deno would interrupt the import to ask for permission, so there the variable counts only where that was given before. */
function mayReadEnvironment(): boolean {
  const { Deno } = globalThis as { Deno?: Deno }
  return !Deno || Deno.permissions.querySync({ name: 'env', variable: 'NABLA_THREADS' }).state === 'granted'
}

function cores(): number {
  const os = builtin<{ availableParallelism(): number }>('node:os')
  return os ? os.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1)
}

/** Why threads cannot run here, or undefined where they can. */
export function obstacle(): string | undefined {
  if (askedThreads() === 1) return 'NABLA_THREADS is 1'
  if (defaultThreads() === 1) return 'one core'
  if (typeof SharedArrayBuffer === 'undefined') return 'no SharedArrayBuffer'
  // Node has worker_threads; loading it takes 2 ms, which are not everybody's.
  if (node?.getBuiltinModule) return undefined
  if (typeof Worker === 'undefined' || typeof Blob === 'undefined') return 'no workers'
  return globalThis.crossOriginIsolated ? undefined : 'the page is not cross-origin isolated'
}

/** Starts a worker that runs the code with the data, and does not keep the process alive. */
export function startWorker(code: string, data: object, failed: () => void): void {
  const threads = builtin<WorkerThreads>('node:worker_threads')
  if (threads) startInNode(threads, code, data, failed)
  else startInBrowser(code, data, failed)
}

function startInNode({ Worker }: WorkerThreads, code: string, data: object, failed: () => void): void {
  const worker = new Worker(code, { eval: true, workerData: data, execArgv: [] })
  worker.on('error', failed)
  worker.unref()
}

function startInBrowser(code: string, data: object, failed: () => void): void {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'nabla' })
  worker.onerror = failed
  worker.postMessage(data)
}

/** True if this thread may sleep until it is woken; the main thread of a page may not. */
export function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)
    return true
  } catch {
    return false
  }
}
