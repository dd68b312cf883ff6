/**
 * The CPU as a back end: WebAssembly kernels with SIMD, generated at first use.
 */
import type { Backend } from '../backend.js'
import { convolve, convolveInput, convolveKernel } from './convolution/convolution.js'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient, maxPoolPick } from './convolution/windows.js'
import { compileUpdate, map } from './elementwise/elementwise.js'
import { describeTile } from './matmul/candidates.js'
import { matmul } from './matmul/matmul.js'
import {
  duplicate,
  isAlive,
  isInWorkspace,
  ordinary,
  overwrite,
  resident,
  valueAt,
  values,
  within,
} from './memory/memory.js'
import { copy, gather, place, scatterAdd } from './move/move.js'
import { putRows } from './move/put-rows.js'
import { argSort } from './move/sort.js'
import { normalize, normalizeGradient } from './normalize/normalize.js'
import { recurrent, recurrentGradient } from './recurrent.js'
import { allFinite } from './reduce/finite.js'
import { argReduce, reduce } from './reduce/reduce.js'
import { recurrence, scan } from './reduce/scan.js'
import { crossEntropy, crossEntropyGradient, softmax, softmaxGradient } from './softmax/softmax.js'
import { describeThreads } from './threads/pool.js'
import { hasFma } from './wasm/module.js'

/** The back end that runs everywhere. */
export const cpu: Backend = {
  name: 'cpu',
  get detail() {
    return `WebAssembly SIMD, ${hasFma ? 'fused multiply-add, ' : ''}${describeTile()}, ${describeThreads()}`
  },
  isAsync: false,
  readsAtOnce: true,
  isAlive,

  upload: ordinary,
  allocate: resident,
  duplicate,
  write: overwrite,
  readSync: values,
  read: async (buffer) => values(buffer),
  readAt: valueAt,
  allFinite,
  inWorkspace: within,
  get isInWorkspace() {
    return isInWorkspace()
  },
  free() {}, // the garbage collector does

  map,
  compileUpdate,

  matmul,
  reduce,
  argReduce,
  scan,
  recurrence,
  argSort,
  softmax,
  crossEntropy,
  crossEntropyGradient,
  softmaxGradient,
  normalize,
  normalizeGradient,
  recurrent,
  recurrentGradient,

  convolve,
  convolveInput,
  convolveKernel,
  maxPool,
  maxPoolGradient,
  maxPoolPick,
  averagePool,
  averagePoolGradient,

  copy,
  place,
  gather,
  scatterAdd,
  putRows,
}
