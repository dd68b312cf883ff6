/**
 * Cases of the contract (`contract.test.ts`): convolutional layers, pooling, padding and up-sampling.
 */
import * as nabla from '../../src/index.js'
import type { Case } from './contract-checks.js'

/** Numbers along the last axis of an image of one channel, or of a sequence: [[1, 2], [3, 4]] → [[[1], [2]], [[3], [4]]]. */
const single = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((n) => [n]))

export const convolutionCases: Record<string, Case> = {
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
}
