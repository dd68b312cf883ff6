/** jax-js: whole steps under `jit`, on its WebAssembly device (one thread in Node). It has no AdamW, so it is written out here. */
import { gptBatches, gptWeights, lstmBatches, lstmWeights } from '../sequences.mjs'
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

  function train({ sizes, batch, adamw: o }, { batches, weights }) {
    const pairs = (flat) => flat.flatMap((_, i) => (i % 2 ? [] : [[flat[i], flat[i + 1]]]))
    const lossOf = (parameters, x, targets) => crossEntropy(forward(pairs(parameters), x), targets)
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
    let parameters = weights.flatMap(({ shape, kernel, bias }) => [array(kernel, shape), np.array(bias)])
    let ms = parameters.map((w) => np.zeros(w.shape))
    let vs = parameters.map((w) => np.zeros(w.shape))
    const device = batches.map((b) => [
      array(b.x, [batch, sizes[0]]),
      array(oneHot(b.labels, sizes.at(-1)), [batch, sizes.at(-1)]),
    ])
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

  /** Steps of a network that gives logits, [rows, classes]; arrays are owned, and `.ref` keeps one for another use. */
  function trained({ adamw: o }, logitsOf, first, batches) {
    const lossOf = (parameters, x, targets) => crossEntropy(logitsOf(parameters, x), targets)
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
    let parameters = first.map(({ values, shape }) => array(values, shape))
    let ms = parameters.map((w) => np.zeros(w.shape))
    let vs = parameters.map((w) => np.zeros(w.shape))
    let t = 0
    const run = () => {
      const [x, targets] = batches[t++ % batches.length]
      const [c1, c2] = biasCorrections(o, t)
      let loss
      ;[loss, parameters, ms, vs] = update(parameters, ms, vs, np.array(c1), np.array(c2), x.ref, targets.ref)
      return loss.item()
    }
    return { run, probe: () => Array.from({ length: 5 }, run) }
  }

  /** jax-js has no scan: the steps are unrolled. */
  const lstmLogits =
    ({ steps, inputs, units, batch }) =>
    ([kernel, recurrent, bias, outKernel, outBias], x) => {
      const gates = np.matmul(x.reshape([steps * batch, inputs]), kernel).add(bias)
      const all = np.split(gates.reshape([steps, batch, 4 * units]), steps, 0)
      let h = np.zeros([batch, units])
      let c = np.zeros([batch, units])
      all.forEach((gate, t) => {
        const last = t === steps - 1
        const z = gate.reshape([batch, 4 * units]).add(np.matmul(h, last ? recurrent : recurrent.ref))
        const [i, f, k, o] = np.split(z, 4, 1)
        c = nn
          .sigmoid(f)
          .mul(c)
          .add(nn.sigmoid(i).mul(np.tanh(k)))
        h = nn.sigmoid(o).mul(np.tanh(last ? c : c.ref))
      })
      return np.matmul(h, outKernel).add(outBias)
    }

  const gptLogits =
    ({ layers, width, heads, context, batch, vocabulary }) =>
    (parameters, x) => {
      const list = [...parameters]
      const next = (n) => list.splice(0, n)
      const norm = (y, [gamma, beta]) => nn.standardize(y, -1, { epsilon: 1e-3 }).mul(gamma).add(beta)
      const dense = (y, [kernel, bias]) => np.matmul(y, kernel).add(bias)
      const size = width / heads
      const toHeads = (y) => np.transpose(y.reshape([batch, context, heads, size]), [0, 2, 1, 3])
      const mask = np.tri(context).sub(1).mul(1e9)
      const attention = (y, [q, k, v, o]) => {
        const [query, key, value] = [q, k, v].map((p, i) => toHeads(dense(i < 2 ? y.ref : y, p)))
        const scores = np.matmul(query.mul(1 / Math.sqrt(size)), np.transpose(key, [0, 1, 3, 2]))
        const mixed = np.matmul(nn.softmax(scores.add(mask.ref), -1), value)
        return dense(np.transpose(mixed, [0, 2, 1, 3]).reshape([batch * context, width]), o)
      }
      const [letters, places] = next(2)
      let y = np
        .matmul(x, letters)
        .reshape([batch, context, width])
        .add(places)
        .reshape([batch * context, width])
      for (let i = 0; i < layers; i++) {
        const [before, ...projections] = [next(2), next(2), next(2), next(2), next(2)]
        y = y.ref.add(attention(norm(y, before), projections))
        const [between, wide, narrow] = [next(2), next(2), next(2)]
        const hidden = nn.gelu(dense(norm(y.ref, between), wide), { approximate: false })
        y = y.add(dense(hidden, narrow))
      }
      mask.dispose()
      const logits = dense(norm(y, next(2)), next(2))
      return logits.reshape([batch * context, vocabulary])
    }

  /** Convolutions take channels first here: [batch, channels, height, width], kernels [filters, channels, height, width]. */
  const lenetLogits =
    ({ filters, batch }) =>
    (parameters, x) => {
      const all = parameters.flatMap((_, i) => (i % 2 ? [] : [[parameters[i], parameters[i + 1]]]))
      const pool = (y) => lax.reduceWindow(y, np.max, [2, 2], [2, 2])
      const convolved = (y, [kernel, bias]) => pool(nn.relu(lax.conv(y, kernel, [1, 1], 'VALID').add(bias)))
      const features = all.slice(0, filters.length).reduce(convolved, x)
      // As the others flatten: the channels last
      return forward(all.slice(filters.length), np.transpose(features, [0, 2, 3, 1]).reshape([batch, -1]))
    }

  return {
    train,
    lenet(spec) {
      const { batches, convolutions, dense } = lenetData(spec)
      const { side, batch, units } = spec
      const first = [...convolutions, ...dense].flatMap(({ shape, kernel, bias }) => [
        { values: shape.length === 4 ? channelsFirst(kernel, shape) : kernel, shape: kernelShape(shape) },
        { values: bias, shape: shape.length === 4 ? [1, bias.length, 1, 1] : [bias.length] },
      ])
      const device = batches.map(({ x, labels }) => [
        array(x, [batch, 1, side, side]),
        array(oneHot(labels, units.at(-1)), [batch, units.at(-1)]),
      ])
      return trained(spec, lenetLogits(spec), first, device)
    },
    lstm(spec) {
      const { steps, inputs, batch, classes } = spec
      const batches = lstmBatches(spec).map(({ x, labels }) => {
        const byStep = np.transpose(array(x, [batch, steps, inputs]), [1, 0, 2])
        return [byStep, array(oneHot(labels, classes), [batch, classes])]
      })
      return trained(spec, lstmLogits(spec), lstmWeights(spec), batches)
    },
    gpt(spec) {
      const rows = spec.batch * spec.context
      const onehot = (labels) => array(oneHot(labels, spec.vocabulary), [rows, spec.vocabulary])
      const batches = gptBatches(spec).map(({ x, labels }) => [onehot(x), onehot(labels)])
      return trained(spec, gptLogits(spec), gptWeights(spec), batches)
    },
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

/** The kernel [height, width, channels, filters] as [filters, channels, height, width]. */
function channelsFirst(kernel, [height, width, channels, filters]) {
  const area = height * width
  return kernel.map((_, i) => {
    const [place, rest] = [i % area, Math.floor(i / area)]
    return kernel[(place * channels + (rest % channels)) * filters + Math.floor(rest / channels)]
  })
}

const kernelShape = (shape) => (shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape)
