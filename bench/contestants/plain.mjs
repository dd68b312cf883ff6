/**
 * The yardsticks, one a process: `loop` (what a plain JavaScript loop with `Math` needs), `memcpy` (the same bytes read and
 * written, by the engine's own copy) and `peak` (the same multiply-adds on registers alone: no WebAssembly matmul is faster).
 */
import { adamwInputs, elementwiseInputs } from '../workloads.mjs'

const yardsticks = { loop: async () => loop, memcpy: async () => memcpy, peak }

/** The tasks of the yardstick named. */
export const load = async (name) => ({ version: `V8 ${process.versions.v8}`, tasks: await yardsticks[name]() })

const head = (array) => Array.from(array.subarray(0, 5))

/** Loop bodies as source, so that each becomes a loop of its own that the engine can inline `Math` into. */
const bodies = {
  tanh: 'Math.tanh(a[i])',
  exp: 'Math.exp(a[i])',
  log: 'Math.log(a[i])',
  gelu: '0.5 * a[i] * (1 + erf(a[i] * Math.SQRT1_2))',
  'gelu-tanh': '0.5 * a[i] * (1 + Math.tanh(0.7978845608028654 * (a[i] + 0.044715 * a[i] * a[i] * a[i])))',
  'a*b+c': 'a[i] * b[i] + c[i]',
}

/** Abramowitz and Stegun 7.1.26, good to 1.5e-7: JavaScript has no erf. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return Math.sign(x) * (1 - p * Math.exp(-x * x))
}

const loop = {
  elementwise(spec) {
    const y = new Float32Array(spec.size)
    const f = new Function(
      'erf',
      `return (y, a, b, c) => { for (let i = 0; i < y.length; i++) y[i] = ${bodies[spec.name]} }`,
    )
    const [a, b, c] = elementwiseInputs(spec)
    const run = () => f(erf)(y, a, b, c)
    return { run, probe: () => [run(), ...head(y)].slice(1) }
  },
  adamw({ adamw, ...spec }) {
    const [w, g] = adamwInputs(spec)
    const [m, v] = [new Float32Array(spec.size), new Float32Array(spec.size)]
    let t = 0
    const run = () => adamwLoop(adamw, ++t, w, g, m, v)
    return { run, probe: () => [run(), run(), ...head(w)].slice(2) }
  },
}

function adamwLoop({ learningRate, weightDecay, beta1, beta2, epsilon }, t, w, g, m, v) {
  const decay = 1 - learningRate * weightDecay
  const [c1, c2] = [1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t)]
  for (let i = 0; i < w.length; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i]
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
    w[i] = w[i] * decay - (learningRate * c1 * m[i]) / (Math.sqrt(c2 * v[i]) + epsilon)
  }
}

/** A copy of n floats reads n and writes n: half of the floats that the workload must move. */
function copy(floats) {
  const from = new Float32Array(floats / 2).fill(1)
  const to = new Float32Array(floats / 2)
  return { run: () => to.set(from), probe: () => undefined }
}

const memcpy = {
  elementwise: ({ size, inputs }) => copy(size * (inputs + 1)),
  adamw: ({ size }) => copy(size * 7), // reads w, g, m, v and writes w, m, v
  crossEntropy: ({ rows, columns }) => copy(rows * columns * 4), // four passes
}

/** Multiply-adds on registers alone, fused where the engine can: enough of them at a time to keep every unit busy, and no more than fit. */
async function peak() {
  const { compile } = await import('watr')
  const fused = compile(spin(fusedChains))
  const [binary, count] = WebAssembly.validate(fused) ? [fused, 12] : [compile(spin(splitChains)), 6]
  const { instance } = await WebAssembly.instantiate(binary)
  const operations = 8 * count
  return {
    matmul: ({ n }) => ({ run: () => instance.exports.spin((2 * n ** 3) / operations), probe: () => undefined }),
  }
}

const v = (name) => `(local.get $${name})`
const set = (name, value) => `(local.set $${name} ${value})`
const sums = (count) => Array.from({ length: count }, (_, i) => `c${i}`)

const fusedChains = {
  sums: sums(12),
  turn: sums(12).map((c) => set(c, `(f32x4.relaxed_madd ${v('x')} ${v('y')} ${v(c)})`)),
}

/** Six products of three numbers, which change places in every turn, so that no product can be kept from the turn before. */
const splitChains = {
  sums: sums(6),
  turn: [
    ...['xx', 'xy', 'xz', 'yy', 'yz', 'zz'].map(([a, b], i) =>
      set(`c${i}`, `(f32x4.add ${v(`c${i}`)} (f32x4.mul ${v(a)} ${v(b)}))`),
    ),
    ...[set('t', v('x')), set('x', v('y')), set('y', v('z')), set('z', v('t'))],
  ],
}

const spin = ({ sums, turn }) => `(module (func (export "spin") (param $turns i32) (result f32)
  ${[...sums, 'x', 'y', 'z', 't'].map((name) => `(local $${name} v128)`).join(' ')}
  ${['x', 'y', 'z'].map((name, i) => set(name, `(f32x4.splat (f32.const ${0.5 + i / 10}))`)).join(' ')}
  (loop $again
    ${turn.join('\n    ')}
    (br_if $again (i32.gt_s (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))) (i32.const 0))))
  (f32x4.extract_lane 0 ${sums.map(v).reduce((a, b) => `(f32x4.add ${a} ${b})`)})))`
