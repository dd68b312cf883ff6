/**
 * nabla, as its users write it: `model` trains with `trainOnBatch`, `loop` by hand with `backward` and `optimizer.step`, and `tidy`
 * does what `loop` does, and the single operations, inside of `tidy()`.
 */
import { installedVersion } from '../version.mjs'
import { adamwInputs, crossEntropyInputs, elementwiseInputs, matmulInputs } from '../workloads.mjs'

/** Imports nabla; the argument is `model`, `tidy` or `loop` (which only trains: all else is the same), and a number of threads (default 1). */
export async function load(argument) {
  const [style, threads = '1'] = argument.split(' ')
  const nabla = await import('nabla')
  nabla.setThreads(Number(threads))
  const { train, ...others } = tasksOf(nabla, style)
  return { version: installedVersion('nabla'), tasks: style === 'loop' ? { train } : { train, ...others } }
}

function tasksOf(nabla, style) {
  const { tensor, variable, formula, tidy, AdamW, Sequential, Dense, sparseCategoricalCrossentropy } = nabla
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
    const model = new Sequential(sizes.slice(1).map((units, i) => new Dense(units, options(i))))
    const numbers = weights.flatMap(({ shape, kernel, bias }) => [tensor(kernel, { shape }), tensor(bias)])
    model.trainableVariables.forEach((variable, i) => {
      variable.assign(numbers[i])
    })
    return model
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
    train({ sizes, batch, adamw }, { batches, weights }) {
      const device = batches.map(({ x, labels }) => [
        tensor(x, { shape: [batch, sizes[0]] }),
        tensor(labels, { dtype: 'int32' }),
      ])
      const step = steps[style === 'model' ? 'model' : 'loop'](modelOf(sizes, weights), new AdamW(adamw))
      let t = 0
      const run = () => step(device[t++ % device.length])
      return { run, probe: () => Array.from({ length: 5 }, run) }
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
