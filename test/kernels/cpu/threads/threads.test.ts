/** Threads: the same bits for any number of them, and no trouble where there are none. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type {
  Convolution,
  DataBuffer,
  DType,
  MatmulEpilogue,
  MatmulSize,
  Shape,
  TypedArray,
} from '../../../../src/kernels/backend.js'

process.env.NABLA_THREADS = '3' // before the first import of what reads it
const { cpu } = await import('../../../../src/kernels/cpu/cpu.js')
const { newArray, ordinary, pointer, values } = await import('../../../../src/kernels/cpu/memory/memory.js')
const { instantiate } = await import('../../../../src/kernels/cpu/wasm/module.js')
const { exported, variables } = await import('../../../../src/kernels/cpu/wasm/code.js')
const { set, when } = await import('../../../../src/kernels/cpu/wasm/control.js')
const { i32 } = await import('../../../../src/kernels/cpu/wasm/instructions.js')
const { getThreads, setThreads, threadsFor } = await import('../../../../src/kernels/cpu/threads/pool.js')
const { join, publish, record } = await import('../../../../src/kernels/cpu/threads/tasks.js')
const { inRanges } = await import('../../../../src/kernels/cpu/threads/ranges.js')
const { thresholds } = await import('../../../../src/kernels/cpu/threads/thresholds.js')
const { parse } = await import('../../../../src/kernels/formula/parse.js')

const counts = [1, 2, 3]
const split = thresholds.split

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const random = seeded(11)
const below = (n: number) => Math.floor(random() * n)
const oneOf = <T>(list: readonly T[]) => list[below(list.length)]

function numbers(dtype: DType, size: number, scale = 4): DataBuffer {
  const array = newArray(dtype, size)
  for (let i = 0; i < size; i++) array[i] = (random() - 0.5) * scale
  return ordinary(array, dtype)
}

test.before('all workers are ready', async () => {
  setThreads(3)
  while (threadsFor(Number.MAX_VALUE) < 3) await new Promise((done) => setTimeout(done, 5))
  thresholds.split = Number.MIN_VALUE
  thresholds.caution = 0
})

/** What `run` gives on one, two and three threads. */
function onThreads(run: () => DataBuffer[]): TypedArray[][] {
  return counts.map((n) => {
    setThreads(n)
    return run().map(values)
  })
}

function sameBits(a: TypedArray, b: TypedArray): boolean {
  const bytes = (x: TypedArray) => Buffer.from(x.buffer, x.byteOffset, x.byteLength)
  return bytes(a).equals(bytes(b))
}

const differences = ([one, ...others]: TypedArray[][]) =>
  others.flatMap((other) => one.filter((result, i) => !sameBits(result, other[i])))

function randomProduct(): { dtype: DType; size: MatmulSize; epilogue: MatmulEpilogue } {
  const dtype = oneOf(['float32', 'float32', 'float64', 'int32'] as const)
  const [m, n, k, batch] = [1 + below(70), 1 + below(70), below(90), 1 + below(4)]
  const size = {
    m,
    n,
    k,
    batch,
    aStep: m * k,
    bStep: oneOf([0, k * n]),
    transposeA: below(2) > 0,
    transposeB: below(2) > 0,
  }
  return { dtype, size, epilogue: { bias: below(2) ? numbers(dtype, n, 20) : undefined, relu: below(2) > 0 } }
}

test.serial('products of random shapes are the same bits on one, two and three threads', (t) => {
  for (let i = 0; i < 150; i++) {
    const { dtype, size, epilogue } = randomProduct()
    const a = numbers(dtype, size.batch * size.m * size.k, 20)
    const b = numbers(dtype, size.batch * size.k * size.n, 20)
    const results = onThreads(() => [cpu.matmul(a, b, size, epilogue)])
    t.is(differences(results).length, 0, `${dtype} ${JSON.stringify(size)}`)
  }
})

test.serial('a product deeper and wider than a block is the same bits on one, two and three threads', (t) => {
  const size = { m: 31, n: 1100, k: 1030, batch: 1, aStep: 0, bStep: 0, transposeA: true, transposeB: false }
  const [a, b] = [numbers('float32', size.m * size.k), numbers('float32', size.k * size.n)]
  t.is(differences(onThreads(() => [cpu.matmul(a, b, size)])).length, 0)
})

test.serial('convolutions, pooling and their gradients are the same bits on one, two and three threads', (t) => {
  for (const [channels, filters, groups] of [
    [1, 16, 1],
    [5, 11, 1],
    [70, 3, 1],
    [6, 4, 2],
    [9, 9, 9],
  ]) {
    const base = { batch: 7, channels, filters, groups, input: [9, 8], output: [9, 4], window: [3, 2] } as const
    const size: Convolution = { ...base, strides: [1, 2], dilation: [1, 1], padding: [1, 0] }
    const [x, y] = [numbers('float32', 7 * 72 * channels), numbers('float32', 7 * 36 * filters)]
    const [kernel, bias] = [numbers('float32', (6 * channels * filters) / groups), numbers('float32', filters)]
    const g = numbers('float32', 7 * 36 * channels)
    const results = onThreads(() => [
      cpu.convolve(x, kernel, size, { bias, relu: true }),
      cpu.convolveInput(y, kernel, size),
      cpu.convolveKernel(x, y, size),
      cpu.maxPool(x, size),
      cpu.maxPoolGradient(g, x, size),
      cpu.averagePoolGradient(g, size),
    ])
    t.is(differences(results).length, 0, JSON.stringify(size))
  }
})

test.serial('products of matrices and vectors are the same bits on one, two and three threads', (t) => {
  for (const [m, n, transposeB] of [
    [50, 1, false],
    [1, 50, true],
  ] as const) {
    const size = { m, n, k: 333, batch: 2, aStep: m * 333, bStep: 333 * n, transposeA: false, transposeB }
    const [a, b] = [numbers('float32', 2 * m * 333), numbers('float32', 2 * 333 * n)]
    t.is(differences(onThreads(() => [cpu.matmul(a, b, size)])).length, 0)
  }
})

const floats = ['float32', 'float64'] as const

/** Every function, with arguments for which some take a way of their own. */
const program = parse('sin(a) * exp(b) + tan(a * b) / log(abs(b)) + erf(a) * tanh(b) - a ^ 3 * cos(b) + mod(a, b)')

/** Where float64 kernels call nothing but `Math`, workers can run them. */
const shareable = parse('sin(a) * exp(b) + log(abs(b))')

test.serial('elementwise maps of random shapes are the same bits on one, two and three threads', (t) => {
  const shapes: [Shape, Shape][] = [
    [[700], [700]],
    [[1], [333]],
    [[5, 67], [67]],
    [
      [31, 1],
      [31, 23],
    ],
    [
      [3, 1, 7],
      [1, 19, 7],
    ],
  ]
  for (let i = 0; i < 60; i++) {
    const [a, b] = oneOf(shapes).map((shape) => shape.map((n) => (n === 1 ? 1 : n + (i % 5))))
    const dtype = oneOf(floats)
    const [formula, scale] = [oneOf([program, shareable]), oneOf([2, 300, 1e7])]
    const operands = [a, b].map((shape) => ({ buffer: numbers(dtype, sizeOf(shape), scale), shape }))
    const out = broadcast(a, b)
    const results = onThreads(() => cpu.map(formula, operands, out, [dtype]))
    t.is(differences(results).length, 0, `${dtype} ${JSON.stringify([a, b])} ${scale}`)
  }
})

const sizeOf = (shape: Shape) => shape.reduce((product, n) => product * n, 1)

function broadcast(a: Shape, b: Shape): Shape {
  const axes = Math.max(a.length, b.length)
  return Array.from({ length: axes }, (_, i) => Math.max(a.at(i - axes) ?? 1, b.at(i - axes) ?? 1))
}

test.serial('updates in place are the same bits on one, two and three threads', (t) => {
  const update = cpu.compileUpdate(
    parse('m = 0.9 * m + 0.1 * g\nw = w - eta * m / (sqrt(abs(m)) + 1e-7)'),
    ['w', 'm', 'g'],
    ['eta'],
  )
  for (const dtype of floats)
    for (const size of [1, 63, 64, 65, 1000, 4097]) {
      const [w, g] = [numbers(dtype, size), numbers(dtype, size)]
      const results = onThreads(() => {
        const [weights, m] = [cpu.allocate(dtype, size), cpu.allocate(dtype, size)]
        cpu.write(weights, w)
        for (let i = 0; i < 3; i++) update([weights, m, g], [0.01])
        return [weights, m]
      })
      t.is(differences(results).length, 0, `${dtype} ${size}`)
    }
})

test.serial('reductions of rows are the same bits on one, two and three threads', (t) => {
  for (let i = 0; i < 60; i++) {
    const dtype = oneOf(['float32', 'float64', 'int32', 'bool'] as const)
    const kind = oneOf(['sum', 'mean', 'prod', 'max', 'any', 'sumSquares'] as const)
    const shape = [1 + below(50), 1 + below(300)]
    const x = numbers(dtype, sizeOf(shape))
    t.is(differences(onThreads(() => [cpu.reduce(kind, x, shape, [1])])).length, 0, `${kind} ${dtype} ${shape}`)
  }
})

test.serial('softmax and cross-entropy are the same bits on one, two and three threads', (t) => {
  for (let i = 0; i < 40; i++) {
    const dtype = oneOf(floats)
    const [rows, columns] = [1 + below(40), 1 + below(40)]
    const [x, g] = [numbers(dtype, rows * columns, 20), numbers(dtype, rows)]
    const labels = ordinary(
      Int32Array.from({ length: rows }, () => below(columns)),
      'int32',
    )
    const results = onThreads(() => [
      cpu.softmax('softmax', x, rows, columns),
      cpu.softmax('logSoftmax', x, rows, columns),
      cpu.crossEntropy(x, labels, rows, columns),
      cpu.crossEntropyGradient(g, x, labels, rows, columns),
    ])
    t.is(differences(results).length, 0, `${dtype} [${rows}, ${columns}]`)
  }
})

test.serial('a call of a kernel that fails in any thread is an error, and the next one works', (t) => {
  const { fail } = instantiate<{ fail: (address: number) => void }>({
    functions: [exported('fail', variables('at'), variables('x'), set('x', i32.load('at')))],
  })
  setThreads(3)
  for (let i = 0; i < 10; i++) {
    const error = t.throws(() => {
      for (let task = 0; task < 8; task++) {
        record(fail, [0xfffffff0])
        publish()
      }
      join()
    })
    t.regex(error.message, /threads: a kernel failed in a worker\. Call setThreads\(1\)|out of bounds/)
  }
  record(fail, [0])
  publish()
  t.notThrows(join)
})

test.serial('more calls than there is room for are done in order', (t) => {
  const { next } = instantiate<{ next: (address: number, value: number) => void }>({
    functions: [
      exported(
        'next',
        variables('at expected'),
        [],
        when(i32.eq(i32.load('at'), 'expected'), i32.store('at', i32.add('expected', 1))),
      ),
    ],
  })
  const counter = cpu.allocate('int32', 1)
  const address = pointer(counter)
  for (let i = 0; i < 50_000; i++) record(next, [address, i])
  publish()
  join()
  t.is(cpu.readAt(counter, 0), 50_000)
})

const increment = { functions: [exported('next', variables('at'), [], i32.store('at', i32.add(i32.load('at'), 1)))] }

test.serial('more tasks than there are slots for are done, each once', (t) => {
  const { next } = instantiate<{ next: (address: number) => void }>(increment)
  const counters = cpu.allocate('int32', 1000)
  const address = pointer(counters)
  for (let i = 0; i < 1000; i++) {
    record(next, [address + 4 * i])
    publish()
  }
  join()
  t.true(values(counters).every((count) => count === 1))
})

test.serial('work that cannot be cut to the end waits for what was published, and drops what was not', (t) => {
  const { next } = instantiate<{ next: (address: number) => void }>(increment)
  const counters = cpu.allocate('int32', 3)
  const address = pointer(counters)
  const error = t.throws(() =>
    inRanges(3, 1, 3, (from) => {
      record(next, [address + 4 * from])
      if (from === 2) throw new RangeError('no memory')
    }),
  )
  t.is(error.message, 'no memory')
  record(next, [address])
  publish()
  join()
  t.deepEqual([...values(counters)], [2, 1, 0])
})

test.serial('kernels that need JavaScript run on the calling thread, in their turn', (t) => {
  setThreads(3)
  const x = numbers('float64', 1000)
  const results = onThreads(() =>
    cpu.map(parse('erf(x) + sin(x)'), [{ buffer: x, shape: [1000] }], [1000], ['float64']),
  )
  t.is(differences(results).length, 0)
})

test.serial('small work is not split, and one thread is one thread', (t) => {
  thresholds.split = split
  setThreads(3)
  t.is(threadsFor(split - 1), 1)
  t.is(threadsFor(split), 2)
  t.is(threadsFor(2 * split), 3)
  t.is(getThreads(), 3)
  setThreads(1)
  t.is(threadsFor(Number.MAX_VALUE), 1)
  thresholds.split = Number.MIN_VALUE
})

test.serial('the back end says how many threads there are', (t) => {
  setThreads(2)
  t.regex(cpu.detail, /, 2 threads$/)
  setThreads(1)
  t.regex(cpu.detail, /, 1 thread$/)
})

test.serial('a number of threads that cannot be is an error', (t) => {
  for (const n of [0, -1, 1.5, Number.NaN, '2' as unknown as number])
    t.throws(() => setThreads(n), { message: /^setThreads: / })
})

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** What a process that runs this module prints and ends with. */
async function runNode(code: string, env: Record<string, string>): Promise<{ status: number; output: string }> {
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', code], {
    cwd: root,
    env: { ...process.env, ...env },
    timeout: 30_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [status] = await once(child, 'close')
  return { status, output: output.trim() }
}

const product = `
  import { randomNormal, setThreads, getThreads } from './src/index.ts'
  import { cpu } from './src/kernels/cpu/cpu.ts'
  import { threadsFor } from './src/kernels/cpu/threads/pool.ts'
  const x = randomNormal([300, 300], { seed: 1 })
  const product = () => x.matmul(x).sum().item()`

test('a process that used threads ends by itself', async (t) => {
  const { status, output } = await runNode(
    `${product}
    setThreads(2)
    while (threadsFor(1e9) < 2) await new Promise((done) => setTimeout(done, 5))
    product()
    console.log(getThreads(), cpu.detail)`,
    { NABLA_THREADS: '2' },
  )
  t.regex(output, /^2 WebAssembly SIMD, .*2 threads$/)
  t.is(status, 0)
})

test('a process ends while its workers are starting', async (t) => {
  const { status, output } = await runNode(`${product}\nsetThreads(4)\nconsole.log(Number.isFinite(product()))`, {
    NABLA_THREADS: '2',
  })
  t.is(output, 'true')
  t.is(status, 0)
})

test('without workers there is one thread, and nothing else changes', async (t) => {
  const { status, output } = await runNode(
    `process.getBuiltinModule = undefined
    await import('./src/index.ts')
    ${product.replaceAll(/import (.*) from (.*)/g, 'const $1 = await import($2)')}
    setThreads(4)
    console.log(getThreads(), Number.isFinite(product()), cpu.detail)`,
    { NABLA_THREADS: '2' },
  )
  t.regex(output, /^1 true WebAssembly SIMD, .*1 thread \(no workers\)$/)
  t.is(status, 0)
})

test('with NABLA_THREADS=1 there is one thread, which says why, and setThreads changes nothing', async (t) => {
  const { status, output } = await runNode(`${product}\nsetThreads(2)\nconsole.log(getThreads(), cpu.detail)`, {
    NABLA_THREADS: '1',
  })
  t.regex(output, /^1 WebAssembly SIMD, .*1 thread \(NABLA_THREADS is 1\)$/)
  t.is(status, 0)
})

test('a memory that is full says how large it may be in this engine', async (t) => {
  const { output } = await runNode(
    `const { Memory } = WebAssembly
    WebAssembly.Memory = function (limits) {
      if (limits.maximum > 1 << 14) throw new RangeError('no room')
      return new Memory(limits)
    }
    const { pointer, resident } = await import('./src/kernels/cpu/memory/memory.ts')
    try { pointer(resident('bool', 2 ** 30)) } catch (error) { console.log(error.message) }`,
    { NABLA_THREADS: '2' },
  )
  t.true(output.startsWith("memory: 1073741824 bytes more do not fit into WebAssembly's 1 GiB. One operation "), output)
})
