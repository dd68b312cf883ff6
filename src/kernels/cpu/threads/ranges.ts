/**
 * Loops cut into ranges, one for each thread.
 */
import type { KernelFunction } from '../wasm/module.js'
import { takeTrial } from './pool.js'
import { abandon, join, publish, record } from './tasks.js'

/** Numbers that are not taken apart: whole vectors, and whole cache lines of what is written, of any dtype. */
export const flatUnit = 64

/** Calls `recordRange` for ranges of nearly equal length, multiples of `unit` but the last, and publishes each as a task. */
export function inRanges(
  total: number,
  unit: number,
  parts: number,
  recordRange: (from: number, to: number) => void,
): void {
  const range = (from: number, to: number) => cut(from, to, unit, parts, recordRange)
  const trial = takeTrial()
  if (!trial) range(0, total)
  else {
    trial.run(Math.floor(total / unit / 2) * unit, total, (from, to) => {
      range(from, to)
      join()
    })
  }
}

/** Cuts the range between two multiples of `unit`, or to the end. */
function cut(
  start: number,
  end: number,
  unit: number,
  parts: number,
  recordRange: (from: number, to: number) => void,
): void {
  const units = Math.ceil((end - start) / unit)
  try {
    for (let i = 0; i < parts; i++) {
      const from = start + Math.floor((i * units) / parts) * unit
      const to = Math.min(start + Math.floor(((i + 1) * units) / parts) * unit, end)
      if (from === to) continue
      recordRange(from, to)
      publish()
    }
  } catch (error) {
    abandon()
    throw error
  }
}

/** The arguments of a kernel that works through numbers or rows, and how they change from range to range. */
export interface Loop {
  readonly args: readonly number[]
  /** The index of the argument that is the number of turns. */
  readonly count: number
  /** By how much each argument grows from turn to turn: bytes for an address, 0 for what stays as it is. */
  readonly steps: readonly number[]
  /** Turns that are not taken apart. */
  readonly unit: number
}

/** Calls the kernel for ranges of the turns, on this many threads. */
export function callInRanges(kernel: KernelFunction, { args, count, steps, unit }: Loop, threads: number): void {
  inRanges(args[count], unit, threads, (from, to) => {
    record(
      kernel,
      args.map((arg, i) => (i === count ? to - from : arg + from * steps[i])),
    )
  })
  join()
}
