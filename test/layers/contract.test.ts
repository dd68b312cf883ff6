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
