/**
 * Convolutions and pooling as users call them: padding, strides, dilation, groups, dtypes, large sizes, threads and mistakes. What each
 * row of the table computes is in `ops.test.ts`.
 */
import test from 'ava'
import {
  averagePool,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  gradcheck,
  grads,
  maxPool,
  ones,
  randomNormal,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../../../src/index.js'
import type { Convolution } from '../../../src/kernels/backend.js'
import { run } from '../../../src/tensor/operation.js'
import { ops } from '../../../src/tensor/operations/ops.js'
import * as references from './window-references.js'

const draw = (shape: number[], seed = 1) => randomNormal(shape, { seed, dtype: 'float64' })

/** The largest difference, relative to the largest number. */
function distance(x: Tensor, wanted: ArrayLike<number>): number {
  const [got, want] = [x.dataSync(), wanted].map((numbers) => Array.from(numbers))
  if (got.length !== want.length) return Number.POSITIVE_INFINITY
  const most = (numbers: number[]) => numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  return most(got.map((v, i) => v - want[i])) / most(want)
}

/** Sizes that reach every way of computing: slices of the depth, panels at the edge, images that end within a block, groups. */
const sizes: Record<string, Partial<Convolution> & Pick<Convolution, 'channels' | 'filters'>> = {
  'more than one slice of the patches': { channels: 70, filters: 13 },
  'patches of more than one slice of filters': { channels: 3, filters: 520, window: [2, 2] },
  'many images in a block': { channels: 1, filters: 16, batch: 40, input: [9, 9] },
  groups: { channels: 12, filters: 9, groups: 3 },
  'a kernel for each channel': { channels: 21, filters: 21, groups: 21, batch: 3 },
  'windows wider than the image': { channels: 2, filters: 3, window: [5, 5], input: [2, 3], padding: [2, 2] },
  'strides and dilation': { channels: 5, filters: 8, strides: [2, 3], dilation: [2, 1], input: [11, 10] },
}

for (const [name, own] of Object.entries(sizes)) {
  test(`convolutions and their gradients, in both dtypes: ${name}`, (t) => {
    const base = {
      batch: 2,
      input: [6, 7],
      window: [3, 3],
      strides: [1, 1],
      dilation: [1, 1],
      padding: [1, 1],
      groups: 1,
    }
    const all = { ...base, ...own } as Convolution
    const along = (i: number) =>
      Math.floor((all.input[i] + 2 * all.padding[i] - (all.window[i] - 1) * all.dilation[i] - 1) / all.strides[i]) + 1
    const size: Convolution = { ...all, output: [along(0), along(1)] }
    const x = draw([size.batch, ...size.input, size.channels])
    const kernel = draw([...size.window, size.channels / size.groups, size.filters], 2)
    const g = draw([size.batch, ...size.output, size.filters], 3)
    const [xs, ks, gs] = [x, kernel, g].map((one) => one.dataSync())
    for (const [dtype, tolerance] of [
      ['float64', 1e-14],
      ['float32', 2e-6],
    ] as const) {
      const [a, b, c] = [x, kernel, g].map((one) => one.cast(dtype))
      const y = run(ops.convolution, [a, b], { size, relu: false })
      t.true(distance(y, references.convolve(xs, ks, size)) < tolerance, `y, ${dtype}`)
      const dx = run(ops.convolutionInput, [c, b], size)
      t.true(distance(dx, references.convolveInput(gs, ks, size)) < tolerance, `dx, ${dtype}`)
      const dk = run(ops.convolutionKernel, [a, c], size)
      t.true(distance(dk, references.convolveKernel(xs, gs, size)) < tolerance, `dkernel, ${dtype}`)
    }
  })
}

test('padding is placed as in Keras: an odd zero comes behind, causal zeros before', (t) => {
  const x = tensor([[[1], [2], [4], [8]]])
  const pair = tensor([[[1]], [[10]]])
  t.deepEqual(conv1d(x, pair).flatten().toArray(), [21, 42, 84])
  t.deepEqual(conv1d(x, pair, { padding: 'same' }).flatten().toArray(), [21, 42, 84, 8])
  t.deepEqual(conv1d(x, pair, { padding: 'causal' }).flatten().toArray(), [10, 21, 42, 84])
  t.deepEqual(conv1d(x, pair, { padding: 'same', strides: 2 }).flatten().toArray(), [21, 84])
  t.deepEqual(conv1d(x, pair, { padding: 'causal', dilation: 2 }).flatten().toArray(), [10, 20, 41, 82])
  t.deepEqual(maxPool(x, 3, { padding: 'same', strides: 2 }).flatten().toArray(), [4, 8])
  t.deepEqual(
    averagePool(x, 3, { padding: 'same', strides: 1 }).flatten().toArray(),
    [1.5, 2.3333332538604736, 4.666666507720947, 6],
  )
})

test('a depthwise convolution with several kernels for each channel puts the results of a channel side by side', (t) => {
  const [x, kernel] = [draw([2, 4, 4, 3]), draw([2, 2, 3, 2], 2)]
  const y = depthwiseConv2d(x, kernel)
  t.deepEqual(y.shape, [2, 3, 3, 6])
  for (let channel = 0; channel < 3; channel++) {
    const own = conv2d(x.slice(`..., ${channel}:${channel + 1}`), kernel.slice(`:, :, ${channel}:${channel + 1}`))
    t.true(distance(y.slice(`..., ${2 * channel}:${2 * channel + 2}`), own.dataSync()) < 1e-12)
  }
  t.true(gradcheck((a, b) => depthwiseConv2d(a, b, { padding: 'same' }), [draw([1, 2, 2, 2]), draw([2, 2, 2, 2], 2)]))
})

test('a transposed convolution is the transpose: the same sums with inputs and outputs exchanged', (t) => {
  for (const strides of [1, 2]) {
    const [small, large, kernel] = [draw([1, 3, 2]), draw([1, 3 * strides, 4], 2), draw([3, 4, 2], 3)]
    const up = conv1dTranspose(small, kernel, { strides, padding: 'same' })
    t.deepEqual(up.shape, large.shape)
    const down = conv1d(large, kernel, { strides, padding: 'same' })
    t.true(Math.abs(up.mul(large).sum().item() - down.mul(small).sum().item()) < 1e-12)
  }
  const [x, kernel] = [draw([1, 2, 3, 2]), draw([3, 2, 3, 2], 4)]
  const padded = conv2dTranspose(x, kernel, { strides: 2, outputPadding: 1, bias: [1, 2, 3], relu: true })
  t.deepEqual(padded.shape, [1, 6, 7, 3])
  t.true(gradcheck((a, b) => conv2dTranspose(a, b, { strides: [2, 1], padding: 'same' }), [x, kernel]))
})

test('integers are computed as float32, and float64 stays', (t) => {
  const x = ones([1, 3, 1], { dtype: 'int32' })
  t.is(conv1d(x, ones([2, 1, 1], { dtype: 'int32' })).dtype, 'float32')
  t.is(conv1d(x, ones([2, 1, 1], { dtype: 'float64' })).dtype, 'float64')
  t.is(maxPool(x, 2).dtype, 'float32')
  t.is(averagePool(x.cast('float64'), 2).dtype, 'float64')
})

test('the gradient of maxPool goes to the first of equal numbers, and NaN is the largest', (t) => {
  const [dx] = grads((x) => maxPool(x, 3).sum())(tensor([1, 5, 5, 0, 0, 0]).reshape([1, 6, 1]))
  t.deepEqual(dx.flatten().toArray(), [0, 1, 0, 1, 0, 0])
  const [nan] = grads((x) => maxPool(x, 3).sum())(tensor([1, Number.NaN, Number.NaN]).reshape([1, 3, 1]))
  t.deepEqual(nan.flatten().toArray(), [0, 1, 0])
  t.true(Number.isNaN(maxPool(tensor([1, Number.NaN, 2]).reshape([1, 3, 1]), 3).item()))
})

test('batches may be empty', (t) => {
  const x = zeros([0, 5, 5, 2])
  t.deepEqual(conv2d(x, ones([3, 3, 2, 4])).shape, [0, 3, 3, 4])
  t.deepEqual(maxPool(x, 2).shape, [0, 2, 2, 2])
  const [dx, dk] = grads((a, b) => conv2d(a, b).sum())(x, ones([3, 3, 2, 4]))
  t.deepEqual([dx.shape, dk.sum().item()], [[0, 5, 5, 2], 0])
  t.deepEqual(depthwiseConv2d(x, ones([3, 3, 2, 1])).shape, [0, 3, 3, 2])
})

test('in a workspace the numbers are the same', (t) => {
  const [x, kernel] = [draw([3, 8, 8, 4]).cast('float32'), draw([3, 3, 4, 5], 2).cast('float32')]
  const outside = maxPool(conv2d(x, kernel, { relu: true }), 2)
  const inside = tidy(() => maxPool(conv2d(x, kernel, { relu: true }), 2))
  t.deepEqual(inside.toArray(), outside.toArray())
})

const image = ones([1, 5, 4, 3])
const mistakes: Record<string, [f: () => unknown, message: RegExp]> = {
  'a kernel taller than the image': [
    () => conv2d(image, ones([6, 2, 3, 1])),
    /^conv2d: the window \[6, 2\] does not fit into the input, whose height is 5 \(6 > 5\)\./,
  ],
  'a dilated kernel wider than the image': [
    () => conv2d(image, ones([2, 3, 3, 1]), { dilation: [1, 2] }),
    /^conv2d: the window \[2, 3\] with dilation \[1, 2\] does not fit into the input, whose width is 4 \(5 > 4\)\./,
  ],
  'a sequence that is too short': [
    () => conv1d(ones([1, 2, 1]), ones([3, 1, 1])),
    /^conv1d: .* whose length is 2 \(3 > 2\)/,
  ],
  'other channels': [
    () => conv2d(image, ones([2, 2, 4, 1])),
    /^conv2d: the input \[1, 5, 4, 3\] has 3 channels \(last axis\), but the kernel \[2, 2, 4, 1\] takes 4\./,
  ],
  'groups that do not divide': [
    () => conv2d(image, ones([2, 2, 1, 4]), { groups: 2 }),
    /^conv2d: 3 channels and 4 filters do not divide into 2 groups\./,
  ],
  'an image without its batch': [
    () => conv2d(ones([5, 4, 3]), ones([2, 2, 3, 1])),
    /^conv2d: the input must be \[batch, height, width, channels\], received \[5, 4, 3\]\. Add a missing axis/,
  ],
  'a kernel of a sequence': [
    () => conv2d(image, ones([2, 3, 1])),
    /^conv2d: the kernel must be \[height, width, …, …\], received/,
  ],
  'another bias': [
    () => conv2d(image, ones([2, 2, 3, 4]), { bias: [1] }),
    /^conv2d: the bias must have one number .* \[4\], received \[1\]/,
  ],
  'negative strides': [
    () => conv2d(image, ones([2, 2, 3, 1]), { strides: -1 }),
    /^conv2d: strides must be a whole number above 0, or an array of two, .* received -1\./,
  ],
  'three strides': [
    () => conv2d(image, ones([2, 2, 3, 1]), { strides: [1, 1, 1] }),
    /^conv2d: strides must be a whole number above 0, or an array of two, .* received/,
  ],
  'causal images': [
    () => conv2d(image, ones([2, 2, 3, 1]), { padding: 'causal' as 'same' }),
    /^conv2d: padding must be one of valid, same, received "causal"\./,
  ],
  'an output padding as large as the stride': [
    () => conv1dTranspose(ones([1, 2, 1]), ones([2, 1, 1]), { strides: 2, outputPadding: 2 }),
    /^conv1dTranspose: outputPadding 2 of axis 1 must be less than the stride 2\./,
  ],
  'a transposed kernel for other channels': [
    () => conv2dTranspose(image, ones([2, 2, 4, 2])),
    /^conv2dTranspose: the input \[1, 5, 4, 3\] has 3 channels \(last axis\), but the kernel \[2, 2, 4, 2\] takes 2\./,
  ],
  'depthwise kernels for other channels': [
    () => depthwiseConv2d(image, ones([2, 2, 2, 1])),
    /^depthwiseConv2d: .* takes 2\./,
  ],
  'a pool larger than the image': [
    () => maxPool(image, [2, 5]),
    /^maxPool: the window \[2, 5\] does not fit .* width is 4 \(5 > 4\)/,
  ],
  'a pool of a matrix': [
    () => averagePool(ones([2, 2]), 2),
    /^averagePool: the input must be \[batch, length, channels\] or/,
  ],
  'a pool of half numbers': [
    () => maxPool(image, 1.5),
    /^maxPool: size must be a whole number above 0, or .* received 1\.5\./,
  ],
}

for (const [name, [f, message]] of Object.entries(mistakes)) {
  test(`a message says what is wrong: ${name}`, (t) => {
    t.throws(f, { message })
  })
}
