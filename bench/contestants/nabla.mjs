/**
 * nabla, as its users write it: `model` trains with `trainOnBatch`, `loop` by hand with `backward` and `optimizer.step`, and `tidy`
 * does what `loop` does, and the single operations, inside of `tidy()`.
 */
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
  function trained(model, { batch, adamw }, batches, inputShape) {
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

  return {
    train(spec, { batches, weights }) {
      return trained(modelOf(spec.sizes, weights), spec, batches, [spec.sizes[0]])
    },
    lenet(spec) {
      const data = lenetData(spec)
      return trained(lenetOf(spec, data), spec, data.batches, [spec.side, spec.side, 1])
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
