/**
 * The rows of pooling in the table (`ops.ts`), all of images, and how the functions of `pooling.ts` come to them.
 */
import { ShapeError } from '../../errors.js'
import type { Shape, Windows } from '../../kernels/backend.js'
import { checkArgument } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensor } from '../creation.js'
import { promote } from '../dtype.js'
import { nameRows, noRule, type PrimitiveRow, primitive, run, withDType } from '../operation.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { type Rank, type Sizes, sizeFor, sizesOf, windowsOver } from './windows.js'

const imagesOf = ({ batch, input, channels }: Windows): Shape => [batch, ...input, channels]
const resultOf = ({ batch, output, channels }: Windows): Shape => [batch, ...output, channels]

/** See `ops`. */
export const poolingRows = nameRows({
  maxPool: primitive<[x: Tensor], Windows>(
    ([x], size) => ({ buffer: backend.maxPool(x.buffer, size), shape: resultOf(size) }),
    [(g, { inputs: [x], options: size }) => toLargest(g, x.detach(), size)],
  ),
  // g to where the first largest number of each window of x is
  maxPoolGradient: primitive<[g: Tensor, x: Tensor], Windows>(
    ([g, x], size) => ({ buffer: backend.maxPoolGradient(g.buffer, x.buffer, size), shape: imagesOf(size) }),
    [(h, { inputs: [, x], options: size }) => fromLargest(h, x, size), noRule],
  ),
  // h from where the first largest number of each window of x is
  maxPoolPick: primitive<[h: Tensor, x: Tensor], Windows>(
    ([h, x], size) => ({ buffer: backend.maxPoolPick(h.buffer, x.buffer, size), shape: resultOf(size) }),
    [(g, { inputs: [, x], options: size }) => toLargest(g, x, size), noRule],
  ),
  averagePool: primitive<[x: Tensor], Windows>(
    ([x], size) => ({ buffer: backend.averagePool(x.buffer, size), shape: resultOf(size) }),
    [(g, { options: size }) => toAll(g, size)],
  ),
  averagePoolGradient: primitive<[g: Tensor], Windows>(
    ([g], size) => ({ buffer: backend.averagePoolGradient(g.buffer, size), shape: imagesOf(size) }),
    [(h, { options: size }) => ofAll(h, size)],
  ),
})

function toLargest(g: Tensor, x: Tensor, size: Windows): Tensor {
  return run(poolingRows.maxPoolGradient, [g, x], size)
}

function fromLargest(h: Tensor, x: Tensor, size: Windows): Tensor {
  return run(poolingRows.maxPoolPick, [h, x], size)
}

function toAll(g: Tensor, size: Windows): Tensor {
  return run(poolingRows.averagePoolGradient, [g], size)
}

function ofAll(h: Tensor, size: Windows): Tensor {
  return run(poolingRows.averagePool, [h], size)
}

/**
 * Pooling under the name of an operation or a layer.
 * @throws ShapeError that begins with `owner` when the window does not fit
 */
export function pooled(
  owner: string,
  row: PrimitiveRow<[x: Tensor], Windows>,
  images: TensorLike,
  size: Sizes,
  { strides, padding }: { readonly strides: Sizes | null; readonly padding: 'valid' | 'same' },
): Tensor {
  const given = toTensor(images)
  const x = withDType(given, promote(given.dtype, 'float32'))
  if (x.rank !== 3 && x.rank !== 4) throw wrongRank(owner, x.shape)
  const rank = (x.rank - 2) as Rank
  checkArgument(owner, 'size', size, sizeFor(rank))
  if (strides !== null) checkArgument(owner, 'strides', strides, sizeFor(rank))
  const window = sizesOf(size, rank)
  const steps = sizesOf(strides ?? size, rank)
  const dilation = window.map(() => 1)
  const windows = windowsOver(owner, x.shape, { window, strides: steps, dilation, padding })
  if (rank === 2) return run(row, [x], windows)
  return run(row, [x.expandDims(1)], windows).squeeze(1)
}

function wrongRank(owner: string, shape: Shape): ShapeError {
  return new ShapeError(
    `${owner}: the input must be [batch, length, channels] or [batch, height, width, channels], received ${formatShape(shape)}. Add the missing axes with expandDims.`,
  )
}
