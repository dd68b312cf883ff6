/**
 * nabla, as its users write it: `model` trains with `trainOnBatch`, `loop` by hand with `backward` and `optimizer.step`, and `tidy`
 * does what `loop` does, and the single operations, inside of `tidy()`.
 */
import { gptBatches, gptWeights, lstmBatches, lstmWeights } from '../sequences.mjs'
import { installedVersion } from '../version.mjs'
import { adamwInputs, crossEntropyInputs, elementwiseInputs, lenetData, matmulInputs } from '../workloads.mjs'

/** Imports nabla; the argument is `model`, `tidy` or `loop` (which only trains: all else is the same), and a number of threads (default 1). */
export async function load(argument) {
  const [style, threads = '1'] = argument.split(' ')
  const nabla = await import('nabla')
  nabla.setThreads(Number(threads))
  const { train, lenet, ...others } = tasksOf(nabla, style)
  const tasks = style === 'loop' ? { train, lenet } : { train, lenet, ...others }
  return { version: installedVersion('nabla'), tasks }
}

function tasksOf(nabla, style) {
  const { tensor, variable, formula, tidy, AdamW, Sequential, Dense, sparseCategoricalCrossentropy } = nabla
  const { Conv2D, MaxPooling2D, Flatten } = nabla
  const tidily = (run) => (style === 'tidy' ? (...args) => tidy(() => run(...args)) : run)
  const head = (result) => Array.from(result.dataSync().subarray(0, 5))

  const functions = {
    tanh: () => nabla.tanh,
    exp: () => nabla.exp,
    log: () => nabla.log,
    gelu: () => nabla.gelu,
    'gelu-tanh': () => formula('0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x^3)))'),
    'a*b+c': () => formula('a * b + c'),
  }

  /** A model whose weights are the ones that everybody starts from. */
  function modelOf(sizes, weights) {
    const options = (i) => ({ inputShape: [sizes[i]], activation: i < weights.length - 1 ? 'relu' : 'linear' })
    return withWeights(new Sequential(sizes.slice(1).map((units, i) => new Dense(units, options(i)))), weights)
  }

  function lenetOf({ side, window, filters, units }, { convolutions, dense }) {
    const inputShape = [side, side, 1]
    const model = new Sequential([
      ...filters.flatMap((n) => [new Conv2D(n, window, { activation: 'relu' }), new MaxPooling2D(2)]),
      new Flatten(),
      ...units.map((n, i) => new Dense(n, { activation: i < units.length - 1 ? 'relu' : 'linear' })),
    ])
    model.buildFor(inputShape)
    model.predict(tensor(new Float32Array(side * side), { shape: [1, ...inputShape] }))
    return withWeights(model, [...convolutions, ...dense])
  }

  function withWeights(model, weights) {
    const numbers = weights.flatMap(({ shape, kernel, bias }) => [tensor(kernel, { shape }), tensor(bias)])
    model.trainableVariables.forEach((variable, i) => {
      variable.assign(numbers[i])
    })
    return model
  }

  /** Steps over the batches, whose inputs have this shape. */
  function fitted(model, { batch, adamw }, batches, inputShape) {
    const device = batches.map(({ x, labels }) => [
      tensor(x, { shape: [batch, ...inputShape] }),
      tensor(labels, { dtype: 'int32' }),
    ])
    const step = steps[style === 'model' ? 'model' : 'loop'](model, new AdamW(adamw))
    let t = 0
    const run = () => step(device[t++ % device.length])
    return { run, probe: () => Array.from({ length: 5 }, run) }
  }

  const steps = {
    model(model, optimizer) {
      model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' })
      return ([x, labels]) => model.trainOnBatch(x, labels).loss
    },
    loop(model, optimizer) {
      const variables = model.trainableVariables
      return tidily(([x, labels]) => {
        const loss = sparseCategoricalCrossentropy(labels, model.apply(x))
        for (const v of variables) v.zeroGrad()
        loss.backward()
        optimizer.step(variables)
        return loss.item()
      })
    },
  }

  /** Steps of a model with these weights; its outputs are logits, of several places perhaps. */
  function trained({ adamw }, model, batches, weights) {
    const variables = model.trainableVariables
    variables.forEach((variable, i) => {
      variable.assign(tensor(weights[i].values, { shape: variable.shape }))
    })
    const optimizer = new AdamW(adamw)
    const data = batches.map(({ x, labels }) => [x, tensor(labels, { dtype: 'int32' })])
    let t = 0
    const run = () =>
      tidy(() => {
        const [x, labels] = data[t++ % data.length]
        const logits = model.apply(x)
        const loss = sparseCategoricalCrossentropy(labels, logits.reshape([-1, logits.shape.at(-1)]))
        for (const v of variables) v.zeroGrad()
        loss.backward()
        optimizer.step(variables)
        return loss.item()
      })
    return { run, probe: () => Array.from({ length: 5 }, run) }
  }

  return {
    train(spec, { batches, weights }) {
      return fitted(modelOf(spec.sizes, weights), spec, batches, [spec.sizes[0]])
    },
    lenet(spec) {
      const data = lenetData(spec)
      return fitted(lenetOf(spec, data), spec, data.batches, [spec.side, spec.side, 1])
    },
    lstm(spec) {
      const { units, classes, steps, inputs, batch } = spec
      const model = new Sequential([new nabla.LSTM(units, { inputShape: [steps, inputs] }), new Dense(classes)])
      const batches = lstmBatches(spec).map(({ x, labels }) => ({
        x: tensor(x, { shape: [batch, steps, inputs] }),
        labels,
      }))
      return trained(spec, model, batches, lstmWeights(spec))
    },
    gpt(spec) {
      const { batch, context } = spec
      const model = gptOf(nabla, spec)
      const ids = (x) => tensor(x, { shape: [batch, context], dtype: 'int32' })
      model.apply(ids(new Int32Array(batch * context)))
      return trained(
        spec,
        model,
        gptBatches(spec).map(({ x, labels }) => ({ x: ids(x), labels })),
        gptWeights(spec),
      )
    },
    elementwise(spec) {
      const inputs = elementwiseInputs(spec).map((x) => tensor(x))
      const f = functions[spec.name]()
      return { run: tidily(() => void f(...inputs)), probe: () => head(f(...inputs)) }
    },
    matmul({ n }) {
      const [a, b] = matmulInputs({ n }).map((x) => tensor(x, { shape: [n, n] }))
      return { run: tidily(() => void a.matmul(b)), probe: () => head(a.matmul(b)) }
    },
    adamw(spec) {
      const [w, g] = adamwInputs(spec)
      const [variables, gradients] = [[variable(w)], [tensor(g)]]
      const optimizer = new AdamW(spec.adamw)
      const run = () => void optimizer.apply(gradients, variables)
      return { run, probe: () => [run(), run(), ...head(variables[0])].slice(2) }
    },
    crossEntropy(spec) {
      const data = crossEntropyInputs(spec)
      const logits = tensor(data.logits, { shape: [spec.rows, spec.columns], requiresGrad: true })
      const labels = tensor(data.labels, { dtype: 'int32' })
      const run = () => {
        logits.grad = null
        const loss = sparseCategoricalCrossentropy(labels, logits)
        loss.backward()
        return loss.item()
      }
      return { run: tidily(run), probe: () => [run(), ...head(logits.grad)] }
    },
  }
}

/** A GPT, whose variables are in the order of `gptWeights`. */
function gptOf(nabla, { layers, width, heads, context, vocabulary }) {
  const { Dense, Embedding, Layer, LayerNormalization, MultiHeadAttention } = nabla
  class Block extends Layer {
    before = new LayerNormalization()
    attention = new MultiHeadAttention(heads, width / heads)
    between = new LayerNormalization()
    wide = new Dense(4 * width, { activation: 'gelu' })
    narrow = new Dense(width)
    call(x) {
      const y = x.add(this.attention.apply(this.before.apply(x), { useCausalMask: true }))
      return y.add(this.narrow.apply(this.wide.apply(this.between.apply(y))))
    }
  }
  class GPT extends Layer {
    letters = new Embedding(vocabulary, width)
    places = new Embedding(context, width)
    blocks = Array.from({ length: layers }, () => new Block())
    last = new LayerNormalization()
    output = new Dense(vocabulary)
    all = nabla.arange(context, undefined, 1, { dtype: 'int32' })
    call(x) {
      const start = this.letters.apply(x).add(this.places.apply(this.all))
      return this.output.apply(this.last.apply(this.blocks.reduce((y, block) => block.apply(y), start)))
    }
  }
  return new GPT()
}
