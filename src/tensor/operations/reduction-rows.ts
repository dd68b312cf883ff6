/**
 * The rows of the table (`ops.ts`) that go along axes: reductions, running reductions, softmax and cross-entropy.
 */
import { recording } from '../../autograd/engine.js'
import type { ReduceKind, ScanKind } from '../../kernels/backend.js'
import { backend } from '../backend.js'
import { noRule, primitive, run } from '../operation.js'
import { around, reducedShape, sizeOf } from '../shape.js'
import { Tensor } from '../tensor.js'

/** The axes that a reduction goes over: ascending, not negative. */
export interface ReduceOptions {
  axes: readonly number[]
  keepDims: boolean
}

/** See `ops`. */
export const reductionRows = {
  sum: primitive<[x: Tensor], ReduceOptions>(
    ([x], options) => reduce('sum', x, options),
    [(g, { inputs: [x], options }) => spread(g, x, options)],
  ),
  mean: primitive<[x: Tensor], ReduceOptions>(
    ([x], options) => reduce('mean', x, options),
    [(g, { inputs: [x], options }) => spread(g.mul(g.size / x.size), x, options)],
  ),
  // Zeros do no harm: the gradient is the product of all other elements, not y / x
  prod: primitive<[x: Tensor], ReduceOptions>(
    ([x], options) => reduce('prod', x, options),
    [(g, { inputs: [x], options }) => spread(g, x, options).mul(productOfOthers(x, options.axes))],
  ),
  // Where several elements are the largest, each gets an equal share of the gradient, as in PyTorch's amax
  max: primitive<[x: Tensor], ReduceOptions>(
    ([x], options) => reduce('max', x, options),
    [(g, { inputs: [x], output, options }) => shareAmongTies(g, x, output, options)],
  ),
  min: primitive<[x: Tensor], ReduceOptions>(
    ([x], options) => reduce('min', x, options),
    [(g, { inputs: [x], output, options }) => shareAmongTies(g, x, output, options)],
  ),
  cumsum: primitive<[x: Tensor], { axis: number }>(
    ([x], { axis }) => scan('sum', x, axis),
    [(g, { options: { axis } }) => g.flip(axis).cumsum(axis).flip(axis)],
  ),
  cumprod: primitive<[x: Tensor], { axis: number }>(
    ([x], { axis }) => scan('prod', x, axis),
    [(g, { inputs: [x], output: y, options: { axis } }) => reverseRecurrence(x, g, axis).mul(shift(y, axis, 1))],
  ),
  // y[i] = a[i] · y[i − 1] + b[i]
  recurrence: primitive<[a: Tensor, b: Tensor], { axis: number }>(
    ([a, b], { axis }) => {
      const { outer, inner } = around(b.shape, axis)
      return { buffer: backend.recurrence(a.buffer, b.buffer, outer, b.shape[axis], inner), shape: b.shape }
    },
    [
      (g, { inputs: [a], output: y, options: { axis } }) => reverseRecurrence(a, g, axis).mul(shift(y, axis, 0)),
      (g, { inputs: [a], options: { axis } }) => reverseRecurrence(a, g, axis),
    ],
  ),
  softmax: primitive<[x: Tensor]>(
    ([x]) => rows('softmax', x),
    [(g, { output: y }) => fastSoftmaxGradient(g, y) ?? y.mul(g.sub(g.mul(y).sum(-1, { keepDims: true })))],
  ),
  logSoftmax: primitive<[x: Tensor]>(
    ([x]) => rows('logSoftmax', x),
    [(g, { output: y }) => g.sub(y.exp().mul(g.sum(-1, { keepDims: true })))],
  ),
  crossEntropy: primitive<[logits: Tensor, labels: Tensor]>(
    ([logits, labels]) => ({
      buffer: backend.crossEntropy(logits.buffer, labels.buffer, logits.shape[0], logits.shape[1]),
      shape: [logits.shape[0]],
    }),
    [(g, { inputs: [logits, labels] }) => crossEntropyGradient(g, logits, labels), noRule],
  ),
  crossEntropyGradient: primitive<[g: Tensor, logits: Tensor, labels: Tensor]>(
    ([g, logits, labels]) => ({
      buffer: backend.crossEntropyGradient(g.buffer, logits.buffer, labels.buffer, logits.shape[0], logits.shape[1]),
      shape: logits.shape,
    }),
    [
      (h, { inputs: [, logits, labels] }) =>
        logits
          .softmax()
          .sub(labels.oneHot(logits.shape[1], { dtype: h.dtype }))
          .mul(h)
          .sum(-1),
      (h, { inputs: [g, logits] }) => {
        const p = logits.softmax()
        return p.mul(h.sub(h.mul(p).sum(-1, { keepDims: true }))).mul(g.expandDims(-1))
      },
      noRule,
    ],
  ),
}

function crossEntropyGradient(g: Tensor, logits: Tensor, labels: Tensor): Tensor {
  return run(reductionRows.crossEntropyGradient, [g, logits, labels], undefined)
}

function reduce(kind: ReduceKind, x: Tensor, { axes, keepDims }: ReduceOptions) {
  return { buffer: backend.reduce(kind, x.buffer, x.shape, axes), shape: reducedShape(x.shape, axes, keepDims) }
}

function spread(g: Tensor, x: Tensor, { axes }: ReduceOptions): Tensor {
  const kept = axes.length === x.rank ? g : g.reshape(reducedShape(x.shape, axes, true))
  return kept.broadcastTo(x.shape)
}

function shareAmongTies(g: Tensor, x: Tensor, y: Tensor, options: ReduceOptions): Tensor {
  const kept = reducedShape(x.shape, options.axes, true)
  const ties = x.equal(y.reshape(kept)).cast(x.dtype)
  return ties.mul(g.reshape(kept).div(ties.sum(options.axes, { keepDims: true })))
}

function rows(kind: 'softmax' | 'logSoftmax', x: Tensor) {
  const columns = x.shape[x.rank - 1]
  return { buffer: backend.softmax(kind, x.buffer, columns ? x.size / columns : 0, columns), shape: x.shape }
}

/** In one pass, where it is not recorded and there is a kernel for it. */
function fastSoftmaxGradient(g: Tensor, y: Tensor): Tensor | null {
  const columns = y.shape[y.rank - 1]
  if (recording || !backend.softmaxGradient || columns === 0) return null
  return new Tensor(backend.softmaxGradient(g.buffer, y.buffer, y.size / columns, columns), y.shape)
}

function scan(kind: ScanKind, x: Tensor, axis: number) {
  const { outer, inner } = around(x.shape, axis)
  return { buffer: backend.scan(kind, x.buffer, outer, x.shape[axis], inner), shape: x.shape }
}

/** s[i] = g[i] + a[i + 1] · s[i + 1]: a recurrence from the end to the beginning. */
function reverseRecurrence(a: Tensor, g: Tensor, axis: number): Tensor {
  return run(reductionRows.recurrence, [shift(a.flip(axis), axis, 1), g.flip(axis)], { axis }).flip(axis)
}

/** Every element moved on by one along the axis; `fill` comes first, the last one goes. */
export function shift(x: Tensor, axis: number, fill: number): Tensor {
  const front = x.shape.map((_, i) => [i === axis ? 1 : 0, 0] as const)
  const whole = x.shape.map((_, i) => (i === axis ? ([0, -1] as const) : null))
  return x.pad(front, { value: fill }).slice(whole)
}

/** For each element, the product of all others in its group. */
function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const order = [...kept, ...axes]
  const moved = x.transpose(order)
  const last = kept.length
  const rows = moved.reshape([...kept.map((i) => x.shape[i]), sizeOf(axes.map((i) => x.shape[i]))])
  const before = shift(rows.cumprod(last), last, 1)
  const behind = shift(rows.flip(last).cumprod(last), last, 1).flip(last)
  return before
    .mul(behind)
    .reshape(moved.shape)
    .transpose(order.map((_, i) => order.indexOf(i)))
}
