/**
 * FTRL-proximal.
 */
import { type Check, notNegative } from '../options.js'
import { Optimizer } from './base/optimizer.js'
import { type Hyperparameter, hyperparameterThatIs, type OptimizerOptions, type Resolved } from './base/options.js'

/** Options of `Ftrl`. */
export interface FtrlOptions extends OptimizerOptions {
  /** p, how the step size falls with the sum of squares: 0 or negative; 0 keeps it. Default −0.5. */
  learningRatePower?: Hyperparameter
  /** The initial value of the sum of squares, 0 or more. Default 0.1. */
  initialAccumulatorValue?: number
  /** λ₁, which makes weights exactly 0. 0 or more, default 0. */
  l1RegularizationStrength?: Hyperparameter
  /** λ₂, which pulls weights towards 0. 0 or more, default 0. */
  l2RegularizationStrength?: Hyperparameter
  /** s, an L2 penalty added to the gradient. 0 or more, default 0. */
  l2ShrinkageRegularizationStrength?: Hyperparameter
  /** β, steadies the first steps. Default 0. */
  beta?: Hyperparameter
}

const notPositive: Check = (x) => ((x as number) <= 0 ? undefined : '0 or less')

const strength = hyperparameterThatIs(notNegative)

/**
 * FTRL-proximal: online learning of sparse linear models, with L1 and L2 regularization in the update.
 *
 * $$ n' = n + g^2, \qquad z \leftarrow z + g + 2 s w - \frac{n'^{-p} - n^{-p}}{\eta}\, w, \qquad q = \frac{n'^{-p}}{\eta} + 2 \left(\lambda_2 + \frac{\beta}{2\eta}\right) $$
 * $$ w \leftarrow \frac{\operatorname{clip}(z, -\lambda_1, \lambda_1) - z}{q}, \qquad n \leftarrow n' $$
 *
 * `learningRate` is η (default 0.001), `learningRatePower` p (−0.5), `initialAccumulatorValue` the first n (0.1),
 * `l1RegularizationStrength` λ₁ (0), `l2RegularizationStrength` λ₂ (0), `l2ShrinkageRegularizationStrength` s (0),
 * `beta` β (0), as in Keras. State: slots `n` and `z` per variable, of its shape.
 *
 * The weights follow from z alone, so that first values are forgotten: a weight without a gradient becomes 0 at the
 * first step. λ₂ is half the paper's. PyTorch has no FTRL.
 *
 * @example
 * const w = variable([1, 2])
 * new Ftrl({ learningRate: 0.5, initialAccumulatorValue: 0 }).apply([tensor([3, -4])], [w])
 * w.toArray() // => [0.5, 2.5]
 * @see McMahan et al. 2013, https://research.google/pubs/ad-click-prediction-a-view-from-the-trenches/
 */
export class Ftrl extends Optimizer<FtrlOptions> {
  static override readonly defaults = {
    learningRate: 0.001,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
  }
  static override readonly ranges = {
    learningRatePower: hyperparameterThatIs(notPositive),
    initialAccumulatorValue: notNegative,
    l1RegularizationStrength: strength,
    l2RegularizationStrength: strength,
    l2ShrinkageRegularizationStrength: strength,
  }

  protected readonly slots = ['n', 'z']
  protected override readonly initial = { n: this.options.initialAccumulatorValue }
  protected readonly rule = `
    l2 = l2RegularizationStrength + beta / (2 * eta)
    next = n + g^2
    powered = ${power('next', this.options)}
    z = z + g + 2 * l2ShrinkageRegularizationStrength * w - (powered - ${power('n', this.options)}) / eta * w
    q = powered / eta + 2 * l2
    w = (min(max(z, -l1RegularizationStrength), l1RegularizationStrength) - z) / q
    n = next`
}

/** n^−p; a root, which is faster, for the usual p. */
function power(n: string, { learningRatePower }: Resolved<FtrlOptions>): string {
  return learningRatePower === -0.5 ? `sqrt(${n})` : `${n}^(-learningRatePower)`
}
