/**
 * What a GPU back end must do, as checks without a test runner: they run in Node (gpu.js's JavaScript mode) and in a browser
 * (WebGPU, WebGL2). A check throws when something is wrong. float64 is always computed on the CPU, which makes it the oracle.
 */
import { BackendError, getBackend, memory, setBackend, type Tensor, tensor } from '../../src/index.js'
import type { Api } from '../../src/kernels/gpu/device.js'
import { type ElementwiseRow, elementwise } from '../../src/tensor/operation.js'
import { ops } from '../../src/tensor/operations/ops.js'
import { singularValueRows } from '../../src/tensor/operations/singular-value-rows.js'
import type { Json } from '../optim/golden-program.js'
import { cases, domains, draw, type Formulas, patterns } from '../tensor/operations/op-cases.js'
import { checks as domainChecks } from './domain-checks.js'
import { checks as familyChecks } from './family-checks.js'
import { checks as lossChecks } from './loss-checks.js'
import { checks as memoryChecks } from './memory-checks.js'
import { checks as numberChecks } from './number-checks.js'
import { checks as trainingChecks } from './training-checks.js'

/** What the checks read: files that a browser cannot open. */
export interface Data {
  /** `test/golden/keras-optimizers.json`. */
  readonly golden: Json
  /** Handwritten digits, flattened, and what they are. */
  readonly digits: { x: number[][]; y: number[] }
}

/** A check with a sentence as its name. */
export type Check = (api: Api, data: Data) => Promise<void>
export type Checks = Readonly<Record<string, Check>>

/** What became of a check. */
export interface Outcome {
  readonly name: string
  /** The first lines of the error, or null. */
  readonly error: string | null
  readonly milliseconds: number
}

/** A row of the table of operations: the largest errors against float64, relative to numbers above 1. */
export interface RowOutcome {
  readonly name: string
  readonly forward: number
  readonly backward: number | null
  /** Why it does not run, or null. */
  readonly error: string | null
}

const allChecks = {
  ...numberChecks,
  ...domainChecks,
  ...memoryChecks,
  ...trainingChecks,
  ...familyChecks,
  ...lossChecks,
}

/** Runs all checks on one interface. */
export async function runChecks(api: Api, data: Data): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [name, check] of Object.entries(allChecks)) {
    const start = performance.now()
    let error: string | null = null
    try {
      await setBackend('gpu', { allowSoftware: true, api })
      await check(api, data)
    } catch (e) {
      error = String((e as Error)?.stack ?? e)
    }
    outcomes.push({ name, error, milliseconds: performance.now() - start })
  }
  await setBackend('cpu')
  return outcomes
}

/** Walks the table of operations on one interface; unless told otherwise with a few ways of broadcasting only. */
export async function walkTable(
  api: Api,
  everyPattern: boolean,
): Promise<{ detail: string; kernels: number; rows: RowOutcome[] }> {
  await setBackend('gpu', { allowSoftware: true, api })
  const rows: RowOutcome[] = []
  for (const [name, { inputs, smooth = true }] of Object.entries(domains)) {
    const row: ElementwiseRow = ops[name as Formulas]
    const used = patterns[inputs.length - 1].filter((_, p) => everyPattern || few[inputs.length - 1].includes(p))
    rows.push(
      await outcome(
        name,
        used.map((shapes, p) => ({
          f: (...xs: Tensor[]) => elementwise(row, xs),
          inputs: inputs.map((range, i) => draw(shapes[i], range, 10 * p + i)),
        })),
        smooth,
      ),
    )
  }
  for (const [name, list] of Object.entries(cases)) {
    const mustRead = api === 'webgpu' && name in singularValueRows
    rows.push(mustRead ? refusal(name, list) : await outcome(name, list, true))
  }
  const { detail } = getBackend()
  const { kernels } = memory()
  await setBackend('cpu')
  return { detail, kernels, rows }
}

/** Equal shapes, and both inputs broadcast. */
const few = [[2], [0, 3], [1], [0]]

interface Use {
  readonly f: (...xs: Tensor[]) => Tensor
  readonly inputs: readonly Tensor[]
}

async function outcome(name: string, uses: readonly Use[], smooth: boolean): Promise<RowOutcome> {
  let forward = 0
  let backward = 0
  try {
    for (const { f, inputs } of uses) {
      const singles = inputs.map((x) => x.cast('float32'))
      const doubles = singles.map((x) => x.cast('float64'))
      forward = Math.max(forward, await difference(f(...singles), f(...doubles)))
      if (!smooth) continue
      const [got, want] = [gradients(f, singles), gradients(f, doubles)]
      for (let i = 0; i < got.length; i++) backward = Math.max(backward, await difference(got[i], want[i]))
    }
    return { name, forward, backward: smooth ? backward : null, error: null }
  } catch (error) {
    return { name, forward, backward: null, error: String((error as Error)?.message ?? error) }
  }
}

/** Operations that need the numbers themselves say so where those cannot be read at once. */
function refusal(name: string, uses: readonly Use[]): RowOutcome {
  const wrong = uses.filter(({ f, inputs }) => {
    try {
      f(...inputs.map((x) => x.cast('float32').add(1)))
      return true
    } catch (error) {
      return !(error instanceof BackendError && /await/.test(error.message))
    }
  })
  const error = wrong.length > 0 ? 'does not ask to await the numbers' : null
  return { name, forward: 0, backward: null, error }
}

/** The gradients of the sum of f's numbers, each with a weight of its own. */
function gradients(f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[]): Tensor[] {
  const leaves = xs.map((x) => tensor(x.dataSync(), { shape: x.shape, dtype: x.dtype, requiresGrad: true }))
  const y = f(...leaves)
  const weights = Float32Array.from({ length: y.size }, (_, i) => 1 + ((7 * i) % 5) / 4)
  y.mul(tensor(weights, { shape: y.shape, dtype: y.dtype }))
    .sum()
    .backward()
  return leaves.flatMap((x) => x.grad ?? [])
}

/** The largest |got − want| / max(1, |want|); not-a-number counts as infinite unless both are. */
export async function difference(got: Tensor, want: Tensor): Promise<number> {
  const [a, b] = [await got.data(), await want.data()]
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue
    const error = Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]))
    largest = Math.max(largest, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
  }
  return largest
}
