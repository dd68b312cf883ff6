/**
 * Toy data sets, small enough to look at: points in the plane (or on a line) and the class of each, as plain arrays.
 * They are named as in scikit-learn where it has them. `batches.ts` cuts data into batches.
 */
import { OptionError } from '../errors.js'
import type { Generator } from '../kernels/random.js'
import { checkOptions } from '../options.js'
import { randomStream } from '../tensor/random.js'

/** Points, and the class of each: 0, 1, …. */
export interface LabelledPoints {
  /** A row [x₁, x₂] for each point. */
  x: number[][]
  /** The class of each point: 0, 1, … */
  y: number[]
}

/** Options of every toy data set. */
export interface ToyOptions {
  /** The number of points of all classes together, as many of each class, in random order. Default 100. */
  samples?: number
  /** The standard deviation of the normal noise that is added to the coordinates. Each function has its default. */
  noise?: number
  /** The same seed gives the same points. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

const common = ['samples', 'noise', 'seed']

/**
 * Points along the line `y = slope · x + intercept`, for linear regression; `x` is uniform in [-1, 1).
 *
 * @param options `slope` (default 2), `intercept` (default -1), `noise` of y (default 0.1), `samples`, `seed`
 * @returns `x` and `y` as columns: [samples, 1] each
 * @throws OptionError when `samples` or `noise` cannot be used
 * @example
 * const { x, y } = makeLine({ samples: 50, noise: 0, seed: 1 })
 * y[7][0] - (2 * x[7][0] - 1) // => 0
 */
export function makeLine(options: ToyOptions & { slope?: number; intercept?: number } = {}): {
  /** A column: [samples, 1]. */
  x: number[][]
  /** A column: [samples, 1]. */
  y: number[][]
} {
  checkOptions('makeLine', options, [...common, 'slope', 'intercept'])
  const { slope = 2, intercept = -1 } = options
  const { samples, noise, random } = read('makeLine', options, 0.1)
  const x = Array.from({ length: samples }, () => [2 * random.uniform() - 1])
  return { x, y: x.map(([v]) => [slope * v + intercept + noise * random.normal()]) }
}

/**
 * The four corners of the unit square, and whether exactly one coordinate is 1: the smallest problem that needs a
 * hidden layer.
 *
 * @example
 * xor().y // => [0, 1, 1, 0]
 */
export function xor(): LabelledPoints {
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]
  return { x, y: [0, 1, 1, 0] }
}

/**
 * Two interlocking half circles of radius 1, scikit-learn's `make_moons`.
 *
 * @param options `noise` (default 0.1), `samples`, `seed`
 * @throws OptionError when `samples` or `noise` cannot be used
 * @example
 * const { x, y } = makeMoons({ samples: 200, seed: 1 })
 * x.length // => 200
 */
export function makeMoons(options: ToyOptions = {}): LabelledPoints {
  checkOptions('makeMoons', options, common)
  return inClasses('makeMoons', options, 2, 0.1, (label, t) => {
    const [cos, sin] = [Math.cos(Math.PI * t), Math.sin(Math.PI * t)]
    return label === 0 ? [cos, sin] : [1 - cos, 0.5 - sin]
  })
}

/**
 * A circle of radius 1 and one inside it, scikit-learn's `make_circles`.
 *
 * @param options `factor`, the radius of the inner circle, class 1 (default 0.5), `noise` (default 0.05), `samples`,
 * `seed`
 * @throws OptionError when `samples` or `noise` cannot be used
 */
export function makeCircles(options: ToyOptions & { factor?: number } = {}): LabelledPoints {
  checkOptions('makeCircles', options, [...common, 'factor'])
  const { factor = 0.5 } = options
  return inClasses('makeCircles', options, 2, 0.05, (label, t) => polar(label === 0 ? 1 : factor, 2 * Math.PI * t))
}

/**
 * Arms of a spiral, from the middle to radius 1, one class each.
 *
 * @param options `classes` (default 2), `turns` of each arm (default 1.5), `noise` (default 0.02), `samples`, `seed`
 * @throws OptionError when an option cannot be used
 * @example
 * const { x, y } = makeSpirals({ samples: 300, classes: 3, seed: 1 })
 * y.filter((label) => label === 2).length // => 100
 */
export function makeSpirals(options: ToyOptions & { classes?: number; turns?: number } = {}): LabelledPoints {
  checkOptions('makeSpirals', options, [...common, 'classes', 'turns'])
  const { classes = 2, turns = 1.5 } = options
  checkCount('makeSpirals', 'classes', classes)
  return inClasses('makeSpirals', options, classes, 0.02, (label, t) =>
    polar(t, 2 * Math.PI * (turns * t + label / classes)),
  )
}

/**
 * Round clouds of points around centers, scikit-learn's `make_blobs`.
 *
 * @param options `centers` (default [[-1, 0], [1, 0]]), `noise`, the clouds' standard deviation (default 0.4),
 * `samples`, `seed`
 * @throws OptionError when an option cannot be used
 */
export function makeBlobs(options: ToyOptions & { centers?: number[][] } = {}): LabelledPoints {
  checkOptions('makeBlobs', options, [...common, 'centers'])
  const {
    centers = [
      [-1, 0],
      [1, 0],
    ],
  } = options
  checkCount('makeBlobs', 'number of centers', centers.length)
  return inClasses('makeBlobs', options, centers.length, 0.4, (label) => centers[label])
}

/**
 * As many points of each class, shuffled, so that any part of them (`validationSplit`) is like the whole; `place` gives the point without noise at `t`, which goes from 0 to 1 within the class.
 */
function inClasses(
  op: string,
  options: ToyOptions,
  classes: number,
  defaultNoise: number,
  place: (label: number, t: number) => number[],
): LabelledPoints {
  const { samples, noise, random } = read(op, options, defaultNoise)
  const perClass = Math.ceil(samples / classes)
  const y = Array.from({ length: samples }, (_, i) => i % classes)
  const x = y.map((label, i) => {
    const t = Math.floor(i / classes) / Math.max(1, perClass - 1)
    return place(label, t).map((v) => v + noise * random.normal())
  })
  const order = [...random.permutation(samples)]
  return { x: order.map((i) => x[i]), y: order.map((i) => y[i]) }
}

function polar(radius: number, angle: number): number[] {
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

function read(op: string, options: ToyOptions, defaultNoise: number) {
  const { samples = 100, noise = defaultNoise, seed } = options
  checkCount(op, 'samples', samples)
  if (samples > mostSamples)
    throw new OptionError(`${op}: samples is ${samples}. Give ${mostSamples} or fewer, which fit into arrays.`)
  if (!(noise >= 0 && noise < Infinity))
    throw new OptionError(`${op}: noise is ${noise}. Give a standard deviation, 0 or more.`)
  const random: Generator = randomStream(seed)
  return { samples, noise, random }
}

/** Each point is an array of about a hundred bytes. */
const mostSamples = 1e7

function checkCount(op: string, name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new OptionError(`${op}: ${name} is ${count}. Give a whole number above 0.`)
}
