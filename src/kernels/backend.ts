/**
 * What a back end is: two dozen primitives over flat arrays of numbers. `cpu/` and `gpu/` implement this interface, and the table of
 * operations (`tensor/operations/ops.ts`) uses it. There are arrays and shapes here, no tensors; callers have checked shapes and dtypes.
 */
import type { Program } from './formula/ast.js'

/** The type of a tensor's numbers. `bool` is stored as bytes of 0 and 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool'

/** The typed arrays that hold each dtype. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** Sizes per axis; `[]` is a scalar. */
export type Shape = readonly number[]

/** An array of numbers, dense and row-major, that belongs to one back end and is opaque to all others. */
export interface DataBuffer {
  readonly dtype: DType
  readonly size: number
}

/** An input of an elementwise kernel: a buffer and the shape to broadcast it from. */
export interface Operand {
  readonly buffer: DataBuffer
  readonly shape: Shape
}

/** A strided view of a buffer: the element `[i, j, …]` is at `offset + i * strides[0] + j * strides[1] + …`, in elements. */
export interface View {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

/** `out[b] = op(A[b]) · op(B[b])`, where op(A) is [m, k], op(B) is [k, n]; A[b] starts at `b * aStep` elements (0: the same for every b). */
export interface MatmulSize {
  readonly m: number
  readonly n: number
  readonly k: number
  /** A is stored as [k, m]. */
  readonly transposeA: boolean
  /** B is stored as [n, k]. */
  readonly transposeB: boolean
  readonly batch: number
  readonly aStep: number
  readonly bStep: number
}

/** Applied to the product before it is stored: `relu(product + bias)`. */
export interface MatmulEpilogue {
  /** n numbers, added to each row. */
  readonly bias?: DataBuffer
  readonly relu?: boolean
}

/**
 * Windows that slide over images, which are [batch, height, width, channels]. Pairs are [vertical, horizontal]. The element [ky, kx] of
 * the window of output [i, j] lies at [i · strides − padding + ky · dilation, …] of the image, or outside of it.
 */
export interface Windows {
  readonly batch: number
  readonly channels: number
  readonly input: readonly [height: number, width: number]
  readonly output: readonly [height: number, width: number]
  readonly window: readonly [height: number, width: number]
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Rows and columns before the first of the image. */
  readonly padding: readonly [top: number, left: number]
}

/** A convolution: the kernel is [kernel height, kernel width, channels / groups, filters], the result [batch, height, width, filters]. */
export interface Convolution extends Windows {
  readonly filters: number
  /** Each group of filters reads one group of channels. */
  readonly groups: number
}

/** Reductions to one number per group. `any` and `all` give bool, `sumSquares` is Σx². */
export type ReduceKind = 'sum' | 'mean' | 'prod' | 'max' | 'min' | 'any' | 'all' | 'sumSquares'

/** Running reductions: out[i] = x[0] + … + x[i], and so on. */
export type ScanKind = 'sum' | 'prod' | 'max' | 'min'

/**
 * An update rule compiled for buffers of one size, changed in place. A scalar is a number, or a buffer of one element: a number that has
 * not been read.
 */
export type UpdateKernel = (buffers: readonly DataBuffer[], scalars: readonly (number | DataBuffer)[]) => void

/** Rows to normalize: the square root of their variance + epsilon becomes 1. */
export interface NormalizeSize {
  readonly rows: number
  readonly columns: number
  readonly epsilon: number
}

/** A recurrence; the batch is the last axis everywhere. */
export interface RecurrentSize {
  readonly steps: number
  readonly gates: number
  readonly units: number
  /** The rows of the kernel: the units, or one more, whose weights are those of a bias. */
  readonly rows: number
  readonly batch: number
}

/** The results of a recurrence: [steps, gates, units, batch], and for each state its numbers before the first and after each step. */
export interface RecurrentStates {
  readonly products: DataBuffer
  readonly states: readonly DataBuffer[]
}

/** The gradients of a recurrence: those of the products and of x, [steps, gates, units, batch], and those of the first states. */
export interface RecurrentGradients extends RecurrentStates {
  readonly x: DataBuffer
}

/** The primitives. Results are new buffers; every operand stays as it was, except in `write` and in an `UpdateKernel`. */
export interface Backend {
  readonly name: 'cpu' | 'gpu'
  /** Names what it runs on, for people: `WebAssembly SIMD, fused multiply-add, 6×8 tiles, 4 threads`, `WebGPU (nvidia ampere)`, … */
  readonly detail: string
  /** True if numbers that it computed can only be read with `read`, not with `readSync` and `readAt`. */
  readonly isAsync: boolean
  /** True if reading a number costs next to nothing. Where it does not, since all work has to be finished first, pass numbers on as buffers. */
  readonly readsAtOnce: boolean

  /** True if `readSync` would fail, because the numbers are not there yet. Without this method they always are. */
  isPending?(buffer: DataBuffer): boolean
  /** True unless the numbers were in a workspace that is over. Without this method they never are. */
  isAlive?(buffer: DataBuffer): boolean

  // Memory
  /** Makes a buffer from an array, which from now on belongs to the buffer. */
  upload(values: TypedArray, dtype: DType): DataBuffer
  /** Makes a buffer of zeros that lives long and is updated in place: variables, optimizer slots. */
  allocate(dtype: DType, size: number): DataBuffer
  /** Makes a buffer of the same numbers, which stays as it is when the source changes. */
  duplicate(buffer: DataBuffer): DataBuffer
  /** Copies the source's numbers into the target (same dtype and size). */
  write(target: DataBuffer, source: DataBuffer): void
  /** Returns a copy of the numbers. */
  readSync(buffer: DataBuffer): TypedArray
  read(buffer: DataBuffer): Promise<TypedArray>
  /** True if every number, or the square of every number, is finite. Without this method callers compute it with tensors. */
  allFinite?(buffer: DataBuffer, what?: 'numbers' | 'squares'): boolean
  /** Returns one number. */
  readAt(buffer: DataBuffer, index: number): number
  /**
   * Runs a function (a training step, a batch of `evaluate`, the argument of `tidy`) whose results may live in a workspace that is
   * reused afterwards; only the tensors that it returns outlive it.
   */
  inWorkspace<T>(action: () => T): T
  /** True in `inWorkspace`. Without this property a workspace saves no time. */
  readonly isInWorkspace?: boolean
  /** Frees at once what a GPU holds of a tensor, or of those in an array or a plain object, except variables. */
  free(tensors: unknown): void

  // Elementwise
  /** Runs a program over broadcast inputs (in the order of `program.inputs`; a number is a scalar) and returns its outputs, of `shape`. */
  map(program: Program, inputs: readonly (Operand | number)[], shape: Shape, dtypes: readonly DType[]): DataBuffer[]
  /**
   * Compiles a program whose `arrays` are updated in place, in one pass. Names that it assigns and that are not among `arrays`
   * are temporary; names that it reads and that are neither assigned nor among `arrays` must be among `scalars`.
   */
  compileUpdate(program: Program, arrays: readonly string[], scalars: readonly string[]): UpdateKernel

  // Linear algebra and reductions
  matmul(a: DataBuffer, b: DataBuffer, size: MatmulSize, epilogue?: MatmulEpilogue): DataBuffer
  /** Reduces over `axes` (distinct, ascending, not negative). The result is dense, without those axes. */
  reduce(kind: ReduceKind, x: DataBuffer, shape: Shape, axes: readonly number[]): DataBuffer
  /** The int32 index of the first largest or smallest number along one axis; NaN counts as both. */
  argReduce(kind: 'argMax' | 'argMin', x: DataBuffer, shape: Shape, axis: number): DataBuffer
  /** out[i] = the reduction of x[0] … x[i] along the middle axis of [outer, axis, inner]; NaN stays. Not for bool. */
  scan(kind: ScanKind, x: DataBuffer, outer: number, axis: number, inner: number): DataBuffer
  /**
   * out[i] = a[i] · out[i − 1] + b[i] along the middle axis of [outer, axis, inner] (before the first: 0); floats of one dtype. What
   * running products send back.
   */
  recurrence(a: DataBuffer, b: DataBuffer, outer: number, axis: number, inner: number): DataBuffer
  /**
   * The int32 indices that put each row of [rows, columns] into ascending or descending order. Equal numbers (−0 and 0 are equal)
   * keep their order; NaN counts as larger than all others.
   */
  argSort(x: DataBuffer, rows: number, columns: number, descending: boolean): DataBuffer
  /** softmax or log-softmax of each row of [rows, columns], stable. */
  softmax(kind: 'softmax' | 'logSoftmax', x: DataBuffer, rows: number, columns: number): DataBuffer
  /** −log softmax(logits)[label] of each row of [rows, columns]; labels are int32 in 0 … columns − 1. */
  crossEntropy(logits: DataBuffer, labels: DataBuffer, rows: number, columns: number): DataBuffer
  /** The gradient of `crossEntropy`: g[row] · (softmax(logits) − onehot(label)). */
  crossEntropyGradient(g: DataBuffer, logits: DataBuffer, labels: DataBuffer, rows: number, columns: number): DataBuffer
  /** The gradient of softmax, given its result: y · (g − Σ g · y) for each row of [rows, columns]. Without it callers compute it with tensors. */
  softmaxGradient?(g: DataBuffer, y: DataBuffer, rows: number, columns: number): DataBuffer
  /**
   * (x − mean) / √(variance + epsilon) · weight + offset for each row of [rows, columns]; with null for the offset, x / √(mean square + epsilon) ·
   * weight. Without it callers compute it with tensors.
   */
  normalize?(x: DataBuffer, weight: DataBuffer, offset: DataBuffer | null, size: NormalizeSize): DataBuffer
  /** The gradients of `normalize` for x, the weight and, where rows are centered, the offset. */
  normalizeGradient?(
    g: DataBuffer,
    x: DataBuffer,
    weight: DataBuffer,
    centered: boolean,
    size: NormalizeSize,
  ): DataBuffer[]
  /**
   * For each step t: the products u = kernelᵀ · h of [rows, gates · units] and [rows, batch], and the states of a program that reads the gates `x0`,
   * `x1`, … of x, `u0`, `u1`, … of the products, the states `h` and `s` (if there are two), and `m` of the mask, and writes `h1` and `s1`. Without it callers
   * compute it with tensors.
   */
  recurrent?(
    program: Program,
    x: DataBuffer,
    kernel: DataBuffer,
    initial: readonly DataBuffer[],
    size: RecurrentSize,
    mask?: DataBuffer,
  ): RecurrentStates
  /**
   * The gradients of `recurrent`, by a program for one step: it reads also `gy`, the gradient of that step's h, `gu`, what comes back from the next
   * step's products, and `gh` and `gs`, what comes back directly; it writes `d0`, … for the products, `e0`, … for x where those differ, and `dh` and `ds`.
   * @param last the gradients of the last states but h
   */
  recurrentGradient?(
    program: Program,
    g: DataBuffer,
    last: readonly DataBuffer[],
    x: DataBuffer,
    kernel: DataBuffer,
    saved: RecurrentStates,
    size: RecurrentSize,
    mask?: DataBuffer,
  ): RecurrentGradients

  // Convolutions and pooling, of float32 and float64; x and h are images, y and g results
  /** `y = relu?(convolution of x with the kernel + bias?)`; outside of the images are zeros. */
  convolve(x: DataBuffer, kernel: DataBuffer, size: Convolution, epilogue?: MatmulEpilogue): DataBuffer
  /** The gradient of `convolve` for x. */
  convolveInput(g: DataBuffer, kernel: DataBuffer, size: Convolution): DataBuffer
  /** The gradient of `convolve` for the kernel. */
  convolveKernel(x: DataBuffer, g: DataBuffer, size: Convolution): DataBuffer
  /** The largest number of each window; NaN is larger than all others. */
  maxPool(x: DataBuffer, size: Windows): DataBuffer
  /** The gradient of `maxPool`: each number of g where the first largest number of its window is; 0 elsewhere. */
  maxPoolGradient(g: DataBuffer, x: DataBuffer, size: Windows): DataBuffer
  /** The numbers of h where the first largest number of each window of x is. */
  maxPoolPick(h: DataBuffer, x: DataBuffer, size: Windows): DataBuffer
  /** The mean of the numbers of each window that are inside the image. */
  averagePool(x: DataBuffer, size: Windows): DataBuffer
  /** The gradient of `averagePool`. */
  averagePoolGradient(g: DataBuffer, size: Windows): DataBuffer

  // Moving numbers
  /** Reads x through a view (stride 0 repeats, negative strides flip), densely. */
  copy(x: DataBuffer, view: View): DataBuffer
  /** A buffer of `size` numbers equal to `fill`, with each piece (dense) written to its view. The views do not overlap. */
  place(pieces: readonly { x: DataBuffer; view: View }[], dtype: DType, size: number, fill: number): DataBuffer
  /** [outer, axis, inner] and int32 indices in 0 … axis − 1 → [outer, indices.size, inner]. */
  gather(x: DataBuffer, indices: DataBuffer, outer: number, axis: number, inner: number): DataBuffer
  /** The transpose of gather: zeros [outer, axis, inner] plus updates [outer, indices.size, inner] at the indices, duplicates added in order. */
  scatterAdd(updates: DataBuffer, indices: DataBuffer, outer: number, axis: number, inner: number): DataBuffer
  /** Writes rows of `inner` numbers (dense, one per index, distinct indices) into a long-lived buffer, in place. Without it, callers write the whole buffer. */
  putRows?(target: DataBuffer, rows: DataBuffer, indices: Int32Array, inner: number): void
}
