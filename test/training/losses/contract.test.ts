/**
 * What holds for every loss. A loss that is exported and not listed here fails the first test.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import ts from 'typescript'
import * as nabla from '../../../src/index.js'
import { lossNames } from '../../../src/training/losses/get-loss.js'
import { filesBelow, syntaxTree } from '../../source.js'

const { Activation, Dense, gradcheck, OptionError, Sequential, SGD, ShapeError, Tensor, tensor, valueAndGrad } = nabla

type Loss = (yTrue: unknown, yPred: unknown, options?: object) => nabla.Tensor

/** Targets, predictions and the loss of them, by hand. */
interface Example {
  readonly yTrue: number[] | number[][]
  readonly yPred: number[][]
  readonly value: number
}

/** A loss by example; one of probabilities has a second example, with `fromLogits: false`. */
interface Case extends Example {
  readonly ofProbabilities?: Example
}

const { log, exp } = Math
const numbers = { yTrue: [[1], [2], [-1]], yPred: [[1.5], [2.25], [2]] }
/** The probabilities of the classes, by logits. */
const softmax = (row: number[]) => row.map((x) => exp(x) / row.reduce((sum, other) => sum + exp(other), 0))
const logits = [
  [0.5, -1, 2],
  [1, 0.25, -0.5],
]
const [p, q] = logits.map(softmax)
const probabilities = [
  [0.25, 0.25, 0.5],
  [0.5, 0.375, 0.125],
]

const cases: Record<nabla.LossName, Case> = {
  meanSquaredError: { ...numbers, value: (0.5 ** 2 + 0.25 ** 2 + 3 ** 2) / 3 },
  meanAbsoluteError: { ...numbers, value: (0.5 + 0.25 + 3) / 3 },
  meanAbsolutePercentageError: { ...numbers, value: (100 * (0.5 + 0.125 + 3)) / 3 },
  huber: { ...numbers, value: (0.5 ** 2 / 2 + 0.25 ** 2 / 2 + (3 - 0.5)) / 3 },
  sparseCategoricalCrossentropy: {
    yTrue: [2, 0],
    yPred: logits,
    value: -(log(p[2]) + log(q[0])) / 2,
    ofProbabilities: { yTrue: [2, 1], yPred: probabilities, value: -(log(0.5) + log(0.375)) / 2 },
  },
  categoricalCrossentropy: {
    yTrue: [
      [0, 0, 1],
      [0.5, 0.5, 0],
    ],
    yPred: logits,
    value: -(log(p[2]) + 0.5 * log(q[0]) + 0.5 * log(q[1])) / 2,
    ofProbabilities: {
      yTrue: [
        [0, 0, 1],
        [0.5, 0.5, 0],
      ],
      yPred: probabilities,
      value: -(log(0.5) + 0.5 * log(0.5) + 0.5 * log(0.375)) / 2,
    },
  },
  binaryCrossentropy: {
    yTrue: [[1], [0], [0.25]],
    yPred: [[2], [-1], [0]],
    value: (log(1 + exp(-2)) + log(1 + exp(-1)) + log(2)) / 3,
    ofProbabilities: {
      yTrue: [[1], [0], [0.25]],
      yPred: [[0.5], [0.25], [0.125]],
      value: -(log(0.5) + log(0.75) + 0.25 * log(0.125) + 0.75 * log(0.875)) / 3,
    },
  },
}

interface Golden {
  readonly yTrue: number[]
  readonly yPred: number[][]
  readonly fromLogits: boolean | null
  readonly loss: number
  readonly gradient: number[][]
}

// Made by test/golden/keras-training.py
const golden: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../../golden/keras-training.json', import.meta.url), 'utf8'),
).losses

const lossOf = (name: string) => (nabla as unknown as Record<string, Loss>)[name]
const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

test('every loss is exported, listed in get-loss.ts, takes part here and has numbers from Keras', (t) => {
  const files = filesBelow('src/training/losses', '.ts').filter((file) => !/(get-loss|loss)\.ts$/.test(file))
  const functions = files.flatMap((file) =>
    syntaxTree(file).statements.flatMap((s) => {
      const isExported = ts.isFunctionDeclaration(s) && s.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
      return isExported && s.name ? [s.name.text] : []
    }),
  )
  t.deepEqual([...lossNames].sort(), functions.sort(), 'list it in src/training/losses/get-loss.ts')
  t.deepEqual(Object.keys(cases).sort(), [...lossNames].sort(), 'add it to `cases`')
  for (const name of lossNames) {
    t.is(typeof lossOf(name), 'function', `export ${name} from src/index.ts`)
    t.true(Object.keys(golden).includes(name), `add ${name} to test/golden/keras-training.py`)
  }
})

for (const [name, value] of Object.entries(golden)) {
  test(`${name} and its gradient are Keras's`, (t) => {
    const { yTrue, yPred, fromLogits, loss, gradient } = value
    const f = lossOf(name.split(' ')[0])
    const [got, g] = valueAndGrad((x) => f(tensor(yTrue), x, ...(fromLogits === null ? [] : [{ fromLogits }])))(yPred)
    t.true(near(got.item(), loss, 2e-6), `${got.item()} ≠ ${loss}`)
    const want = gradient.flat()
    t.true(
      [...g.dataSync()].every((v, i) => Math.abs(v - want[i]) <= 2e-6),
      `${[...g.dataSync()]} ≠ ${want}`,
    )
  })
}

for (const [name, { ofProbabilities, ...ofLogits }] of Object.entries(cases)) {
  const loss = lossOf(name)
  const examples: [Example, object[]][] = [[ofLogits, []]]
  if (ofProbabilities) examples.push([ofProbabilities, [{ fromLogits: false }]])

  test(`${name} called with options alone, as Keras's loss classes are, is an error that names it`, (t) => {
    t.throws(() => loss({ fromLogits: true }, undefined), {
      instanceOf: OptionError,
      message: `${name}: yPred is missing. Call ${name}(yTrue, yPred), or pass the loss itself to compile: { loss: '${name}' }.`,
    })
  })

  test(`${name} is a scalar of the right value and dtype, for tensors and arrays`, (t) => {
    for (const [{ yTrue, yPred, value }, options] of examples) {
      for (const [dtype, tolerance] of [
        ['float32', 1e-6],
        ['float64', 1e-12],
      ] as const) {
        const predictions = tensor(yPred, { dtype })
        for (const targets of [yTrue, tensor(yTrue, { dtype })]) {
          const result = loss(targets, predictions, ...options)
          t.true(result instanceof Tensor)
          t.deepEqual([result.shape, result.dtype], [[], dtype])
          t.true(near(result.item(), value, tolerance), `${dtype}: ${result.item()} ≠ ${value}`)
        }
      }
      t.true(near(loss(yTrue, yPred, ...options).item(), value, 1e-6), 'arrays')
    }
  })

  test(`${name} takes int32 and bool targets`, (t) => {
    const whole = (ofLogits.yTrue as number[]).flat().map((v) => (v > 0.5 ? 1 : 0))
    const shape = tensor(ofLogits.yTrue).shape
    const results = (['float32', 'int32', 'bool'] as const).map((dtype) =>
      loss(tensor(whole, { dtype, shape }), tensor(ofLogits.yPred)).item(),
    )
    t.true(
      results.every((x) => x === results[0] && Number.isFinite(x)),
      `${results}`,
    )
  })

  test(`${name} has the gradient of its values`, (t) => {
    for (const [{ yTrue, yPred }, options] of examples)
      t.true(gradcheck((x) => loss(tensor(yTrue, { dtype: x.dtype }), x, ...options), [yPred]))
  })

  test(`${name} takes targets with a trailing 1 more or less, and broadcasts nothing`, (t) => {
    const { yTrue, yPred, value } = ofLogits
    const { shape } = tensor(yTrue)
    if (shape.at(-1) === 1 || shape.length === 1) {
      const others = shape.length === 1 ? tensor(yTrue).expandDims(1) : tensor(yTrue).flatten()
      t.true(near(loss(others, yPred).item(), value, 1e-6))
    }
    for (const wrong of [[1], [[1]], [[1, 0, 1, 0]], 1])
      t.throws(() => loss(tensor(wrong), tensor(yPred)), { instanceOf: ShapeError, message: new RegExp(`^${name}: `) })
  })

  test(`compile takes ${name} by name, in snake case and as a function`, (t) => {
    for (const [{ yTrue, yPred, value }, options] of examples) {
      for (const given of [name, snakeCase(name), loss]) {
        // A layer with the predictions as its result, as compile sees logits or probabilities
        class Ending extends Activation {
          override get givesProbabilities(): boolean {
            return options.length > 0
          }
        }
        const model = new Sequential([new Ending('linear')])
        model.compile({ optimizer: new SGD(), loss: given as nabla.LossLike })
        t.true(near(model.evaluate(yPred, yTrue).loss, value, 1e-6), String(given))
      }
    }
  })

  test(`${name} falls in training`, async (t) => {
    const { yTrue, yPred } = ofLogits
    const model = new Sequential([new Dense(yPred[0].length, { kernelInitializer: 'zeros' })])
    model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: name as nabla.LossName })
    const x = yPred.map((_, i) => yPred.map((_, j) => Number(i === j)))
    const { history } = await model.fit(x, yTrue, { epochs: 20, shuffle: false })
    t.true(history.loss[19] < history.loss[0], `${history.loss}`)
  })
}

test('options of losses are checked', (t) => {
  const takers = Object.entries(cases).filter(([, { ofProbabilities }]) => ofProbabilities)
  for (const [name, { yTrue, yPred }] of takers)
    t.throws(() => lossOf(name)(yTrue, yPred, { from_logits: false }), {
      instanceOf: OptionError,
      message: new RegExp(`^${name}: unknown option from_logits\\. Did you mean fromLogits\\?`),
    })
  const { yTrue, yPred } = cases.huber
  t.throws(() => lossOf('huber')(yTrue, yPred, { gamma: 1 }), { instanceOf: OptionError, message: /^huber: unknown/ })
  t.is(lossOf('huber')([[0]], [[3]], { delta: 2 }).item(), 2 * (3 - 1))
})
