/**
 * What every layer must do (`contract-checks.ts`): each layer that is exported has a case here, each case passes every check, and each check
 * refuses a layer that is wrong in its respect (`wrong-layers.ts`).
 */
import assert from 'node:assert/strict'
import test from 'ava'
import * as nabla from '../../src/index.js'
import { Activation, Dense, Dropout, Flatten, Layer, Sequential } from '../../src/index.js'
import { type Case, checks } from './contract-checks.js'
import { right, wrong } from './wrong-layers.js'

/** Numbers along the last axis of an image of one channel, or of a sequence: [[1, 2], [3, 4]] → [[[1], [2]], [[3], [4]]]. */
const single = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((n) => [n]))

const cases: Record<string, Case> = {
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
  Conv1D: {
    make: (options) => new nabla.Conv1D(1, 2, { padding: 'causal', activation: 'tanh', ...options }),
    input: [3, 1],
    example: {
      x: [[[1], [2], [4]]],
      weights: [[[[1]], [[10]]], [-21]],
      y: [[[Math.tanh(-11)], [0], [Math.tanh(21)]]],
    },
  },
  Conv2D: {
    make: (options) => new nabla.Conv2D(2, [1, 2], { strides: [1, 2], activation: 'relu', ...options }),
    input: [2, 3, 1],
    example: {
      x: [
        single([
          [1, 2, 9],
          [3, 4, 9],
        ]),
      ],
      weights: [[[[[1, -1]], [[10, 1]]]], [0.5, 0]],
      y: [[[[21.5, 1]], [[43.5, 1]]]],
    },
  },
  'Conv2D in groups, dilated, without a bias': {
    make: (options) =>
      new nabla.Conv2D(2, [1, 2], { dilation: [1, 2], groups: 2, useBias: false, padding: 'same', ...options }),
    input: [1, 3, 2],
    example: {
      x: [
        [
          [
            [1, 5],
            [2, 6],
            [3, 7],
          ],
        ],
      ],
      weights: [[[[[1, 1]], [[10, 100]]]]],
      y: [
        [
          [
            [20, 600],
            [31, 705],
            [2, 6],
          ],
        ],
      ],
    },
  },
  DepthwiseConv2D: {
    make: (options) => new nabla.DepthwiseConv2D([1, 2], { depthMultiplier: 2, ...options }),
    input: [1, 2, 2],
    example: {
      x: [
        [
          [
            [1, 3],
            [2, 4],
          ],
        ],
      ],
      weights: [
        [
          [
            [
              [1, 0],
              [1, 2],
            ],
            [
              [10, 1],
              [0, 1],
            ],
          ],
        ],
        [0, 0, 0, -1],
      ],
      y: [[[[21, 2, 3, 9]]]],
    },
  },
  SeparableConv2D: {
    make: (options) => new nabla.SeparableConv2D(1, [1, 2], options),
    input: [1, 2, 2],
    example: {
      x: [
        [
          [
            [1, 3],
            [2, 4],
          ],
        ],
      ],
      weights: [
        [
          [
            [[1], [1]],
            [[10], [0]],
          ],
        ],
        [[[[1], [100]]]],
        [-1],
      ],
      y: [[[[320]]]],
    },
  },
  Conv1DTranspose: {
    make: (options) => new nabla.Conv1DTranspose(1, 2, { strides: 2, activation: 'relu', ...options }),
    input: [2, 1],
    example: { x: [[[1], [2]]], weights: [[[[1]], [[10]]], [-5]], y: [[[0], [5], [0], [15]]] },
  },
  Conv2DTranspose: {
    make: (options) => new nabla.Conv2DTranspose(1, 2, { padding: 'same', ...options }),
    input: [1, 2, 1],
    example: {
      x: [single([[1, 2]])],
      weights: [
        [
          [[[1]], [[10]]],
          [[[100]], [[1000]]],
        ],
        [7],
      ],
      y: [single([[8, 19]])],
    },
  },
  MaxPooling1D: {
    make: (options) => new nabla.MaxPooling1D(2, options),
    input: [5, 1],
    example: { x: [[[1], [3], [2], [0], [9]]], y: [[[3], [2]]] },
  },
  MaxPooling2D: {
    make: (options) => new nabla.MaxPooling2D(2, { strides: 1, padding: 'same', ...options }),
    input: [2, 2, 1],
    example: {
      x: [
        single([
          [4, 1],
          [2, 3],
        ]),
      ],
      y: [
        single([
          [4, 3],
          [3, 3],
        ]),
      ],
    },
  },
  AveragePooling1D: {
    make: (options) => new nabla.AveragePooling1D(2, { padding: 'same', ...options }),
    input: [3, 1],
    example: { x: [[[1], [3], [2]]], y: [[[2], [2]]] },
  },
  AveragePooling2D: {
    make: (options) => new nabla.AveragePooling2D([2, 1], options),
    input: [2, 2, 1],
    example: {
      x: [
        single([
          [4, 1],
          [2, 3],
        ]),
      ],
      y: [single([[3, 2]])],
    },
  },
  GlobalMaxPooling1D: {
    make: (options) => new nabla.GlobalMaxPooling1D(options),
    input: [2, 2],
    example: {
      x: [
        [
          [1, 5],
          [3, 2],
        ],
      ],
      y: [[3, 5]],
    },
  },
  GlobalMaxPooling2D: {
    make: (options) => new nabla.GlobalMaxPooling2D(options),
    input: [1, 2, 1],
    example: { x: [single([[1, 5]])], y: [[5]] },
  },
  GlobalAveragePooling1D: {
    make: (options) => new nabla.GlobalAveragePooling1D({ keepDims: true, ...options }),
    input: [2, 2],
    example: {
      x: [
        [
          [1, 5],
          [3, 2],
        ],
      ],
      y: [[[2, 3.5]]],
    },
  },
  GlobalAveragePooling2D: {
    make: (options) => new nabla.GlobalAveragePooling2D(options),
    input: [1, 2, 1],
    example: { x: [single([[1, 5]])], y: [[3]] },
  },
  ZeroPadding1D: {
    make: (options) => new nabla.ZeroPadding1D([1, 0], options),
    input: [2, 1],
    example: { x: [[[5], [6]]], y: [[[0], [5], [6]]] },
  },
  ZeroPadding2D: {
    make: (options) => new nabla.ZeroPadding2D([0, [1, 2]], options),
    input: [1, 1, 1],
    example: { x: [[[[5]]]], y: [single([[0, 5, 0, 0]])] },
  },
  UpSampling1D: {
    make: (options) => new nabla.UpSampling1D(2, options),
    input: [2, 1],
    example: { x: [[[5], [6]]], y: [[[5], [5], [6], [6]]] },
  },
  UpSampling2D: {
    make: (options) => new nabla.UpSampling2D([1, 2], { interpolation: 'bilinear', ...options }),
    input: [1, 2, 1],
    example: { x: [single([[1, 2]])], y: [single([[1, 1.25, 1.75, 2]])] },
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
  const abstract = ['Model']
  const missing = names.map(([name]) => name).filter((name) => !abstract.includes(name) && !(name in cases))
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
