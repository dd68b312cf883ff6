/**
 * Adafactor: second moments of matrices as rows and columns. (What all share: `base/optimizer.ts`.)
 */
import type { Shape } from '../kernels/backend.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { Optimizer } from './base/optimizer.js'
import type { Hyperparameter, OptimizerOptions } from './base/options.js'
import type { VariableStep } from './base/variable-step.js'

/** Options of `Adafactor`. */
export interface AdafactorOptions extends OptimizerOptions {
  /** The exponent p in the decay rate of the second moment, 1 − tᵖ. Default −0.8. */
  beta2Decay?: Hyperparameter
  /** ε₁, added to the squared gradient. Default 1e-30. */
  epsilon1?: Hyperparameter
  /** ε₂, the least root mean square that the weights count as having. Default 0.001. */
  epsilon2?: Hyperparameter
  /** d, the root mean square from which on an update is scaled down. Default 1. */
  clipThreshold?: Hyperparameter
  /** Let the step fall like 1/√t from η on; false takes η as it is. Default true. */
  relativeStep?: boolean
}

/**
 * Adafactor: Adam without momentum, and with the second moment of a matrix kept as one number per row and one per
 * column.
 *
 * $$ \rho_t = \min(\eta, 1/\sqrt t), \qquad \alpha = \max(\epsilon_2, \operatorname{RMS}(w))\,\rho_t, \qquad \beta = 1 - t^{\,p} $$
 * $$ r \leftarrow \beta r + (1-\beta) \operatorname{mean}_{-1}(g^2 + \epsilon_1), \qquad c \leftarrow \beta c + (1-\beta) \operatorname{mean}_{-2}(g^2 + \epsilon_1), \qquad v = \frac{r\,c}{\operatorname{mean}(r)} $$
 * $$ u = \frac{g}{\sqrt v}, \qquad w \leftarrow w - \alpha \frac{u}{\max(1, \operatorname{RMS}(u) / d)} $$
 *
 * A variable with fewer than two axes keeps v itself: $v \leftarrow \beta v + (1-\beta)(g^2 + \epsilon_1)$. With
 * `relativeStep: false`, $\rho_t = \eta$.
 *
 * `learningRate` is η (default 0.001), `beta2Decay` p (−0.8), `epsilon1` ε₁ (1e-30), `epsilon2` ε₂ (0.001),
 * `clipThreshold` d (1), as in Keras, where `relative_step` has no effect. State: slots `r` (without the last axis) and
 * `c` (without the one before) per variable, or `v` of its shape.
 *
 * PyTorch's takes the larger of v and ε₁² instead of adding ε₁, with the machine epsilon as ε₁; its η is 0.01.
 *
 * @example
 * const w = variable([[3, 4], [4, 3]])
 * new Adafactor({ learningRate: 0.1 }).apply([tensor([[1, 1], [-1, 1]])], [w])
 * w.toArray() // => [[2.64645, 3.64645], [4.35355, 2.64645]]
 * @see Shazeer and Stern 2018, https://arxiv.org/abs/1804.04235
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  static override readonly defaults = {
    learningRate: 0.001,
    beta2Decay: -0.8,
    epsilon1: 1e-30,
    epsilon2: 1e-3,
    clipThreshold: 1,
    relativeStep: true,
  }

  protected readonly slots = ['r', 'c', 'v']
  protected readonly rule = `
    alpha = max(epsilon2, rmsOfWeights) * rho
    w = w - alpha * u / max(1, rmsOfUpdate / clipThreshold)`

  protected override slotsOf(variable: Variable): readonly string[] {
    return variable.rank < 2 ? ['v'] : ['r', 'c']
  }

  protected override slotShape(slot: string, { shape }: Variable): Shape {
    if (slot === 'v') return shape
    return slot === 'r' ? shape.slice(0, -1) : [...shape.slice(0, -2), ...shape.slice(-1)]
  }

  protected override squares(): boolean {
    return true
  }

  protected override readonly ownUpdate = Adafactor.prototype.updateVariable

  protected override updateVariable(step: VariableStep): void {
    const [eta, t] = [step.scalar('eta'), step.scalar('t')]
    const rho = this.options.relativeStep ? Math.min(eta, 1 / Math.sqrt(t)) : eta
    const rmsOfWeights = step.rms(step.w)
    const u = step.variable.rank < 2 ? plainUpdate(step) : factoredUpdate(step)
    step.run(this.rule, { u, rho, rmsOfWeights, rmsOfUpdate: step.rms(u) })
  }
}

function plainUpdate(step: VariableStep): Tensor {
  step.run(`
    beta = 1 - t^beta2Decay
    v = beta * v + (1 - beta) * (g^2 + epsilon1)`)
  return step.compute('g / sqrt(v)')
}

function factoredUpdate(step: VariableStep): Tensor {
  const beta = 1 - step.scalar('t') ** step.scalar('beta2Decay')
  const squares = step.compute('g^2 + epsilon1')
  const r = smooth(step.slot('r'), squares.mean(-1), beta)
  const c = smooth(step.slot('c'), squares.mean(-2), beta)
  const rows = r.div(r.mean(-1, { keepDims: true })).expandDims(-1)
  return step.g.div(rows.mul(c.expandDims(-2)).sqrt())
}

/** slot ← β slot + (1 − β) x */
function smooth(slot: Variable, x: Tensor, beta: number): Tensor {
  return slot.assign(slot.mul(beta).add(x.mul(1 - beta))).detach()
}
