/**
 * Parts of data to train and to test with: one split, or the folds of cross-validation. Sizes and proportions are scikit-learn's.
 */
import { OptionError, ShapeError } from '../errors.js'
import type { Generator as RandomStream } from '../kernels/random.js'
import { checkOptions } from '../options.js'
import { type TensorLike, toTensor } from '../tensor/creation.js'
import { gather } from '../tensor/operations/gathering.js'
import { randomStream } from '../tensor/random.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'

/** Labels: strings, or numbers in an array or a tensor. */
export type Labels = readonly string[] | readonly number[] | Tensor

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions {
  /** The test part: a fraction below 1, rounded up to whole examples, or a number of examples. Default 0.25. */
  testSize?: number
  /** The training part, a fraction (rounded down) or a number of examples. Default: all others. */
  trainSize?: number
  /** True gives both parts the same share of each class of `y`; labels do so for those. Default false. */
  stratify?: boolean | Labels
  /** False takes the examples in order: the first to train with, the last to test with. Default true. */
  shuffle?: boolean
  /** The same seed gives the same split. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/** The parts that `trainTestSplit` makes. */
export interface TrainTestSplit<Y> {
  /** The examples to train with. */
  xTrain: Tensor
  /** Their targets. */
  yTrain: Y
  /** The examples to test with. */
  xTest: Tensor
  /** Their targets. */
  yTest: Y
  /** The indices of the examples to train with. */
  train: Int32Array
  /** The indices of the examples to test with. */
  test: Int32Array
}

/** Two parts of examples, as indices. */
export interface IndexSplit {
  /** The indices of the examples to train with. */
  train: Int32Array
  /** The indices of the examples to test with. */
  test: Int32Array
}

/** Options of `kFold`. */
export interface KFoldOptions {
  /** The number of folds. Default 5. */
  folds?: number
  /** True puts the examples into random order first. Default false. */
  shuffle?: boolean
  /** Labels of which each fold gets the same share. Default: none. */
  stratify?: Labels
  /** The same seed gives the same folds. Default: the global stream, which `setSeed` starts. */
  seed?: number
}

/**
 * Splits examples and their targets into a part to train and one to test with.
 *
 * @param x the examples, [count, …]
 * @param y their targets, [count, …], or strings
 * @throws OptionError for sizes that do not fit, and for classes too small to be in both parts; ShapeError for different lengths
 * @example
 * const x = [[1], [2], [3], [4], [5], [6], [7], [8]]
 * const split = trainTestSplit(x, [0, 0, 0, 0, 1, 1, 1, 1], { testSize: 0.5, stratify: true, seed: 1 })
 * split.xTrain.shape // => [4, 1]
 * split.yTest.sum().item() // => 2
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 */
export function trainTestSplit(
  x: TensorLike,
  y: readonly string[],
  options?: TrainTestSplitOptions,
): TrainTestSplit<string[]>
export function trainTestSplit(x: TensorLike, y: TensorLike, options?: TrainTestSplitOptions): TrainTestSplit<Tensor>
export function trainTestSplit(
  x: TensorLike,
  y: TensorLike | readonly string[],
  options: TrainTestSplitOptions = {},
): TrainTestSplit<Tensor | string[]> {
  checkOptions('trainTestSplit', options, ['testSize', 'trainSize', 'stratify', 'shuffle', 'seed'])
  const { stratify = false, shuffle = true, seed } = options
  const [xs, ys] = [toTensor(x), isStrings(y) ? y : toTensor(y as TensorLike)]
  const count = countOf(xs, ys)
  const sizes = sizesOf(count, options)
  if (stratify !== false && !shuffle)
    throw new OptionError(
      'trainTestSplit: shuffle is false, and stratify needs random examples. Leave out one of them.',
    )
  const random = () => randomStream(seed)
  const labels = stratify === true ? (ys as Labels) : stratify
  const { train, test } = labels
    ? stratified(classesOf('trainTestSplit', labels, count), sizes, random())
    : plain(count, sizes, shuffle ? random() : null)
  const of = (indices: Int32Array) => (ys instanceof Tensor ? gather(ys, indices) : Array.from(indices, (i) => ys[i]))
  return { xTrain: gather(xs, train), yTrain: of(train), xTest: gather(xs, test), yTest: of(test), train, test }
}

const isStrings = (y: unknown): y is readonly string[] => Array.isArray(y) && typeof y[0] === 'string'

function countOf(x: Tensor, y: Tensor | readonly string[]): number {
  const shape = y instanceof Tensor ? y.shape : [y.length]
  if (x.rank > 0 && x.shape[0] === shape[0]) return x.shape[0]
  throw new ShapeError(
    `trainTestSplit: x has shape ${formatShape(x.shape)}, y ${formatShape(shape)}. Every example needs one target: the first axes must be equal.`,
  )
}

interface Sizes {
  readonly train: number
  readonly test: number
}

/** The number of examples of each part: the test part is rounded up, the training part down. */
function sizesOf(count: number, { testSize, trainSize }: TrainTestSplitOptions): Sizes {
  const part = (name: string, size: number | undefined, round: (x: number) => number) => {
    if (size === undefined) return undefined
    if (size > 0 && size < 1) return round(size * count)
    if (Number.isInteger(size) && size > 0 && size < count) return size
    throw new OptionError(
      `trainTestSplit: ${name} is ${size} for ${count} examples. Give a fraction between 0 and 1, or a whole number below ${count}.`,
    )
  }
  const askedTrain = part('trainSize', trainSize, Math.floor)
  const test =
    part('testSize', testSize, Math.ceil) ?? (askedTrain === undefined ? Math.ceil(0.25 * count) : count - askedTrain)
  const train = askedTrain ?? count - test
  if (train < 1 || test < 1 || train + test > count)
    throw new OptionError(
      `trainTestSplit: ${train} examples to train and ${test} to test with, of ${count}. Both need one at least, and together they must fit.`,
    )
  return { train, test }
}

function plain(count: number, { train, test }: Sizes, random: RandomStream | null): IndexSplit {
  if (!random) {
    const order = Int32Array.from({ length: count }, (_, i) => i)
    return { train: order.slice(0, train), test: order.slice(train, train + test) }
  }
  const order = random.permutation(count)
  return { test: order.slice(0, test), train: order.slice(test, test + train) }
}

/** The examples of each class, in order of the classes' first appearance. */
function classesOf(op: string, labels: Labels, count: number): number[][] {
  const values: ArrayLike<unknown> = labels instanceof Tensor ? labels.dataSync() : labels
  if (labels instanceof Tensor && labels.size !== count)
    throw new ShapeError(
      `${op}: labels to stratify by have shape ${formatShape(labels.shape)}, for ${count} examples. Pass one label for each, such as y.argMax(1).`,
    )
  if (values.length !== count)
    throw new ShapeError(`${op}: ${values.length} labels to stratify by, for ${count} examples. Pass one for each.`)
  const classes = new Map<unknown, number[]>()
  for (let i = 0; i < count; i++) {
    const members = classes.get(values[i])
    if (members) members.push(i)
    else classes.set(values[i], [i])
  }
  return [...classes.values()]
}

/** Both parts get of each class what its share is, rounded so that the sizes come out; which are rounded up is random among equals. */
function stratified(classes: number[][], sizes: Sizes, random: RandomStream): IndexSplit {
  const smallest = Math.min(...classes.map(({ length }) => length))
  const hint = `there are ${classes.length} classes, the smallest has ${smallest} of them`
  if (smallest < 2)
    throw new OptionError(
      `trainTestSplit: a class has a single example, which cannot be in both parts (${hint}). Leave it out, or stratify.`,
    )
  if (Math.min(sizes.train, sizes.test) < classes.length)
    throw new OptionError(
      `trainTestSplit: ${sizes.train} examples to train and ${sizes.test} to test with are too few to have all classes (${hint}). Change testSize.`,
    )
  const counts = classes.map(({ length }) => length)
  const train = shares(counts, sizes.train, random)
  const left = counts.map((n, i) => n - train[i])
  const test = shares(left, sizes.test, random)
  const parts: { train: number[]; test: number[] } = { train: [], test: [] }
  classes.forEach((members, c) => {
    const mixed = random.shuffle([...members])
    parts.train.push(...mixed.slice(0, train[c]))
    parts.test.push(...mixed.slice(train[c], train[c] + test[c]))
  })
  return { train: Int32Array.from(random.shuffle(parts.train)), test: Int32Array.from(random.shuffle(parts.test)) }
}

/** `draws` divided in proportion to the counts: rounded down, and one more for the largest remainders. */
function shares(counts: readonly number[], draws: number, random: RandomStream): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0)
  const exact = counts.map((n) => (n * draws) / total)
  const whole = exact.map(Math.floor)
  const missing = draws - whole.reduce((sum, n) => sum + n, 0)
  const order = random.shuffle(counts.map((_, i) => i)).sort((i, j) => exact[j] - whole[j] - (exact[i] - whole[i]))
  for (const i of order.slice(0, missing)) whole[i]++
  return whole
}

/**
 * The folds of cross-validation, as indices: every example is in `test` of one fold, and in `train` of the others.
 *
 * @param count how many examples there are
 * @throws OptionError when there are more folds than examples, or than examples of a class
 * @example
 * const [first] = kFold(6, { folds: 3 })
 * first.test // => [0, 1]
 * first.train // => [2, 3, 4, 5]
 * const x = tensor([[1], [2], [3], [4], [5], [6]])
 * gather(x, first.test).toArray() // => [[1], [2]]
 * @see https://scikit-learn.org/stable/modules/cross_validation.html
 */
export function kFold(count: number, options: KFoldOptions = {}): IndexSplit[] {
  checkOptions('kFold', options, ['folds', 'shuffle', 'stratify', 'seed'])
  const { folds = 5, shuffle = false, stratify, seed } = options
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= count))
    throw new OptionError(
      `kFold: folds is ${folds} for ${count} examples. Give a whole number from 2 to the number of examples.`,
    )
  const random = shuffle ? randomStream(seed) : null
  const foldOf = stratify
    ? stratifiedFolds(classesOf('kFold', stratify, count), count, folds, random)
    : plainFolds(count, folds, random)
  return Array.from({ length: folds }, (_, fold) => {
    const all = Int32Array.from({ length: count }, (_, i) => i)
    return { train: all.filter((i) => foldOf[i] !== fold), test: all.filter((i) => foldOf[i] === fold) }
  })
}

/** The fold of each example: neighbours, the first folds one larger where the number does not divide. */
function plainFolds(count: number, folds: number, random: RandomStream | null): Int32Array {
  const order = random ? random.permutation(count) : Int32Array.from({ length: count }, (_, i) => i)
  const foldOf = new Int32Array(count)
  let start = 0
  for (let fold = 0; fold < folds; fold++) {
    const size = Math.floor(count / folds) + (fold < count % folds ? 1 : 0)
    for (const i of order.subarray(start, start + size)) foldOf[i] = fold
    start += size
  }
  return foldOf
}

/** As scikit-learn's StratifiedKFold: the sorted labels are dealt out like cards, which gives the share of each class in each fold. */
function stratifiedFolds(classes: number[][], count: number, folds: number, random: RandomStream | null): Int32Array {
  const largest = Math.max(...classes.map(({ length }) => length))
  if (folds > largest)
    throw new OptionError(
      `kFold: folds is ${folds}, and no class has more than ${largest} examples. Give fewer folds, or leave out stratify.`,
    )
  const foldOf = new Int32Array(count)
  let dealt = 0
  for (const members of classes) {
    const shares = new Array<number>(folds).fill(0)
    for (let i = 0; i < members.length; i++) shares[dealt++ % folds]++
    const own = shares.flatMap((n, fold) => new Array<number>(n).fill(fold))
    if (random) random.shuffle(own)
    members.forEach((example, i) => {
      foldOf[example] = own[i]
    })
  }
  return foldOf
}
