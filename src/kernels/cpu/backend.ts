/**
 * The CPU as a back end: WebAssembly kernels with SIMD, generated at first use.
 */
import type { Backend } from '../backend.js'
import { compileUpdate, map } from './elementwise.js'
import { allFinite } from './finite.js'
import { matmul } from './matmul.js'
import { duplicate, isAlive, ordinary, overwrite, resident, valueAt, values, within } from './memory.js'
import { hasFma } from './module.js'
import { copy, gather, place, scatterAdd } from './move.js'
import { putRows } from './put-rows.js'
import { argReduce, reduce } from './reduce.js'
import { recurrence, scan } from './scan.js'
import { crossEntropy, crossEntropyGradient, softmax } from './softmax.js'
import { argSort } from './sort.js'
import { describeThreads } from './threads/pool.js'

/** The back end that runs everywhere. */
export const cpu: Backend = {
  name: 'cpu',
  get detail() {
    return `WebAssembly SIMD, ${hasFma ? 'fused multiply-add, ' : ''}${describeThreads()}`
  },
  isAsync: false,
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

  copy,
  place,
  gather,
  scatterAdd,
  putRows,
}
