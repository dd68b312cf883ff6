/** jax-js: whole steps under `jit`, on its WebAssembly device (one thread in Node). It has no AdamW, so it is written out here. */
import { installedVersion } from '../version.mjs'
import { adamwInputs, crossEntropyInputs, elementwiseInputs, lenetData, matmulInputs, oneHot } from '../workloads.mjs'

/** Imports jax-js and sets its WebAssembly device. */
export async function load() {
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return { version: installedVersion('@jax-js/jax'), tasks: tasksOf(jax) }
}

function tasksOf({ numpy: np, lax, nn, jit, valueAndGrad }) {
  const array = (data, shape) => np.array(data).reshape(shape)
  const ready = async (result) => (await result.blockUntilReady()).dispose()
  const head = (result) => Array.from(result.dataSync().subarray(0, 5))

  const functions = {
    tanh: np.tanh,
    exp: np.exp,
    log: np.log,
    gelu: (x) => nn.gelu(x, { approximate: false }),
    'gelu-tanh': (x) => nn.gelu(x, { approximate: true }),
    'a*b+c': (a, b, c) => a.mul(b).add(c),
  }

  const crossEntropy = (logits, targets) => {
    const rows = logits.shape[0]
    return np.sum(nn.logSoftmax(logits).mul(targets)).mul(-1 / rows)
  }

  const forward = (layers, x) =>
    layers.reduce((h, [kernel, bias], i) => {
      const y = np.matmul(h, kernel).add(bias)
      return i < layers.length - 1 ? nn.relu(y) : y
    }, x)

  /** `[m, v, w]` after one AdamW step; `scales` are the two bias corrections. */
  const adamw = (o, w, g, m, v, scales) => {
    const m1 = m.mul(o.beta1).add(g.ref.mul(1 - o.beta1))
    const v1 = v.mul(o.beta2).add(np.square(g).mul(1 - o.beta2))
    const step = m1.ref.mul(scales[0]).div(np.sqrt(v1.ref.mul(scales[1])).add(o.epsilon))
    return [m1, v1, w.mul(1 - o.learningRate * o.weightDecay).sub(step.mul(o.learningRate))]
  }
  const biasCorrections = (o, t) => [1 / (1 - o.beta1 ** t), 1 / (1 - o.beta2 ** t)]

  const pairs = (flat) => flat.flatMap((_, i) => (i % 2 ? [] : [[flat[i], flat[i + 1]]]))

  /** Steps of `model(parameters, x)` over the batches, whose inputs have this shape. */
  function trained(model, parameters, shape, classes, o, batches) {
    const lossOf = (parameters, x, targets) => crossEntropy(model(parameters, x), targets)
    const update = jit((parameters, ms, vs, c1, c2, x, targets) => {
      const [loss, grads] = valueAndGrad(lossOf)(
        parameters.map((w) => w.ref),
        x,
        targets,
      )
      const next = parameters.map((w, i) => adamw(o, w, grads[i], ms[i], vs[i], [c1.ref, c2.ref]))
      c1.dispose()
      c2.dispose()
      return [loss, next.map((n) => n[2]), next.map((n) => n[0]), next.map((n) => n[1])]
    })
    let ms = parameters.map((w) => np.zeros(w.shape))
    let vs = parameters.map((w) => np.zeros(w.shape))
    const device = batches.map((b) => [array(b.x, shape), array(oneHot(b.labels, classes), [shape[0], classes])])
    let t = 0
    const run = () => {
      const [x, targets] = device[t++ % device.length]
      const [c1, c2] = biasCorrections(o, t)
      let loss
      ;[loss, parameters, ms, vs] = update(parameters, ms, vs, np.array(c1), np.array(c2), x.ref, targets.ref)
      return loss.item()
    }
    return { run, probe: () => Array.from({ length: 5 }, run) }
  }

  function train({ sizes, batch, adamw: o }, { batches, weights }) {
    const parameters = weights.flatMap(({ shape, kernel, bias }) => [array(kernel, shape), np.array(bias)])
    return trained((flat, x) => forward(pairs(flat), x), parameters, [batch, sizes[0]], sizes.at(-1), o, batches)
  }

  /** Its convolutions take channels first: [batch, channels, height, width], kernels [filters, channels, height, width]. */
  function lenet(spec) {
    const { batches, convolutions, dense } = lenetData(spec)
    const parameters = [
      ...convolutions.flatMap(({ shape, kernel, bias }) => [
        np.transpose(array(kernel, shape), [3, 2, 0, 1]),
        array(bias, [1, bias.length, 1, 1]),
      ]),
      ...dense.flatMap(({ shape, kernel, bias }) => [array(kernel, shape), np.array(bias)]),
    ]
    const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2])
    const model = (flat, x) => {
      const all = pairs(flat)
      const features = all
        .slice(0, convolutions.length)
        .reduce((h, [kernel, bias]) => pool(nn.relu(lax.conv(h, kernel, [1, 1], 'VALID').add(bias))), x)
      // As the others flatten: the channels last
      const rows = np.transpose(features, [0, 2, 3, 1]).reshape([spec.batch, dense[0].shape[0]])
      return forward(all.slice(convolutions.length), rows)
    }
    const shape = [spec.batch, 1, spec.side, spec.side]
    return trained(model, parameters, shape, spec.units.at(-1), spec.adamw, batches)
  }

  return {
    train,
    lenet,
    elementwise(spec) {
      const f = jit(functions[spec.name])
      const inputs = elementwiseInputs(spec).map((x) => np.array(x))
      const call = () => f(...inputs.map((x) => x.ref))
      return { run: () => ready(call()), probe: () => head(call()) }
    },
    matmul(spec) {
      const [a, b] = matmulInputs(spec).map((x) => array(x, [spec.n, spec.n]))
      const f = jit((a, b) => np.matmul(a, b))
      return { run: () => ready(f(a.ref, b.ref)), probe: () => head(f(a.ref, b.ref)) }
    },
    adamw({ adamw: o, ...spec }) {
      let [w, g] = adamwInputs(spec).map((x) => np.array(x))
      let [m, v] = [np.zeros(w.shape), np.zeros(w.shape)]
      const update = jit((w, g, m, v, c1, c2) => adamw(o, w, g, m, v, [c1, c2]))
      let t = 0
      const run = async () => {
        const [c1, c2] = biasCorrections(o, ++t)
        ;[m, v, w] = update(w, g.ref, m, v, np.array(c1), np.array(c2))
        await w.blockUntilReady()
      }
      return { run, probe: async () => [await run(), await run(), ...head(w.ref)].slice(2) }
    },
    crossEntropy(spec) {
      const data = crossEntropyInputs(spec)
      const logits = array(data.logits, [spec.rows, spec.columns])
      const targets = array(oneHot(data.labels, spec.columns), [spec.rows, spec.columns])
      const f = jit(valueAndGrad(crossEntropy))
      const run = async () => {
        const [loss, gradient] = f(logits.ref, targets.ref)
        await ready(gradient)
        return loss.item()
      }
      return { run, probe: async () => [await run(), ...head(f(logits.ref, targets.ref)[1])] }
    },
  }
}
