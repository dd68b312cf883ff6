/**
 * What holds for every loss. A loss that is exported and not listed here fails the first test.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import ts from 'typescript'
import * as nabla from '../../../src/index.js'
import { getLoss } from '../../../src/training/losses/get-loss.js'
import { lossNames } from '../../../src/training/losses/named-losses.js'
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
  /** True if predictions are probabilities unless the options say otherwise. */
  readonly isOfProbabilities?: boolean
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

/** Labels of two classes, and scores or chances of them. */
const yesOrNo = {
  yTrue: [
    [1, 0],
    [0, 1],
    [0, 0],
  ],
  yPred: [
    [2, -1],
    [0.5, 0.25],
    [-3, 1.5],
  ],
}
const chances = [
  [0.5, 0.25],
  [0.25, 0.875],
  [0.125, 0.5],
]
const sigmoid = (x: number) => 1 / (1 + exp(-x))
/** The mean of a function of label and score over `yesOrNo`. */
const meanOf = (f: (y: number, p: number) => number, predictions: number[][] = yesOrNo.yPred) => {
  const values = yesOrNo.yTrue.flatMap((row, i) => row.map((y, j) => f(y, predictions[i][j])))
  return values.reduce((a, b) => a + b) / values.length
}
const focal = (y: number, p: number) => (y === 1 ? -((1 - p) ** 2) * log(p) : -(p ** 2) * log(1 - p))
const sign = (y: number) => 2 * y - 1

const cases: Record<nabla.LossName, Case> = {
  meanSquaredError: { ...numbers, value: (0.5 ** 2 + 0.25 ** 2 + 3 ** 2) / 3 },
  meanAbsoluteError: { ...numbers, value: (0.5 + 0.25 + 3) / 3 },
  meanAbsolutePercentageError: { ...numbers, value: (100 * (0.5 + 0.125 + 3)) / 3 },
  meanSquaredLogarithmicError: {
    yTrue: [[1], [2], [0]],
    yPred: [[3], [2], [7]],
    value: (log(2) ** 2 + log(8 / (1 + 1e-7)) ** 2) / 3,
  },
  huber: { ...numbers, value: (0.5 ** 2 / 2 + 0.25 ** 2 / 2 + (3 - 0.5)) / 3 },
  logCosh: { ...numbers, value: (log(Math.cosh(0.5)) + log(Math.cosh(0.25)) + log(Math.cosh(3))) / 3 },
  poisson: {
    yTrue: [[1], [2], [0]],
    yPred: [[1], [0.5], [2]],
    value: (1 + 0.5 - 2 * log(0.5 + 1e-7) - log(1 + 1e-7) + 2) / 3,
  },
  klDivergence: {
    yTrue: [
      [0.5, 0.5],
      [0.25, 0.75],
    ],
    yPred: [
      [0.25, 0.75],
      [0.25, 0.75],
    ],
    value: (0.5 * log(2) + 0.5 * log(2 / 3)) / 2,
    isOfProbabilities: true,
  },
  hinge: { ...yesOrNo, value: meanOf((y, p) => Math.max(0, 1 - sign(y) * p)) },
  squaredHinge: { ...yesOrNo, value: meanOf((y, p) => Math.max(0, 1 - sign(y) * p) ** 2) },
  categoricalHinge: {
    yTrue: [
      [0, 0, 1],
      [0, 1, 0],
    ],
    yPred: logits,
    value: (0 + (1 - 0.25 + 1)) / 2,
  },
  cosineSimilarity: {
    yTrue: [
      [3, 4],
      [0, 2],
    ],
    yPred: [
      [4, 3],
      [1, -1],
    ],
    value: (-0.96 + Math.SQRT1_2) / 2,
  },
  dice: {
    yTrue: [[1], [0], [1]],
    yPred: [[0.5], [0.25], [0.75]],
    value: 1 - 2.5 / (2 + 1.5 + 1e-7),
  },
  binaryFocalCrossentropy: {
    ...yesOrNo,
    value: meanOf((y, p) => focal(y, sigmoid(p))),
    ofProbabilities: { ...yesOrNo, yPred: chances, value: meanOf(focal, chances) },
  },
  categoricalFocalCrossentropy: {
    yTrue: [
      [0, 0, 1],
      [0, 1, 0],
    ],
    yPred: logits,
    value: -(0.25 * (1 - p[2]) ** 2 * log(p[2]) + 0.25 * (1 - q[1]) ** 2 * log(q[1])) / 2,
    ofProbabilities: {
      yTrue: [
        [0, 0, 1],
        [0, 1, 0],
      ],
      yPred: probabilities,
      value: (-0.25 * (0.25 * log(0.5) + 0.625 ** 2 * log(0.375))) / 2,
    },
  },
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
  readonly name: string
  /** The arguments: indices of `arrays`. */
  readonly args: number[]
  readonly options: object
  readonly value: unknown
  /** The argument that the gradient is of. */
  readonly wrt: number
  readonly gradient: unknown
}

// Made by test/golden/keras-losses.py
const { arrays, cases: golden }: { arrays: number[][][]; cases: Record<string, Golden> } = JSON.parse(
  readFileSync(new URL('../../golden/keras-losses.json', import.meta.url), 'utf8'),
)

/** A loss as users import it; one has the name of an operation, and is found in `losses` only. */
const lossOf = (name: string) =>
  (name === 'cosineSimilarity'
    ? nabla.losses.cosineSimilarity
    : (nabla as unknown as Record<string, Loss>)[name]) as Loss
/** Losses of three arguments, which `compile` cannot use. */
const ofThree = ['gaussianNLL', 'tripletMargin']
const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

const isLossFile = (file: string) => !/(get-loss|named-losses|catalog|loss)\.ts$/.test(file)
/** Shared by files of losses, and no losses. */
const helpers = ['categorical', 'smooth']

test('every loss is exported, listed in named-losses.ts, takes part here and has numbers from Keras', (t) => {
  const files = filesBelow('src/training/losses', '.ts').filter(isLossFile)
  const functions = files.flatMap((file) =>
    syntaxTree(file).statements.flatMap((s) => {
      const isExported = ts.isFunctionDeclaration(s) && s.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
      return isExported && s.name && !helpers.includes(s.name.text) ? [s.name.text] : []
    }),
  )
  t.deepEqual([...lossNames, ...ofThree].sort(), functions.sort(), 'list it in src/training/losses/named-losses.ts')
  t.deepEqual(Object.keys(cases).sort(), [...lossNames].sort(), 'add it to `cases`')
  const named = Object.values(golden).map(({ name }) => name)
  for (const name of functions) {
    t.is(typeof lossOf(name), 'function', `export ${name} from src/index.ts`)
    t.true(named.includes(name), `add ${name} to test/golden/keras-losses.py`)
  }
})

const flat = (x: unknown) => [x].flat(9) as number[]

/** Asserts that numbers are those of a golden, to the precision of float32. */
function same(t: ExecutionContext, got: unknown, want: unknown): void {
  const [a, b] = [flat(got), flat(want)]
  t.is(a.length, b.length)
  const scale = Math.max(1, ...b.map(Math.abs))
  for (const [i, value] of b.entries()) t.true(Math.abs(a[i] - value) <= 3e-6 * scale, `${a} ≠ ${b}`)
}

for (const [title, { name, args, options, value, wrt, gradient }] of Object.entries(golden)) {
  const call = (x: nabla.Tensor, more: object = options) => {
    const inputs = args.map((index, i) => (i === wrt ? x : tensor(arrays[index])))
    return (lossOf(name) as (...all: unknown[]) => nabla.Tensor)(...inputs, more)
  }

  test(`${title}: the value and its gradient are those of the golden file`, (t) => {
    const [, g] = valueAndGrad((x) => call(x).sum())(arrays[args[wrt]])
    const result = call(tensor(arrays[args[wrt]]))
    t.deepEqual(result.shape, tensor(value as number[]).shape)
    same(t, result.toArray(), value)
    same(t, g.toArray(), gradient)
    if (!('reduction' in options || 'ignoreClass' in options))
      same(
        t,
        call(tensor(arrays[args[wrt]]), { ...options, reduction: null })
          .mean()
          .item(),
        value,
      )
  })
}

for (const [name, { ofProbabilities, isOfProbabilities, ...ofLogits }] of Object.entries(cases)) {
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
    const whole = (ofLogits.yTrue as number[]).flat().map((v) => (v >= 0.5 ? 1 : 0))
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
            return options.length > 0 || isOfProbabilities === true
          }
        }
        const model = new Sequential([new Ending('linear')])
        model.compile({ optimizer: new SGD(), loss: given as nabla.LossLike })
        t.true(near(model.evaluate(yPred, yTrue).loss, value, 1e-6), String(given))
      }
    }
  })

  test(`${name} with yTrue and yPred swapped is an error where that can be seen`, (t) => {
    const [target, prediction] = [tensor(ofLogits.yTrue), nabla.variable(ofLogits.yPred)]
    t.throws(() => loss(prediction.mul(1), target), {
      message: new RegExp(`^${name}: .* Are the arguments swapped\\?`),
    })
    t.notThrows(() => nabla.noGrad(() => loss(ofLogits.yTrue, prediction)))
  })

  test(`${name} takes a weight per example, and says when they do not fit`, (t) => {
    const n = ofLogits.yPred.length
    const all = loss(ofLogits.yTrue, ofLogits.yPred).item()
    const perExample = name === 'dice' ? { axis: 1 } : {}
    const whole = loss(ofLogits.yTrue, ofLogits.yPred, perExample).item()
    for (const sampleWeight of [2, new Array(n).fill(2), new Array(n).fill([2]), new Int32Array(n).fill(2)])
      t.true(near(loss(ofLogits.yTrue, ofLogits.yPred, { ...perExample, sampleWeight }).item(), 2 * whole, 1e-6))
    t.is(loss(ofLogits.yTrue, ofLogits.yPred, { sampleWeight: null }).item(), all)
    for (const sampleWeight of [new Array(n + 1).fill(1), [new Array(n + 1).fill(1)], tensor([[[1]]])])
      t.throws(() => loss(ofLogits.yTrue, ofLogits.yPred, { ...perExample, sampleWeight }), {
        instanceOf: ShapeError,
        message: new RegExp(`^${name}: sampleWeight has shape`),
      })
  })

  test(`${name} of a configuration is the loss with its options`, (t) => {
    const { losses } = nabla
    const config = JSON.parse(
      JSON.stringify(losses.serialize(losses.get(name as nabla.LossName, { reduction: 'sum' }))),
    )
    t.is(
      losses.get(config)(tensor(ofLogits.yTrue), tensor(ofLogits.yPred)).item(),
      loss(ofLogits.yTrue, ofLogits.yPred, { reduction: 'sum' }).item(),
    )
    for (const given of [name, snakeCase(name), config.class_name]) t.is(losses.get(given), loss as never)
    t.throws(() => losses.get(name as nabla.LossName, { reduction: 'all' }), {
      message: new RegExp(`^${name}: reduction must be one of`),
    })
    t.throws(() => losses.get(name as nabla.LossName, { sample_weight: 1 }), { message: /Did you mean sampleWeight\?/ })
  })

  test(`${name} falls in training`, async (t) => {
    const { yTrue, yPred } = ofLogits
    const model = new Sequential([new Dense(yPred[0].length, { kernelInitializer: 'zeros', biasInitializer: 'ones' })])
    model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: name as nabla.LossName })
    const x = yPred.map((_, i) => yPred.map((_, j) => Number(i === j)))
    const { history } = await model.fit(x, yTrue, { epochs: 20, shuffle: false })
    t.true(history.loss[19] < history.loss[0], `${history.loss}`)
  })
}

test('options of losses are checked', (t) => {
  for (const [name, { yTrue, yPred }] of Object.entries(cases)) {
    const loss = lossOf(name)
    t.throws(() => loss(yTrue, yPred, { no_such: false }), {
      instanceOf: OptionError,
      message: new RegExp(`^${name}: unknown option`),
    })
    t.throws(() => loss(yTrue, yPred, { reduction: 'average' }), {
      message: new RegExp(`^${name}: reduction must be one of sumOverBatchSize, sum`),
    })
    if (!cases[name as nabla.LossName].ofProbabilities) continue
    t.throws(() => loss(yTrue, yPred, { from_logits: false }), {
      instanceOf: OptionError,
      message: new RegExp(`^${name}: unknown option from_logits\\. Did you mean fromLogits\\?`),
    })
    t.throws(() => loss(yTrue, yPred, { axis: 0.5 }), { message: new RegExp(`^${name}: axis must be`) })
    t.throws(() => loss(yTrue, yPred, { axis: 2 }), { message: new RegExp(`^${name}: there is no axis 2`) })
  }
  const wrong: [name: string, options: object, message: RegExp][] = [
    ['binaryCrossentropy', { labelSmoothing: 1.5 }, /labelSmoothing must be in \[0, 1\]/],
    ['sparseCategoricalCrossentropy', { labelSmoothing: 0.1 }, /unknown option labelSmoothing/],
    ['huber', { gamma: 1 }, /unknown option/],
    ['huber', { delta: 0 }, /delta must be/],
    ['binaryFocalCrossentropy', { gamma: -1 }, /gamma must be/],
    ['categoricalFocalCrossentropy', { alpha: [0.5, -1] }, /alpha must be/],
    ['dice', { axis: 'all' }, /axis must be/],
  ]
  for (const [name, options, message] of wrong)
    t.throws(() => lossOf(name)([[1]], [[1]], options), { instanceOf: OptionError, message })
  t.is(lossOf('huber')([[0]], [[3]], { delta: 2 }).item(), 2 * (3 - 1))
})

test('losses of three arguments say what is wrong with them', (t) => {
  const { gaussianNLL, tripletMargin } = nabla
  const x = [[1, 2]]
  const wrong: [call: () => unknown, message: RegExp][] = [
    [() => gaussianNLL(x, x, undefined as never), /^gaussianNLL: the variance is missing/],
    [() => gaussianNLL(x, x, [[1, -2]]), /^gaussianNLL: a variance is -2\. /],
    [() => gaussianNLL(x, x, [[1, 2, 3]]), /^gaussianNLL: the variance has shape \[1, 3\], yPred \[1, 2\]/],
    [() => gaussianNLL(x, x, 1, { eps: 1 } as never), /Did you mean epsilon\?/],
    [() => tripletMargin(x, x, undefined as never), /^tripletMargin: an argument is missing/],
    [() => tripletMargin(x, x, [1, 2]), /^tripletMargin: the shapes are \[1, 2\], \[1, 2\], \[2\]/],
    [() => tripletMargin(x, x, x, { margin: 0 }), /margin must be/],
  ]
  for (const [call, message] of wrong) t.throws(call, { message })
  t.true(gradcheck((a, b, c) => tripletMargin(a, b, c, { swap: true, margin: 3 }), [[[1, 2]], [[0.5, -1]], [[2, 1]]]))
  t.true(
    gradcheck(
      (mean, variance) => gaussianNLL(tensor(x, { dtype: mean.dtype }), mean, variance),
      [[[0.5, -1]], [[2, 1]]],
    ),
  )
})

test('losses.get takes functions, configurations of Keras and options, and nothing else', (t) => {
  const { losses } = nabla
  const own = (_: nabla.Tensor, b: nabla.Tensor) => b.mean()
  t.is(losses.get(own), own)
  t.is(losses.get('kld'), nabla.klDivergence)
  // Keras means probabilities where it says nothing of logits
  const config = {
    module: 'keras.losses',
    class_name: 'BinaryCrossentropy',
    config: {
      name: 'binary_crossentropy',
      reduction: 'sum_over_batch_size',
      from_logits: false,
      label_smoothing: 0.1,
      axis: -1,
    },
    registered_name: null,
  }
  const f = losses.get(config)
  const want = nabla.binaryCrossentropy([1], [0.8], { fromLogits: false, labelSmoothing: 0.1 }).item()
  t.is(f(tensor([1]), tensor([0.8])).item(), want)
  t.deepEqual(losses.serialize(f), config)
  t.throws(() => losses.get('mse2' as 'mse'), { message: /^losses\.get: unknown loss mse2/ })
  t.throws(() => losses.get(3 as never), { message: /^losses\.get: the loss is 3\. / })
  t.throws(() => losses.serialize(own), { message: /^losses\.serialize: the function own is not a loss of nabla/ })
})

test('compile takes losses with options, and weights of custom ones', (t) => {
  const model = new Sequential([new Activation('linear')])
  const evaluate = (loss: nabla.LossLike) =>
    model.compile({ optimizer: new SGD(), loss }).evaluate([[3], [0]], [[1], [0]]).loss
  const smooth = nabla.losses.get('binaryCrossentropy', { labelSmoothing: 0.2 })
  t.true(near(evaluate(smooth), nabla.binaryCrossentropy([1, 0], [3, 0], { labelSmoothing: 0.2 }).item(), 1e-6))
  const probabilities = nabla.losses.get('binaryCrossentropy', { fromLogits: false })
  const given = model.compile({ optimizer: new SGD(), loss: probabilities }).evaluate([[0.5], [0.25]], [[1], [0]])
  t.true(near(given.loss, -(log(0.5) + log(0.75)) / 2, 1e-6))
})

test('custom losses apply weights, or return a number per example', (t) => {
  const [yTrue, yPred, weights] = [tensor([[1], [2]]), tensor([[2], [4]]), tensor([1, 3])]
  const apply = (loss: nabla.LossFunction) => getLoss(loss, true).apply(yTrue, yPred, weights).item()
  t.is(
    apply((a, b) => b.sub(a).square()),
    (1 + 3 * 4) / 2,
  )
  t.is(
    apply((a, b, options) => nabla.meanSquaredError(a, b, options)),
    (1 + 3 * 4) / 2,
  )
  t.throws(() => apply((a, b) => b.sub(a).square().mean()), {
    instanceOf: ShapeError,
    message:
      /^loss: the loss function returned a tensor of shape \[\], to which weights of 2 examples cannot be applied/,
  })
})
