/**
 * What the recurrent layers share: weights, states, masks, and the way through a sequence. A layer that its cell's formulas cover goes through all
 * steps in one operation (`tensor/operations/recurrent.ts`); otherwise step by step.
 */
import { ShapeError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { interval, type OptionRules, required, whole } from '../options.js'
import { ones, zeros } from '../tensor/filling.js'
import { where } from '../tensor/operations/comparisons.js'
import { concat, stack } from '../tensor/operations/joining.js'
import { recurrentSequence } from '../tensor/operations/recurrent.js'
import type { Cell } from '../tensor/operations/recurrent-cells.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import type { Variable } from '../tensor/variable.js'
import { type ActivationLike, getActivation, type NamedActivation } from './activations.js'
import { checkInput, lastSize } from './checks.js'
import { Dropout } from './dropout.js'
import type { ConstraintLike, InitializerLike, RegularizerLike } from './families.js'
import { type KernelLayerOptions, kernelLayerRules, weightOptions } from './kernel-options.js'
import { Layer, type Tensors } from './layer.js'
import type { CallOptions, Shapes } from './layer-options.js'

/** Options of every recurrent layer. */
export interface RecurrentOptions extends KernelLayerOptions {
  /** Default tanh. */
  activation?: ActivationLike | null
  /** Makes the first recurrent kernel. Default orthogonal. */
  recurrentInitializer?: InitializerLike
  /** A penalty of the recurrent kernel. Default none. */
  recurrentRegularizer?: RegularizerLike | null
  /** A constraint of the recurrent kernel, applied after each update. Default none. */
  recurrentConstraint?: ConstraintLike | null
  /** The share of the inputs that is dropped in training, the same ones in every step. Default 0. */
  dropout?: number
  /** The share of the state that is dropped in training where it meets the recurrent kernel, the same in every step. Default 0. */
  recurrentDropout?: number
  /** If true, the output has the result of every step, [batch, time, units]; else of the last one, [batch, units]. Default false. */
  returnSequences?: boolean
  /** If true, `apply` returns an array of the output and the last states. Default false. */
  returnState?: boolean
  /** If true, the sequence is read from its end, and the results come in this order. Default false. */
  goBackwards?: boolean
  /** If true, the output of a masked step is 0; else it is that of the step before. Default false. */
  zeroOutputForMask?: boolean
}

/** The defaults and ranges of `RecurrentOptions`. */
export const recurrentRules = {
  defaults: {
    ...kernelLayerRules.defaults,
    activation: 'tanh',
    recurrentInitializer: 'orthogonal',
    recurrentRegularizer: null,
    recurrentConstraint: null,
    dropout: 0,
    recurrentDropout: 0,
    returnSequences: false,
    returnState: false,
    goBackwards: false,
    zeroOutputForMask: false,
    units: required,
  },
  ranges: {
    units: whole(1),
    dropout: interval('[0, 1)'),
    recurrentDropout: interval('[0, 1)'),
    ...kernelLayerRules.ranges,
  },
} as const satisfies OptionRules<object>

/** The entries of Keras's configurations that every recurrent layer of nabla has fixed. */
export const recurrentConfig = {
  positional: ['units'],
  fixed: { stateful: false, unroll: false },
}

/** The products of one step that do not depend on how the cell combines them. */
export interface StepInputs {
  /** The input's part of the gates, [batch, gates · units]. */
  readonly x: Tensor
  /** The state h as it meets the recurrent kernel, [batch, units]. */
  readonly h: Tensor
}

/** A layer that goes through a sequence step by step. */
export abstract class Recurrent<Options extends RecurrentOptions = RecurrentOptions> extends Layer<Options> {
  /** The weights of the input, [inputs, gates · units], from `build` on. */
  kernel!: Variable
  /** The weights of the state, [units, gates · units], from `build` on. */
  recurrentKernel!: Variable
  /** The bias, [gates · units]; null without one. */
  bias: Variable | null = null
  /** The activation of the new state. */
  protected readonly activation: NamedActivation
  readonly #inputDropout: Dropout
  readonly #stateDropout: Dropout

  protected constructor(
    /** The size of the state. */
    readonly units: number,
    options: Options,
    rules: OptionRules<object>,
  ) {
    super(options, rules)
    const { dropout, recurrentDropout, seed, activation } = this.layerOptions as RecurrentOptions
    this.activation = getActivation(this.constructor.name, activation ?? 'linear')
    this.#inputDropout = new Dropout(dropout as number, { name: 'dropout', seed })
    this.#stateDropout = new Dropout(recurrentDropout as number, { name: 'dropout', seed })
  }

  /** The number of gates. */
  protected abstract readonly gates: number
  /** The number of states. */
  protected abstract readonly states: 1 | 2
  /** The cell as formulas; null where there are none for these options. */
  protected abstract readonly cell: Cell | null

  /**
   * The states after one step.
   * @param inputs the products of the step
   */
  protected abstract step(inputs: StepInputs, states: readonly Tensor[]): Tensor[]

  override get callOptions(): readonly string[] {
    return [...super.callOptions, 'initialState']
  }

  override build(inputShape: Shapes): void {
    const { layerOptions: options, units } = this
    const width = this.gates * units
    this.kernel = this.addWeight('kernel', [lastSize(this, inputShape, 2), width], weightOptions(options, 'kernel'))
    this.recurrentKernel = this.addWeight('recurrent_kernel', [units, width], weightOptions(options, 'recurrent'))
    if (options.useBias) this.bias = this.addWeight('bias', this.biasShape(), weightOptions(options, 'bias'))
  }

  /** The shape of the bias. */
  protected biasShape(): Shape {
    return [this.gates * this.units]
  }

  /** The bias that is added to what the input gives, and the one added to what the state gives; null for none. */
  protected get biases(): {
    /** The bias that is added to what the input gives. */
    input: Tensor | null
    /** The bias that is added to what the state gives. */
    state: Tensor | null
  } {
    return { input: this.bias, state: null }
  }

  override call(x: Tensor, options: CallOptions = {}): Tensors {
    checkInput(this, x, [-1])
    if (x.shape[1] === 0) {
      throw new ShapeError(
        `${this.name}: the sequences ${formatShape(x.shape)} have no steps. Axis 1 must be at least 1.`,
      )
    }
    const { goBackwards, returnSequences, returnState, recurrentDropout } = this.layerOptions
    const turned = (all: Tensor) => (goBackwards ? all.flip(1) : all)
    const sequence = this.#dropped(this.#inputDropout, turned(x.cast(this.kernel.dtype)), options)
    const mask = options.mask instanceof Tensor ? turned(options.mask.cast(sequence.dtype)) : null
    const initial = this.#initialStates(sequence, options)
    const isStepwise = !this.cell || (options.training === true && recurrentDropout !== 0)
    const run = isStepwise
      ? this.#stepByStep(sequence, initial, mask, options)
      : this.#atOnce(this.cell, sequence, initial, mask)
    const y = returnSequences || mask ? this.#outputs(run.outputs(), mask) : run.states[0]
    return returnState ? [y, ...run.states] : y
  }

  /** x with some of its features dropped, the same in each step. */
  #dropped(dropout: Dropout, x: Tensor, options: CallOptions): Tensor {
    if (dropout.rate === 0 || !options.training) return x
    const [batch, , inputs] = x.shape
    return x.mul(dropout.call(ones([batch, 1, inputs], { dtype: x.dtype }), options))
  }

  #initialStates(x: Tensor, { initialState }: CallOptions): Tensor[] {
    const shape = [x.shape[0], this.units]
    const given = initialState ? [initialState].flat() : []
    if (given.length > 0 && given.length !== this.states) {
      throw new ShapeError(
        `${this.name}: received ${given.length} initial states, but has ${this.states}. Pass an array of them.`,
      )
    }
    for (const state of given) {
      if (state.rank === 2 && state.shape[0] === shape[0] && state.shape[1] === shape[1]) continue
      throw new ShapeError(
        `${this.name}: an initial state has shape ${formatShape(state.shape)}, but must have ${formatShape(shape)}. It is [batch, units].`,
      )
    }
    return Array.from({ length: this.states }, (_, i) => given[i]?.cast(x.dtype) ?? zeros(shape, { dtype: x.dtype }))
  }

  /** All steps in one operation, in which the batch is the last axis. */
  #atOnce(cell: Cell | null, x: Tensor, initial: readonly Tensor[], mask: Tensor | null) {
    const [batch, steps, inputs] = x.shape
    const width = this.gates * this.units
    const rows = x.transpose([2, 1, 0]).reshape([inputs, steps * batch])
    const { input, state } = this.biases
    const product = this.kernel.matmul(rows, { transposeA: true })
    const gates = (input ? product.add(input.expandDims(-1)) : product).reshape([width, steps, batch])
    const kernel = state ? concat([this.recurrentKernel, state.expandDims(0)]) : this.recurrentKernel
    const wide = mask?.transpose().expandDims(1).broadcastTo([steps, this.units, batch]) ?? null
    const states = initial.map((one) => one.transpose())
    const { outputs, last } = recurrentSequence(cell as Cell, gates.transpose([1, 0, 2]), kernel, states, wide)
    const h = outputs.slice([steps - 1]).transpose()
    return { outputs: () => outputs.transpose([2, 0, 1]), states: [h, ...last.map((one) => one.transpose())] }
  }

  #stepByStep(x: Tensor, initial: readonly Tensor[], mask: Tensor | null, options: CallOptions) {
    const dropped = this.#dropped(this.#stateDropout, ones([x.shape[0], 1, this.units], { dtype: x.dtype }), options)
    const factors = dropped.squeeze(1)
    const { input } = this.biases
    const isDropping = options.training === true && this.#stateDropout.rate !== 0
    let states = [...initial]
    const outputs: Tensor[] = []
    for (let t = 0; t < x.shape[1]; t++) {
      const product = x.slice([null, t]).matmul(this.kernel)
      const gates = input ? product.add(input) : product
      const next = this.step({ x: gates, h: isDropping ? states[0].mul(factors) : states[0] }, states)
      const counts = mask?.slice([null, [t, t + 1]])
      states = counts ? next.map((one, i) => where(counts, one, states[i])) : next
      outputs.push(states[0])
    }
    return { outputs: () => stack(outputs, 1), states }
  }

  /** The outputs of all steps or of the last one; with a mask 0 before the first step that counts, or wherever one does not. */
  #outputs(all: Tensor, mask: Tensor | null): Tensor {
    const { zeroOutputForMask, returnSequences } = this.layerOptions
    const isSeen = mask && (zeroOutputForMask ? mask : mask.detach().cumMax(1))
    const outputs = isSeen ? all.mul(isSeen.expandDims(-1)) : all
    return returnSequences ? outputs : outputs.slice([null, -1])
  }

  /** The recurrent product, [batch, gates · units]. */
  protected recurrentProduct(h: Tensor): Tensor {
    const product = h.matmul(this.recurrentKernel)
    const { state } = this.biases
    return state ? product.add(state) : product
  }

  override outputShape(inputShape: Shapes): Shapes {
    const { returnSequences, returnState } = this.layerOptions
    const y = returnSequences ? [inputShape[0] as number, this.units] : [this.units]
    return returnState ? [y, ...Array.from({ length: this.states }, () => [this.units])] : y
  }

  protected override describe(): string {
    return `${this.units}`
  }
}
