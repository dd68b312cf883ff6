/**
 * Layers of convolutional networks: what their mistakes are answered with, how they print, and that a small network trains.
 */
import test from 'ava'
import {
  Adam,
  AveragePooling1D,
  Conv1D,
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalAveragePooling2D,
  MaxPooling2D,
  ones,
  randomNormal,
  SeparableConv2D,
  Sequential,
  setSeed,
  tensor,
  UpSampling2D,
  ZeroPadding2D,
} from '../../src/index.js'

const image = ones([1, 5, 4, 3])

const mistakes: Record<string, [f: () => unknown, message: RegExp]> = {
  'a kernel larger than the image': [
    () => new Conv2D(2, [3, 5], { name: 'first' }).apply(image),
    /^first: the window \[3, 5\] does not fit into the input, whose width is 4 \(5 > 4\)\./,
  ],
  'the same, before the first call': [
    () => new Conv2D(2, 6, { name: 'first' }).outputShape([5, 4, 3]),
    /^first: the window \[6, 6\] does not fit into the input, whose height is 5/,
  ],
  'channels that do not divide into groups': [
    () => new Conv2D(4, 2, { groups: 2, name: 'first' }).apply(image),
    /^first: 3 channels and 4 filters do not divide into 2 groups\./,
  ],
  'filters that do not divide into groups': [
    () => new Conv2D(3, 2, { groups: 2, name: 'c' }),
    /^c: filters must be a multiple of groups, 2, received 3\./,
  ],
  'images in place of sequences': [
    () => new Conv1D(2, 2, { name: 'first' }).apply(image),
    /^first: the input has 4 axes with that of the batch, \[batch, 5, 4, 3\], but must have 3\./,
  ],
  'images without channels': [
    () => new Conv2D(2, 2, { name: 'first' }).apply(ones([2, 28, 28])),
    /^first: the input has 3 axes with that of the batch, \[batch, 28, 28\], but must have 4\./,
  ],
  'other channels than before': [
    () => {
      const layer = new Conv2D(2, 2, { name: 'first' })
      layer.apply(image)
      layer.apply(ones([1, 5, 4, 1]))
    },
    /^first: built for examples of shape \[5, 4, 3\], received \[1, 5, 4, 1\]\. Axis -1 must be 3\./,
  ],
  'no filters': [() => new Conv2D(0, 3), /^Conv2D: filters must be a whole number above 0, received 0\./],
  'no size': [
    () => new Conv2D(8, undefined as unknown as number),
    /^Conv2D: kernelSize must be a whole number above 0, or an array of two/,
  ],
  'a negative size': [() => new DepthwiseConv2D(-3), /^DepthwiseConv2D: kernelSize must be .*, received -3\./],
  'three sizes': [() => new MaxPooling2D([2, 2, 2]), /^MaxPooling2D: poolSize must be .*, received \[2, 2, 2\]\./],
  'strides of half a pixel': [
    () => new SeparableConv2D(2, 3, { strides: 0.5 }),
    /^SeparableConv2D: strides must be .*, received 0\.5\./,
  ],
  'causal images': [
    () => new Conv2D(2, 3, { padding: 'causal' as 'same' }),
    /^Conv2D: padding must be one of valid, same, received "causal"\./,
  ],
  "Keras's spelling": [() => new Conv2D(2, 3, { dilation_rate: 2 } as object), /^Conv2D: unknown option dilation_rate/],
  'an output padding as large as the stride': [
    () => new Conv2DTranspose(2, 3, { strides: 2, outputPadding: [0, 2], name: 'up' }),
    /^up: outputPadding 2 of axis 2 must be less than the stride 2\./,
  ],
  'a pool larger than the sequence': [
    () => new AveragePooling1D(3, { name: 'pool' }).apply(ones([1, 2, 1])),
    /^pool: the window \[3\] does not fit into the input, whose length is 2 \(3 > 2\)\./,
  ],
  'pooling of vectors': [
    () => new GlobalAveragePooling2D({ name: 'pool' }).apply(ones([2, 3])),
    /^pool: the input has 2 axes/,
  ],
  'negative zeros': [() => new ZeroPadding2D([-1, 2]), /^ZeroPadding2D: padding must be a whole number, 0 or more, \[/],
  'an unknown interpolation': [
    () => new UpSampling2D(2, { interpolation: 'cubic' as 'nearest' }),
    /^UpSampling2D: interpolation must be one of nearest, bilinear, received "cubic"\./,
  ],
}

for (const [name, [f, message]] of Object.entries(mistakes)) {
  test(`a message names the layer and says what is wrong: ${name}`, (t) => {
    t.throws(f, { message })
  })
}

test('layers print what they are', (t) => {
  const layer = new Conv2D(16, 5, { activation: 'relu' })
  t.is(String(layer), 'Conv2D(16, 5×5, relu)')
  layer.apply(ones([1, 8, 8, 3]))
  t.is(String(layer), 'Conv2D(3 → 16, 5×5, relu)')
  t.is(String(new DepthwiseConv2D(3, { depthMultiplier: 2 })), 'DepthwiseConv2D(×2, 3×3)')
  t.is(String(new MaxPooling2D([2, 1])), 'MaxPooling2D(2×1)')
  t.is(String(new ZeroPadding2D([[1, 0], 2])), 'ZeroPadding2D(1+0, 2)')
  t.is(String(new UpSampling2D(2)), 'UpSampling2D(×2, ×2)')
})

test('images of another size are computed by the same weights', (t) => {
  const layer = new Conv2D(2, 3, { padding: 'same' })
  layer.apply(ones([1, 8, 8, 1]))
  t.deepEqual(layer.apply(ones([1, 5, 9, 1])).shape, [1, 5, 9, 2])
})

test('configurations have the names of Keras, and all sizes as arrays', (t) => {
  const config = new Conv2D(2, 3, { dilation: [1, 2], name: 'c' }).getConfig()
  t.deepEqual(
    [config.kernel_size, config.strides, config.dilation_rate],
    [
      [3, 3],
      [1, 1],
      [1, 2],
    ],
  )
  t.deepEqual(Conv2D.fromConfig(config).getConfig(), config)
  t.deepEqual(new MaxPooling2D(2).getConfig().strides, [2, 2])
})

test('a small network tells vertical from horizontal lines, in fit with float32', async (t) => {
  setSeed(3)
  const noise = randomNormal([64, 8, 8, 1], { seed: 1, std: 0.1 })
  const lines = tensor(
    Array.from({ length: 64 * 64 }, (_, i) => {
      const [example, y, x] = [i >> 6, (i >> 3) & 7, i & 7]
      return (example % 2 ? x : y) === (example >> 1) % 8 ? 1 : 0
    }),
    { shape: [64, 8, 8, 1] },
  )
  const labels = tensor(
    Array.from({ length: 64 }, (_, i) => i % 2),
    { dtype: 'int32' },
  )
  const model = new Sequential([
    new Conv2D(4, 3, { activation: 'relu', seed: 1 }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(2, { seed: 2 }),
  ])
  model.compile({
    optimizer: new Adam({ learningRate: 0.02 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  await model.fit(lines.add(noise), labels, { epochs: 12, batchSize: 16, verbose: 0, seed: 4 })
  const result = (await model.evaluate(lines.add(noise), labels)) as Record<string, number>
  t.true(result.accuracy > 0.98, JSON.stringify(result))
})
