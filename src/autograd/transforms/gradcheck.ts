/**
 * Checks gradients: compares what backward computes with central differences in float64.
 */
import { GradientError, OptionError } from '../../errors.js'
import { generator } from '../../kernels/random.js'
import { notNegative, positive, resolve } from '../../options.js'
import { type TensorLike, tensor, toTensorBeside, wrap } from '../../tensor/creation.js'
import { isFloat } from '../../tensor/dtype.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { grads, noGrad, pullBack, type TensorFunction, traceFloats } from './grad.js'

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /** Half the distance of the two points, relative to max(1, |x|). Default 1e-6. */
  epsilon?: number
  /** The relative difference allowed. Default 1e-5. */
  rtol?: number
  /** The absolute difference allowed. Default 1e-6. */
  atol?: number
}

interface Mismatch {
  input: number
  index: string
  backward: number
  difference: number
}

/**
 * Compares the gradients of `f` with central differences (f(x + ε) − f(x − ε)) / 2ε, element by element, in float64. A result of
 * more than one element is weighted with fixed random numbers and summed.
 *
 * @param inputs the point to check at; floats become float64, integers stay as they are
 * @returns true
 * @throws GradientError with a table (input, index, both numbers, relative error) when a gradient is wrong, has the wrong shape,
 * when `f` gives different values for the same input, or when there is nothing to check: no input of floats, or a result of integers
 * @example
 * gradcheck((x) => x.tanh().sum(), [[0.5, -1]]) // => true
 */
export function gradcheck(f: TensorFunction, inputs: readonly TensorLike[], options: GradcheckOptions = {}): boolean {
  const { epsilon, rtol, atol } = resolve('gradcheck', options, {
    defaults: { epsilon: 1e-6, rtol: 1e-5, atol: 1e-6 },
    ranges: { epsilon: positive, rtol: notNegative, atol: notNegative },
  })
  const xs = pointOf('gradcheck', inputs)
  const traced = traceFloats('gradcheck', f, xs)
  const weights = randomLike(traced.result)
  const gradients = pullBack(traced, weights)
  const value = (points: readonly Tensor[]) => weightedSum(f, points, weights)
  checkDeterministic(value, xs)
  const wrong: Mismatch[] = []
  xs.forEach((x, input) => {
    if (!isFloat(x.dtype)) return
    checkGradientShape(input, gradients[input], x)
    const backward = gradients[input].dataSync()
    for (let i = 0; i < x.size; i++) {
      const difference = centralDifference(value, xs, input, i, epsilon)
      if (!(Math.abs(backward[i] - difference) <= atol + rtol * Math.abs(difference))) {
        wrong.push({ input, index: indexText(i, x), backward: backward[i], difference })
      }
    }
  })
  if (wrong.length > 0) throw new GradientError(report(f, wrong))
  return true
}

/**
 * Checks the gradients of the gradients: `gradcheck` of the function that gives the gradients of `f`, each result weighted.
 * @param inputs its arguments; float64 gives trustworthy differences
 * @throws GradientError as `gradcheck` does
 * @example
 * gradgradcheck((x) => x.pow(3), [[0.5, -1]]) // => true
 */
export function gradgradcheck(
  f: TensorFunction,
  inputs: readonly TensorLike[],
  options: GradcheckOptions = {},
): boolean {
  const xs = pointOf('gradgradcheck', inputs)
  traceFloats('gradgradcheck', f, xs)
  const weighted = (...points: Tensor[]) => {
    const y = f(...points)
    return y.mul(randomLike(y)).sum()
  }
  return xs.every((x, i) => !isFloat(x.dtype) || gradcheck((...points) => grads(weighted)(...points)[i], xs, options))
}

function pointOf(op: string, inputs: readonly TensorLike[]): Tensor[] {
  if (Array.isArray(inputs)) return inputs.map(toFloat64)
  throw new OptionError(`${op}: the inputs must be an array of tensors. Write ${op}(f, [x, y]).`)
}

function toFloat64(data: TensorLike): Tensor {
  const x = toTensorBeside('float64', data)
  return isFloat(x.dtype) ? tensor(x, { dtype: 'float64' }) : x
}

function weightedSum(f: TensorFunction, points: readonly Tensor[], weights: Tensor): number {
  return noGrad(() => {
    const y = f(...points)
      .cast('float64')
      .dataSync()
    const w = weights.dataSync()
    let sum = 0
    for (let i = 0; i < y.length; i++) sum += y[i] * w[i]
    return sum
  })
}

function centralDifference(
  value: (points: readonly Tensor[]) => number,
  xs: readonly Tensor[],
  input: number,
  i: number,
  epsilon: number,
): number {
  const at = (sign: number) => {
    const numbers = xs[input].dataSync()
    const before = numbers[i]
    numbers[i] += sign * epsilon * Math.max(1, Math.abs(before))
    const moved = xs.slice()
    moved[input] = wrap('gradcheck', numbers, 'float64', xs[input].shape)
    return { y: value(moved), x: numbers[i] }
  }
  const [above, below] = [at(1), at(-1)]
  return (above.y - below.y) / (above.x - below.x)
}

function checkDeterministic(value: (points: readonly Tensor[]) => number, xs: readonly Tensor[]): void {
  const [first, second] = [value(xs), value(xs)]
  if (!Object.is(first, second)) {
    throw new GradientError(
      `gradcheck: two calls with the same inputs gave ${first} and ${second}. Make the function deterministic: seed its random numbers inside it.`,
    )
  }
}

function checkGradientShape(input: number, g: Tensor, x: Tensor): void {
  if (sameShape(g.shape, x.shape)) return
  throw new GradientError(
    `gradcheck: the gradient of input ${input} has shape ${formatShape(g.shape)}, the input ${formatShape(x.shape)}. The rule must return the input's shape.`,
  )
}

/** Numbers from 0.5 to 1.5: no result is left out, none cancels. */
function randomLike(x: Tensor): Tensor {
  const random = generator(1)
  const values = Float64Array.from({ length: x.size }, () => 0.5 + random.uniform())
  return wrap('gradcheck', values, 'float64', x.shape).cast(x.dtype)
}

function indexText(flat: number, { shape }: Tensor): string {
  let rest = flat
  const index = shape.map(() => 0)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return formatShape(index)
}

function report(f: TensorFunction, wrong: readonly Mismatch[]): string {
  const rows = wrong.slice(0, 10).map(({ input, index, backward, difference }) => {
    const relative = Math.abs(backward - difference) / Math.max(Math.abs(backward), Math.abs(difference))
    return `  ${input}      ${index.padEnd(12)} ${String(backward).padEnd(24)} ${String(difference).padEnd(24)} ${relative.toExponential(2)}`
  })
  const more = wrong.length > 10 ? `\n  … and ${wrong.length - 10} more` : ''
  return `gradcheck: ${f.name || 'the function'} has ${wrong.length === 1 ? '1 wrong gradient' : `${wrong.length} wrong gradients`}. Look for the rule of the first one.
  input  index        backward                 central difference       relative error
${rows.join('\n')}${more}`
}
