/**
 * Formulas of several lines: all outputs of a program in as few passes over memory as their dtypes allow.
 */

import type { DType } from '../kernels/backend.js'
import { type Program, withOutputs } from '../kernels/formula/ast.js'
import { Recent } from '../kernels/recent.js'
import { broadcastAll, dtypeOf, toArguments } from './arguments.js'
import { backend } from './backend.js'
import type { TensorLike } from './creation.js'
import { inferOutputs } from './dtype.js'
import { type ElementwiseRow, elementwiseNode, isTracked, recorded } from './operation.js'
import { Tensor } from './tensor.js'

/**
 * Computes all outputs of a program, those of one dtype in one pass.
 * @param rowOf the row that computes output i alone, whose gradient it has
 */
export function elementwiseOutputs(
  program: Program,
  rowOf: (i: number) => ElementwiseRow,
  inputs: readonly TensorLike[],
): Tensor[] {
  const args = toArguments(inputs)
  const shape = broadcastAll(rowOf(0).name, args)
  const dtypes = inferOutputs(program, args.map(dtypeOf))
  const results: Tensor[] = []
  for (const part of passes(program, dtypes)) {
    const buffers = backend.map(
      part.program,
      args,
      shape,
      part.outputs.map((i) => dtypes[i]),
    )
    part.outputs.forEach((output, k) => {
      results[output] = isTracked(dtypes[output], args)
        ? recorded(buffers[k], shape, elementwiseNode(rowOf(output), args))
        : new Tensor(buffers[k], shape)
    })
  }
  return results
}

/** Outputs of one dtype that one kernel writes; an engine allows 1000 arguments. */
const mostOutputs = 100

interface Pass {
  readonly program: Program
  /** The outputs of the whole program that it computes, by index. */
  readonly outputs: readonly number[]
}

const passesOf = new WeakMap<Program, Recent<string, Pass[]>>()

/** The program in as few kernels as its outputs' dtypes allow; the same ones every time. */
function passes(program: Program, dtypes: readonly DType[]): Pass[] {
  const known = passesOf.get(program) ?? new Recent<string, Pass[]>(20)
  passesOf.set(program, known)
  const key = dtypes.join()
  let result = known.get(key)
  if (!result) {
    result = [...new Set(dtypes)].flatMap((dtype) => {
      const all = dtypes.flatMap((other, i) => (other === dtype ? [i] : []))
      const parts = Array.from({ length: Math.ceil(all.length / mostOutputs) }, (_, i) => i * mostOutputs)
      return parts.map((start) => passFor(program, all.slice(start, start + mostOutputs)))
    })
    known.set(key, result)
  }
  return result
}

function passFor(program: Program, outputs: readonly number[]): Pass {
  const names = outputs.map((i) => program.outputs[i])
  return { program: withOutputs(program, names), outputs }
}
