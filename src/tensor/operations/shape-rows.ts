/**
 * The rows of the table (`ops.ts`) that move numbers without changing them, and the functions that operations call them by.
 */

import { recording } from '../../autograd/engine.js'
import type { Shape, View } from '../../kernels/backend.js'
import { broadcastStrides, stridesOf } from '../../kernels/strides.js'
import { backend } from '../backend.js'
import { wrap } from '../creation.js'
import { IndexedSlices } from '../indexed-slices.js'
import { noRule, primitive, run } from '../operation.js'
import { around, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'

/** See `ops`. */
export const shapeRows = {
  // The numbers are shared (a variable's are copied, since they change)
  reshape: primitive<[x: Tensor], { shape: Shape }>(
    ([x], { shape }) => ({ buffer: x.detach().buffer, shape }),
    [(g, { inputs: [x] }) => g.reshape(x.shape)],
  ),
  transpose: primitive<[x: Tensor], { axes: readonly number[] }>(
    ([x], { axes }) => {
      const strides = stridesOf(x.shape)
      return copy(x, { shape: axes.map((a) => x.shape[a]), strides: axes.map((a) => strides[a]), offset: 0 })
    },
    [(g, { options: { axes } }) => g.transpose(axes.map((_, i) => axes.indexOf(i)))],
  ),
  broadcastTo: primitive<[x: Tensor], { shape: Shape }>(
    ([x], { shape }) => copy(x, { shape, strides: broadcastStrides(x.shape, shape), offset: 0 }),
    [(g, { inputs: [x] }) => g.sumTo(x.shape)],
  ),
  // A view without repeated elements: slices, flips
  view: primitive<[x: Tensor], { view: View }>(
    ([x], { view }) => copy(x, view),
    [(g, { inputs: [x], options: { view } }) => place([g], { views: [view], shape: x.shape, fill: 0 })],
  ),
  // Views written side by side into a new tensor: concat, pad
  place: primitive<readonly Tensor[], { views: readonly View[]; shape: Shape; fill: number }>(
    (pieces, { views, shape, fill }) => ({
      buffer: backend.place(
        pieces.map((x, i) => ({ x: x.buffer, view: views[i] })),
        pieces[0].dtype,
        sizeOf(shape),
        fill,
      ),
      shape,
    }),
    (g, { options: { views } }, i) => viewOf(g, views[i]),
  ),
  gather: primitive<[x: Tensor, indices: Tensor], { axis: number }>(
    ([x, indices], { axis }) => {
      const { outer, inner } = around(x.shape, axis)
      return {
        buffer: backend.gather(x.buffer, indices.buffer, outer, x.shape[axis], inner),
        shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      }
    },
    [
      (g, { inputs: [x, indices], options: { axis } }) =>
        axis === 0 && !recording ? new IndexedSlices(g, indices, x.shape, true) : scatterAdd(g, indices, axis, x.shape),
      noRule,
    ],
  ),
  scatterAdd: primitive<[updates: Tensor, indices: Tensor], { axis: number; shape: Shape }>(
    ([updates, indices], { axis, shape }) => {
      const { outer, inner } = around(shape, axis)
      return { buffer: backend.scatterAdd(updates.buffer, indices.buffer, outer, shape[axis], inner), shape }
    },
    [(g, { inputs: [, indices], options: { axis } }) => g.gather(indices, { axis }), noRule],
  ),
}

/** Σ updates at the indices along one axis of zeros of `shape`: the gradient of gather. */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, shape: Shape): Tensor {
  return run(shapeRows.scatterAdd, [updates, indices], { axis, shape })
}

/** The pieces written to their views in a tensor of `shape` that is `fill` elsewhere. */
export function place(
  pieces: readonly Tensor[],
  options: { views: readonly View[]; shape: Shape; fill: number },
): Tensor {
  return run(shapeRows.place, pieces, options)
}

/** The elements of x that the view names. */
export function viewOf(x: Tensor, view: View): Tensor {
  return run(shapeRows.view, [x], { view })
}

/** `count` elements along an axis. */
export function part(x: Tensor, axis: number, start: number, count: number): Tensor {
  const strides = stridesOf(x.shape)
  const shape = x.shape.map((n, i) => (i === axis ? count : n))
  return viewOf(x, { shape, strides, offset: sizeOf(shape) === 0 ? 0 : start * strides[axis] })
}

/** The tensor itself, which never changes; of a variable, which does, a copy. */
export function snapshot(x: Tensor): Tensor {
  return x instanceof Variable ? run(shapeRows.reshape, [x], { shape: x.shape }) : x
}

/** The slices at these indices along an axis. */
export function pickAlong(x: Tensor, axis: number, indices: Int32Array): Tensor {
  return run(shapeRows.gather, [x, wrap('gather', indices, 'int32', [indices.length])], { axis })
}

function copy(x: Tensor, view: View) {
  return { buffer: backend.copy(x.buffer, view), shape: view.shape }
}
