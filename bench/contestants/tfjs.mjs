/** TensorFlow.js, on its `cpu` or `wasm` back end (one thread in Node). It has Adam but no AdamW: it skips the weight decay. */
import { fileURLToPath } from 'node:url'
import { adamwInputs, crossEntropyInputs, elementwiseInputs, lenetData, matmulInputs, oneHot } from '../workloads.mjs'

/** Imports TensorFlow.js with the back end named. */
export async function load(backend) {
  const { default: tf } = await import(new URL('../node_modules/.cache/tfjs.cjs', import.meta.url))
  tf.setWasmPaths(fileURLToPath(new URL('../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)))
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs: no back end ${backend}`)
  await tf.ready()
  return { version: tf.version_core, tasks: tasksOf(tf) }
}

function tasksOf(tf) {
  const head = (result) => Array.from(result.dataSync().subarray(0, 5))
  const adam = (o) => tf.train.adam(o.learningRate, o.beta1, o.beta2, o.epsilon)

  const functions = {
    tanh: tf.tanh,
    exp: tf.exp,
    log: tf.log,
    gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    'gelu-tanh': (x) => {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1))
    },
    'a*b+c': (a, b, c) => tf.add(tf.mul(a, b), c),
  }

  const forward = (layers, x) =>
    layers.reduce((h, [kernel, bias], i) => {
      const y = tf.add(tf.matMul(h, kernel), bias)
      return i < layers.length - 1 ? tf.relu(y) : y
    }, x)

  /** A result that is computed, given to `read`, and freed. */
  const using = (make, read = () => {}) => {
    const result = tf.tidy(make)
    const value = read(result)
    result.dispose()
    return value
  }

  const variablesOf = (weights) =>
    weights.map(({ shape, kernel, bias }) => [tf.variable(tf.tensor(kernel, shape)), tf.variable(tf.tensor1d(bias))])

  /** Steps of a model over the batches, whose inputs have this shape. */
  function trained(model, shape, classes, adamw, batches) {
    const device = batches.map(({ x, labels }) => [
      tf.tensor(x, shape),
      tf.tensor2d(oneHot(labels, classes), [shape[0], classes]),
    ])
    const optimizer = adam(adamw)
    let t = 0
    const run = () => {
      const [x, targets] = device[t++ % device.length]
      const lossOf = () => tf.losses.softmaxCrossEntropy(targets, model(x))
      return using(
        () => optimizer.minimize(lossOf, true),
        (loss) => loss.dataSync()[0],
      )
    }
    return { run, probe: () => Array.from({ length: 5 }, run) }
  }

  return {
    train({ sizes, batch, adamw }, { batches, weights }) {
      const layers = variablesOf(weights)
      return trained((x) => forward(layers, x), [batch, sizes[0]], sizes.at(-1), adamw, batches)
    },
    lenet(spec) {
      const { batches, convolutions, dense } = lenetData(spec)
      const [kernels, layers] = [variablesOf(convolutions), variablesOf(dense)]
      const features = (x) =>
        kernels.reduce(
          (h, [kernel, bias]) => tf.maxPool(tf.relu(tf.add(tf.conv2d(h, kernel, 1, 'valid'), bias)), 2, 2, 'valid'),
          x,
        )
      const model = (x) => forward(layers, tf.reshape(features(x), [spec.batch, -1]))
      return trained(model, [spec.batch, spec.side, spec.side, 1], spec.units.at(-1), spec.adamw, batches)
    },
    elementwise(spec) {
      const inputs = elementwiseInputs(spec).map((x) => tf.tensor1d(x))
      const f = () => functions[spec.name](...inputs)
      return { run: () => using(f), probe: () => using(f, head) }
    },
    matmul(spec) {
      const [a, b] = matmulInputs(spec).map((x) => tf.tensor2d(x, [spec.n, spec.n]))
      const f = () => tf.matMul(a, b)
      return { run: () => using(f), probe: () => using(f, head) }
    },
    adamw(spec) {
      const [w, g] = adamwInputs(spec).map((x) => tf.tensor1d(x))
      const variable = tf.variable(w)
      const optimizer = adam(spec.adamw)
      const run = () => optimizer.applyGradients({ [variable.name]: g })
      return { run, probe: () => [run(), run(), ...head(variable)].slice(2) }
    },
    crossEntropy(spec) {
      const data = crossEntropyInputs(spec)
      const logits = tf.tensor2d(data.logits, [spec.rows, spec.columns])
      const targets = tf.tensor2d(oneHot(data.labels, spec.columns), [spec.rows, spec.columns])
      const both = tf.valueAndGrad((x) => tf.losses.softmaxCrossEntropy(targets, x))
      const run = () => {
        const { value, grad } = both(logits)
        const numbers = [value.dataSync()[0], grad]
        value.dispose()
        return numbers
      }
      const probe = () => {
        const [loss, gradient] = run()
        return [loss, ...head(gradient)]
      }
      return { run: () => run()[1].dispose(), probe }
    },
  }
}
