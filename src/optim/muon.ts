/**
 * Muon, with AdamW for what is not a matrix.
 */
import { type Check, finite, whole } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { scaleFor } from './base/clip.js'
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'
import type { VariableStep } from './base/variable-step.js'

/** Options of `Muon`. */
export interface MuonOptions extends OptimizerOptions {
  /** β₁ of the variables that Adam updates. Default 0.9. */
  adamBeta1?: Hyperparameter
  /** β₂ of the variables that Adam updates. Default 0.999. */
  adamBeta2?: Hyperparameter
  /** Weight decay of the variables that Adam updates; null for none. Default 0.004. */
  adamWeightDecay?: Hyperparameter | null
  /** ε of the variables that Adam updates. Default 1e-7. */
  epsilon?: Hyperparameter
  /** Regular expressions: a variable whose path one of them matches is updated by Adam. Default null, none. */
  excludeLayers?: readonly string[] | null
  /** Leave variables with "embedding" in their path to Adam. Default true. */
  excludeEmbeddings?: boolean
  /** First coefficient of the Newton–Schulz iteration. Default 3.4445. */
  muonA?: number
  /** Second coefficient of the Newton–Schulz iteration. Default −4.775. */
  muonB?: number
  /** Third coefficient of the Newton–Schulz iteration. Default 2.0315. */
  muonC?: number
  /** The factor on η for the variables that Adam updates. Default 1. */
  adamLrRatio?: Hyperparameter
  /** μ, the momentum. Default 0.95. */
  momentum?: Hyperparameter
  /** The number of Newton–Schulz iterations. Default 5. */
  nsSteps?: number
  /** Look ahead. Default true. */
  nesterov?: boolean
  /** Steps are scaled by this and √(the longer side), to be of Adam's size; null for no scaling. Default 0.2. */
  rmsRate?: Hyperparameter | null
}

const patterns: Check = (x) =>
  x === null || (Array.isArray(x) && x.every(isPattern)) ? undefined : 'a list of regular expressions, or null'

/**
 * Muon: momentum whose matrix is made orthogonal, so that every direction moves equally far. For the matrices inside
 * a network; biases, embeddings and the layers in `excludeLayers` (which should name the output layer) use AdamW.
 *
 * $$ m \leftarrow \mu m + g, \qquad G = g + \mu m \ (\text{nesterov}) \ \text{or}\ m, \qquad w \leftarrow w - \eta \cdot 0.2 \sqrt{\max(\text{rows}, \text{columns})}\; \operatorname{NS}(G) $$
 *
 * NS runs $X \leftarrow aX + (bA + cA^2)X$ with $A = XX^\top$ five times on $X = G / (\lVert G \rVert + 10^{-7})$ and
 * so drives all singular values to about 1.
 *
 * `learningRate` is η (default 0.001), `momentum` μ (0.95), `muonA`, `muonB`, `muonC` a, b, c, `rmsRate` the 0.2,
 * `weightDecay` 0.004, as in Keras. State: a slot `m` per variable, of its shape, and `v` for those that Adam updates.
 *
 * PyTorch's takes matrices only, scales by √max(1, rows / columns) unless told to match Adam, decays by 0.1, and
 * computes NS in bfloat16.
 *
 * @example
 * const w = variable([[1, 2], [3, 4]])
 * new Muon({ learningRate: 0.5, weightDecay: 0 }).apply([tensor([[1, 6], [7, 2]])], [w])
 * w.toArray() // => [[0.98878, 1.88705], [2.87343, 3.97035]]
 * @see Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/; Liu et al. 2025,
 * https://arxiv.org/abs/2502.16982
 */
export class Muon extends Optimizer<MuonOptions> {
  static override readonly defaults = {
    learningRate: 0.001,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamWeightDecay: 0.004,
    epsilon: 1e-7,
    weightDecay: 0.004,
    excludeLayers: null,
    excludeEmbeddings: true,
    muonA: 3.4445,
    muonB: -4.775,
    muonC: 2.0315,
    adamLrRatio: 1,
    momentum: 0.95,
    nsSteps: 5,
    nesterov: true,
    rmsRate: 0.2,
  }
  static override readonly nullable = ['adamWeightDecay', 'rmsRate']
  static override readonly ranges = {
    nsSteps: whole(0),
    muonA: finite,
    muonB: finite,
    muonC: finite,
    excludeLayers: patterns,
  }

  protected readonly slots = ['m', 'v']
  /** The variables that Adam updates. */
  protected readonly rule = `
    alpha = eta * adamLrRatio * sqrt(1 - adamBeta2^t) / (1 - adamBeta1^t)
    m = m + (g - m) * (1 - adamBeta1)
    v = v + (g^2 - v) * (1 - adamBeta2)
    w = w - alpha * m / (sqrt(v) + epsilon)`

  /** Returns whether Adam, rather than Muon, updates the variable. */
  usesAdamW(variable: Variable): boolean {
    const { excludeLayers, excludeEmbeddings } = this.options
    if (variable.rank !== 2) return true
    if (excludeEmbeddings && variable.path.toLowerCase().includes('embedding')) return true
    return (excludeLayers ?? []).some((pattern) => new RegExp(pattern).test(variable.path))
  }

  protected override slotsOf(variable: Variable): readonly string[] {
    return this.usesAdamW(variable) ? ['m', 'v'] : ['m']
  }

  protected override decayOf(variable: Variable): string {
    return this.usesAdamW(variable) ? 'adamWeightDecay' : 'weightDecay'
  }

  /** Internal: true for the variables that AdamW updates. */
  override squaresGradient(variable: Variable): boolean {
    return this.usesAdamW(variable) && super.squaresGradient(variable)
  }

  protected override readonly ownUpdate = Muon.prototype.updateVariable

  protected override updateVariable(step: VariableStep): void {
    if (step.slot('v')) {
      step.run(this.rule)
      return
    }
    step.run('m = momentum * m + g')
    const { muonA, muonB, muonC, nsSteps, nesterov, rmsRate } = this.options
    const direction = step.compute(nesterov ? 'g + momentum * m' : 'm + 0')
    const u = newtonSchulz(direction, nsSteps, [muonA, muonB, muonC])
    const scale = rmsRate === null ? 1 : Math.sqrt(Math.max(...step.variable.shape)) * step.scalar('rmsRate')
    step.run('w = w - eta * scale * u', { u, scale })
  }
}

/** Returns whether a string is a valid regular expression. */
function isPattern(x: unknown): boolean {
  if (typeof x !== 'string' && !(x instanceof RegExp)) return false
  try {
    return new RegExp(x) instanceof RegExp
  } catch {
    return false
  }
}

/**
 * An orthogonal matrix near x: all singular values driven to about 1.
 * @param x a matrix
 * @param steps how often the iteration runs; default 5
 * @example
 * newtonSchulz(tensor([[2, 0], [0, 1]])).shape // => [2, 2]
 */
export function newtonSchulz(x: Tensor, steps = 5, [a, b, c] = [3.4445, -4.775, 2.0315]): Tensor {
  const isTall = x.shape[0] > x.shape[1]
  let y = withFiniteNorm(isTall ? x.transpose() : x)
  y = y.div(y.square().sum().sqrt().add(1e-7))
  for (let i = 0; i < steps; i++) {
    const gram = y.matmul(y, { transposeB: true })
    y = y.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(y))
  }
  return isTall ? y.transpose() : y
}

/** x, or so small a part of it that the squares of its elements can be added up; its direction is all that matters. */
function withFiniteNorm(x: Tensor): Tensor {
  return x.mul(scaleFor(x.square().sum()))
}
