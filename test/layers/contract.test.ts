/**
 * What every layer must do (`contract-checks.ts`): each layer that is exported has a case here, each case passes every check, and each check
 * refuses a layer that is wrong in its respect (`wrong-layers.ts`).
 */
import assert from 'node:assert/strict'
import test from 'ava'
import * as nabla from '../../src/index.js'
import { Activation, Dense, Dropout, Flatten, Layer, Sequential } from '../../src/index.js'
import { type Case, checks } from './contract-checks.js'
import { convolutionCases } from './convolution-cases.js'
import { sequenceCases } from './sequence-cases.js'
import { right, wrong } from './wrong-layers.js'

const float64 = (data: nabla.TensorLike) => nabla.tensor(data, { dtype: 'float64' })

/** A layer of two inputs, [1, 2] and [10, 20]. */
const merging = (Class: new (options: nabla.LayerOptions) => Layer, y: number[]): Case => ({
  make: (options) => new Class(options),
  input: [[3], [3]],
  example: { x: [float64([[1, 2]]), float64([[10, 20]])], y: [y] },
})

const cases: Record<string, Case> = {
  ...convolutionCases,
  Dense: {
    make: (options) => new Dense(3, { activation: 'tanh', ...options }),
    input: [4],
    example: {
      x: [[1, 2, 0, 0]],
      weights: [
        [
          [1, 0, 2],
          [0, 1, -1],
          [5, 5, 5],
          [5, 5, 5],
        ],
        [-1, -2, 1],
      ],
      y: [[0, 0, Math.tanh(1)]],
    },
  },
  'Dense without a bias, on rows of rows': {
    make: (options) => new Dense(2, { useBias: false, ...options }),
    input: [2, 3],
    example: {
      x: [
        [
          [1, 2, 3],
          [0, 0, 1],
        ],
      ],
      weights: [
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
      ],
      y: [
        [
          [4, 5],
          [1, 1],
        ],
      ],
    },
  },
  'Dense with relu': {
    make: (options) => new Dense(2, { activation: 'relu', ...options }),
    input: [1],
    example: { x: [[2]], weights: [[[1, -1]], [0.5, 0.5]], y: [[2.5, 0]] },
  },
  Activation: {
    make: (options) => new Activation('sigmoid', options),
    input: [3],
    example: { x: [[0, Math.log(3)]], y: [[0.5, 0.75]] },
  },
  Dropout: {
    make: (options) => new Dropout(0.4, { seed: 5, ...options }),
    input: [2, 3],
    example: { x: [[1, 2]], y: [[1, 2]] },
  },
  ReLU: {
    make: (options) => new nabla.ReLU({ maxValue: 2, negativeSlope: 0.1, ...options }),
    input: [3],
    example: { x: [[-1, 1, 3]], y: [[-0.1, 1, 2]] },
  },
  LeakyReLU: {
    make: (options) => new nabla.LeakyReLU(options),
    input: [3],
    example: { x: [[-1, 1]], y: [[-0.3, 1]] },
  },
  PReLU: {
    make: (options) => new nabla.PReLU({ sharedAxes: [1], ...options }),
    input: [2, 3],
    example: { x: [[[-1, -1, 4]]], weights: [[[0.5, 2, 3]]], y: [[[-0.5, -2, 4]]] },
  },
  ELU: {
    make: (options) => new nabla.ELU({ alpha: 2, ...options }),
    input: [3],
    example: { x: [[-Math.log(2), 1]], y: [[-1, 1]] },
  },
  Softmax: {
    make: (options) => new nabla.Softmax(options),
    input: [3],
    example: { x: [[0, Math.log(3)]], y: [[0.25, 0.75]] },
  },
  SpatialDropout1D: {
    make: (options) => new nabla.SpatialDropout1D(0.4, { seed: 5, ...options }),
    input: [2, 3],
    example: { x: [[[1, 2]]], y: [[[1, 2]]] },
  },
  SpatialDropout2D: {
    make: (options) => new nabla.SpatialDropout2D(0.4, { seed: 5, ...options }),
    input: [2, 2, 2],
    example: { x: [[[[1, 2]]]], y: [[[[1, 2]]]] },
  },
  GaussianNoise: {
    make: (options) => new nabla.GaussianNoise(0.4, { seed: 5, ...options }),
    input: [3],
    example: { x: [[1, 2]], y: [[1, 2]] },
  },
  GaussianDropout: {
    make: (options) => new nabla.GaussianDropout(0.4, { seed: 5, ...options }),
    input: [3],
    example: { x: [[1, 2]], y: [[1, 2]] },
  },
  Reshape: {
    make: (options) => new nabla.Reshape([3, -1], options),
    input: [2, 3],
    example: { x: [[[1, 2, 3]]], y: [[[1], [2], [3]]] },
  },
  Permute: {
    make: (options) => new nabla.Permute([2, 1], options),
    input: [2, 3],
    example: {
      x: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      y: [
        [
          [1, 3],
          [2, 4],
        ],
      ],
    },
  },
  RepeatVector: {
    make: (options) => new nabla.RepeatVector(2, options),
    input: [3],
    example: {
      x: [[1, 2]],
      y: [
        [
          [1, 2],
          [1, 2],
        ],
      ],
    },
  },
  Masking: {
    make: (options) => new nabla.Masking({ maskValue: 3, ...options }),
    input: [2, 3],
    example: {
      x: [
        [
          [3, 3],
          [3, 1],
        ],
      ],
      y: [
        [
          [0, 0],
          [3, 1],
        ],
      ],
    },
  },
  Add: merging(nabla.Add, [11, 22]),
  Subtract: merging(nabla.Subtract, [-9, -18]),
  Multiply: merging(nabla.Multiply, [10, 40]),
  Average: merging(nabla.Average, [5.5, 11]),
  Maximum: merging(nabla.Maximum, [10, 20]),
  Minimum: merging(nabla.Minimum, [1, 2]),
  Concatenate: { ...merging(nabla.Concatenate, [1, 2, 10, 20]), input: [[3], [2]] },
  Dot: {
    make: (options) => new nabla.Dot([2, 1], { normalize: true, ...options }),
    input: [
      [2, 3],
      [3, 2],
    ],
    example: { x: [float64([[[3, 4]]]), float64([[[0], [5]]])], y: [[[0.8]]] },
  },
  Lambda: {
    make: (options) => new nabla.Lambda('x^2 + x', options),
    input: [3],
    example: { x: [[1, 2]], y: [[2, 6]] },
  },
  Rescaling: {
    make: (options) => new nabla.Rescaling(2, { offset: -1, ...options }),
    input: [3],
    example: { x: [[1, 2]], y: [[1, 3]] },
  },
  Normalization: {
    make: (options) => new nabla.Normalization(options),
    input: [3],
    example: { x: [[1, 2]], weights: [[0, 1], [4, 0.25], 7 as never], y: [[0.5, 2]] },
  },
  'Normalization, inverted': {
    make: (options) => new nabla.Normalization({ mean: [1], variance: [4], invert: true, ...options }),
    input: [1],
    example: { x: [[3]], y: [[7]] },
  },
  CategoryEncoding: {
    make: (options) => new nabla.CategoryEncoding(3, { outputMode: 'count', ...options }),
    input: [4],
    values: (shape) => nabla.randomInt(shape, { high: 3, seed: 1 }),
    isWhole: true,
    example: { x: [[0, 2, 2]], y: [[1, 0, 2]] },
  },
  Flatten: {
    make: (options) => new Flatten(options),
    input: [2, 3],
    example: {
      x: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      y: [[1, 2, 3, 4]],
    },
  },
  ...sequenceCases,
  Sequential: {
    make: ({ dtype, ...options }) =>
      new Sequential(
        [new Dense(3, { activation: 'tanh', dtype }), new Dropout(0.3, { seed: 1 }), new Dense(2, { dtype })],
        { dtype, ...options },
      ),
    input: [2],
    example: {
      x: [[1, 2]],
      weights: [
        [
          [1, 1, 0],
          [0, 0, 0],
        ],
        [0, -1, 0],
        [
          [2, 0],
          [9, 9],
          [9, 9],
        ],
        [0, 1],
      ],
      y: [[2 * Math.tanh(1), 1]],
    },
  },
}

for (const [name, c] of Object.entries(cases))
  for (const [what, check] of Object.entries(checks))
    test(`${name} ${what}`, (t) => {
      t.notThrows(() => check(c))
    })

test('every layer that is exported takes part here', (t) => {
  const names = Object.entries(nabla).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof Layer,
  )
  const abstract = ['Model', 'Recurrent']
  const elsewhere = ['StringLookup'] // takes strings: `string-lookup.test.ts`
  const missing = names
    .map(([name]) => name)
    .filter((name) => ![...abstract, ...elsewhere].includes(name) && !(name in cases))
  t.true(names.length > 5)
  t.deepEqual(missing, [], 'add it to `cases`')
})

test('a layer as it should be passes all checks', (t) => {
  for (const [what, check] of Object.entries(checks)) t.notThrows(() => check(right), what)
})

for (const [what, check] of Object.entries(checks))
  test(`a layer that is wrong is refused: one that ${what}, but does not`, (t) => {
    t.throws(() => check(wrong[what]), { instanceOf: assert.AssertionError })
  })
