/**
 * Clipping by norms: the factors that scale the gradients of a step down. They are scalars of the fused update: numbers where reading the
 * norms is free, else tensors that nobody waits for. (Clipping by value is a line of the update, see `step-program.ts`.)
 */
import { backend } from '../../tensor/backend.js'
import { elementwise, op } from '../../tensor/operation.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type Scalar, scalarFormula, scalarOf } from './step-scalars.js'

/** A gradient is clipped to `g * scale * factor`: first made small enough for its squares to be added up, then cut to the limit. */
export class Clip {
  /** Leaves a gradient as it is. */
  static readonly none = new Clip(1, 1)

  constructor(
    readonly scale: Scalar,
    readonly factor: Scalar,
  ) {}
}

/** The largest norms that gradients may have after they have been divided by a number. */
interface NormLimits {
  readonly clipnorm: number | null
  readonly globalClipnorm: number | null
  readonly divisor: number
}

/**
 * The factor for a gradient's own norm; 0 for an infinite one, so that an infinite element becomes NaN and the others 0.
 */
const ownFactor = scalarFormula('limit / max(sqrt(squares) / divisor, limit * scale)')

/** The factor for the norm of all gradients together; NaN when that is not finite, so that no gradient passes unnoticed. */
const jointFactor = scalarFormula(
  'limit * min(1 / (sqrt(squares) / divisor), 1 / (limit * scale)) + (squares - squares)',
)

/** Returns the factors of each gradient. With a limit of 0 or less nothing is clipped. */
export function clipsByNorm(
  gradients: readonly Tensor[],
  { clipnorm, globalClipnorm, divisor }: NormLimits,
): readonly Clip[] {
  const limit = clipnorm ?? globalClipnorm ?? 0
  if (!(limit > 0)) return gradients.map(() => Clip.none)
  if (clipnorm !== null) return gradients.map((g) => clipOf([g], ownFactor, limit, divisor))
  const joint = clipOf(gradients, jointFactor, limit, divisor)
  return gradients.map(() => joint)
}

function clipOf(
  gradients: readonly Tensor[],
  factor: ReturnType<typeof scalarFormula>,
  limit: number,
  divisor: number,
): Clip {
  const plain = squaresOf(gradients)
  if (typeof plain === 'number' && Number.isFinite(plain)) return new Clip(1, factor(limit, plain, divisor, 1))
  const dtype = gradients.some((g) => g.dtype === 'float64') ? 'float64' : 'float32'
  const scale = typeof plain === 'number' ? shrinking[dtype] : elementwise(scaleRow, [plain, shrinking[dtype]])
  const squares = squaresOf(gradients.map((g) => g.cast(dtype).mul(scale)))
  return new Clip(scale, factor(limit, squares, divisor, scale))
}

/** Σx² of all elements of all gradients. */
function squaresOf(gradients: readonly Tensor[]): Scalar {
  let total: Scalar | null = null
  for (const { buffer, shape } of gradients) {
    const axes = shape.map((_, i) => i)
    const squares = scalarOf(backend.reduce('sumSquares', buffer, shape, axes))
    if (total === null) total = squares
    else total = typeof total === 'number' && typeof squares === 'number' ? total + squares : sum(total, squares)
  }
  return total ?? 0
}

const sum = scalarFormula('a + b')

/** Powers of 2 that make the largest numbers of a dtype small enough to add up their squares. */
const shrinking = { float32: 2 ** -96, float64: 2 ** -540 } as const

const scaleRow = op('squares - squares == 0 ? 1 : shrinking')

/** The factor for numbers before their squares are added up, given Σx²: 1, unless that overflows. */
export function scaleFor(squares: Tensor): Tensor {
  return elementwise(scaleRow, [squares, shrinking[squares.dtype as 'float32']])
}
