/**
 * Sorting on the CPU, row by row. Numbers of 32 bits are packed with their indices into one float64 each, which the engine's own sort
 * puts in order; float64 and very long rows take a stable merge sort of indices.
 */
import type { DataBuffer, DType, TypedArray } from '../../backend.js'
import { ordinary, values } from '../memory/memory.js'

/** 2^21 indices fit into the 53 bits of a float64 next to 32 bits of key. */
const indices = 2 ** 21

/** Pieces of this length are sorted by insertion before they are merged. */
const pieceLength = 8

/** See `Backend.argSort`. */
export function argSort(x: DataBuffer, rows: number, columns: number, descending: boolean): DataBuffer {
  const numbers = values(x)
  const out = new Int32Array(rows * columns)
  if (x.dtype !== 'float64' && columns <= indices) sortPacked(keysOf(numbers, x.dtype), out, columns, descending)
  else sortByMerging(numbers, out, rows, columns, descending)
  return ordinary(out, 'int32')
}

function keysOf(numbers: TypedArray, dtype: DType): Uint32Array {
  return dtype === 'float32' ? floatKeys(numbers as Float32Array) : Uint32Array.from(numbers, (v) => v + 2 ** 31)
}

function sortPacked(keys: Uint32Array, out: Int32Array, columns: number, descending: boolean): void {
  const packed = new Float64Array(columns)
  for (let start = 0; start < out.length; start += columns) {
    for (let i = 0; i < columns; i++) {
      const key = keys[start + i]
      packed[i] = (descending ? 2 ** 32 - 1 - key : key) * indices + i
    }
    packed.sort()
    for (let i = 0; i < columns; i++) out[start + i] = packed[i] % indices
  }
}

/** Whole numbers in the order of the floats; −0 as 0, NaN the largest. */
function floatKeys(numbers: Float32Array): Uint32Array {
  const keys = new Uint32Array(numbers.length)
  const bits = new Int32Array(numbers.map((v) => v + 0).buffer)
  for (let i = 0; i < keys.length; i++) {
    if (Number.isNaN(numbers[i])) keys[i] = 2 ** 32 - 1
    else keys[i] = bits[i] < 0 ? ~bits[i] : bits[i] + 2 ** 31
  }
  return keys
}

function sortByMerging(numbers: TypedArray, out: Int32Array, rows: number, columns: number, descending: boolean): void {
  const keys = new Float64Array(columns)
  const spare = new Int32Array(columns)
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    for (let i = 0; i < columns; i++) keys[i] = descending ? -numbers[start + i] : numbers[start + i]
    sortRow(keys, out.subarray(start, start + columns), spare, descending)
  }
}

/** Fills `order` with the indices of the keys in ascending order; NaN first or last. */
function sortRow(keys: Float64Array, order: Int32Array, spare: Int32Array, nanFirst: boolean): void {
  let nans = 0
  for (let i = 0; i < keys.length; i++) if (Number.isNaN(keys[i])) nans++
  const first = nanFirst ? nans : 0
  let nextNumber = first
  let nextNaN = nanFirst ? 0 : keys.length - nans
  for (let i = 0; i < keys.length; i++) order[Number.isNaN(keys[i]) ? nextNaN++ : nextNumber++] = i
  mergeSort(keys, nans === 0 ? order : order.subarray(first, first + keys.length - nans), spare)
}

/** Sorts indices by their keys, none of which is NaN. */
function mergeSort(keys: Float64Array, order: Int32Array, spare: Int32Array): void {
  const n = order.length
  for (let start = 0; start < n; start += pieceLength)
    insertionSort(keys, order, start, Math.min(n, start + pieceLength))
  let [from, to] = [order, spare]
  for (let width = pieceLength; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      merge(keys, from, to, start, Math.min(n, start + width), Math.min(n, start + 2 * width))
    }
    ;[from, to] = [to, from]
  }
  if (from !== order) order.set(from.subarray(0, n))
}

function insertionSort(keys: Float64Array, order: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const index = order[i]
    let j = i
    for (; j > start && keys[order[j - 1]] > keys[index]; j--) order[j] = order[j - 1]
    order[j] = index
  }
}

/** Merges [start, middle) and [middle, end); of equal keys, those of the first part come first. */
function merge(keys: Float64Array, from: Int32Array, to: Int32Array, start: number, middle: number, end: number): void {
  let [left, right] = [start, middle]
  for (let i = start; i < end; i++) {
    const takeLeft = right >= end || (left < middle && keys[from[left]] <= keys[from[right]])
    to[i] = takeLeft ? from[left++] : from[right++]
  }
}
