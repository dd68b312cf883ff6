/**
 * Calls of kernels over broadcast arrays: which kernel, and with which steps. Planned once for shapes and dtypes that come
 * again and again.
 */
import type { DType, Operand, Shape } from '../../backend.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { planWalk, visitAround, type Walk } from './broadcast.js'
import { areWhole, type Inputs, type Kernel, type KernelCache } from './kernel-cache.js'
import { nanoseconds } from './storage.js'

/** All that a call needs but the addresses. */
export class RowPlan {
  private readonly walk: Walk
  private readonly kernel: Kernel
  private readonly dtypes: readonly (DType | 'scalar')[]
  private readonly shapes: readonly (Shape | null)[]
  private readonly whole: boolean
  /** Bytes from row to row of the inputs (0 for scalars), and of the arrays alone. */
  private readonly inputSteps: readonly number[]
  private readonly steps: readonly number[]
  /** Bytes per number of inputs (0 for scalars) and outputs. */
  private readonly inputBytes: readonly number[]
  private readonly outputBytes: readonly number[]

  constructor(
    kernels: KernelCache,
    inputs: Inputs,
    private readonly shape: Shape,
    private readonly outputs: readonly DType[],
  ) {
    this.dtypes = inputs.map((input) => (typeof input === 'number' ? 'scalar' : input.buffer.dtype))
    this.shapes = inputs.map((input) => (typeof input === 'number' ? null : [...input.shape]))
    this.whole = areWhole(inputs)
    this.walk = planWalk(shape, this.shapes)
    this.kernel = kernels.rows(
      inputs,
      this.walk.strides.map((strides) => (strides.at(-1) === 1 ? 1 : 0)),
      outputs,
    )
    this.inputBytes = this.dtypes.map((dtype) => (dtype === 'scalar' ? 0 : bytes[dtype]))
    this.outputBytes = outputs.map((dtype) => bytes[dtype])
    this.inputSteps = this.inputBytes.map((bytes, i) => bytes && this.walk.strides[i].at(-2)! * bytes)
    this.steps = this.inputSteps.filter((_, i) => this.dtypes[i] !== 'scalar')
  }

  /** True if the plan is for these inputs and outputs. */
  fits(inputs: Inputs, shape: Shape, outputs: readonly DType[]): boolean {
    if (!isSame(shape, this.shape) || !isSame(outputs, this.outputs)) return false
    for (let i = 0; i < inputs.length; i++) if (!this.fitsInput(inputs[i], i)) return false
    return areWhole(inputs) === this.whole
  }

  private fitsInput(input: Operand | number, i: number): boolean {
    if (typeof input === 'number') return this.dtypes[i] === 'scalar'
    return input.buffer.dtype === this.dtypes[i] && isSame(input.shape, this.shapes[i]!)
  }

  /** Runs the kernel over all rows, given the addresses (or values) of inputs and the addresses of outputs. */
  run(inputs: readonly number[], outputs: readonly number[]): void {
    if (this.walk.around.length === 0) this.call(inputs, outputs, null, 0)
    else this.runAround(inputs, outputs)
  }

  private runAround(inputs: readonly number[], outputs: readonly number[]): void {
    const numbers = this.walk.outer * this.walk.inner
    let done = 0
    visitAround(this.walk, (offsets) => {
      this.call(inputs, outputs, offsets, done)
      done += numbers
    })
  }

  /** One call of the kernel, at offsets (in numbers) from the first addresses. */
  private call(
    inputs: readonly number[],
    outputs: readonly number[],
    offsets: readonly number[] | null,
    done: number,
  ): void {
    const { run, args } = this.kernel
    args[0] = this.walk.outer
    args[1] = this.walk.inner
    let k = 2
    for (let i = 0; i < outputs.length; i++) args[k++] = outputs[i] + done * this.outputBytes[i]
    for (let i = 0; i < inputs.length; i++) args[k++] = inputs[i] + (offsets ? offsets[i] * this.inputBytes[i] : 0)
    for (let i = 0; i < this.steps.length; i++) args[k++] = this.steps[i]
    const threads = threadsFor(args[0] * args[1] * nanoseconds)
    if (threads > 1) callInRanges(run, { args, count: 0, steps: this.argumentSteps(), unit: 1 }, threads)
    else run.apply(undefined, args)
  }

  /** Bytes from row to row of each argument of the kernel. */
  private argumentSteps(): number[] {
    const outputs = this.outputBytes.map((bytes) => this.walk.inner * bytes)
    return [0, 0, ...outputs, ...this.inputSteps, ...this.steps.map(() => 0)]
  }
}

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
