/**
 * What an optimizer keeps for one variable: slots of its shape, its moving average, its gradient accumulator. Kernels change all of it
 * in place.
 */
import { setRecording } from '../../autograd/engine.js'
import { OptionError } from '../../errors.js'
import type { DataBuffer, DType, Shape } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import { full } from '../../tensor/filling.js'
import { sizeOf } from '../../tensor/shape.js'
import { Variable } from '../../tensor/variable.js'
import { Clip } from './clip.js'
import type { RunRule } from './rule.js'

/** The names that the base gives a rule, in addition to its slots. */
const reservedArrays = ['gradient', 'w', 'average', 'accumulator'] as const

/** The initial value of a slot: a number, or `w` for a copy of the weights. */
type Initial = number | 'w'

/** A variable and everything kept for it. */
export class VariableState {
  /** The slots of the rule, by name. */
  readonly slots = new Map<string, Variable>()
  /** The moving average of the weights. */
  average: Variable | null = null
  /** The sum of the gradients so far. */
  accumulator: Variable | null = null
  /** The names of the arrays that kernels get, and the arrays: first the gradient of the step. */
  readonly arrays: string[] = ['gradient', 'w']
  readonly buffers: DataBuffer[]
  /** The rule that updates it, once prepared. */
  run: RunRule | null = null
  /** Its axes, for reductions over all of them. */
  readonly axes: readonly number[]
  /** The factors that clip its gradient by norm, in the step that is being made. */
  clip = Clip.none

  constructor(
    /** The optimizer's name, for the names of the slots. */
    private readonly owner: string,
    /** The class, for messages. */
    private readonly className: string,
    readonly variable: Variable,
  ) {
    this.buffers = [variable.buffer, variable.buffer]
    this.axes = variable.shape.map((_, i) => i)
  }

  /** Adds a slot. */
  addSlot(name: string, initial: Initial = 0, shape: Shape = this.variable.shape): Variable {
    if ((reservedArrays as readonly string[]).includes(name)) throw reserved(this.className, name)
    const slot = this.allocate(name, initial, shape)
    this.slots.set(name, slot)
    if (slot.size === this.variable.size) this.addArray(name, slot)
    return slot
  }

  /** Adds the moving average, a copy of the weights at first. */
  addAverage(): void {
    this.average = this.allocate('average', 'w', this.variable.shape)
    this.addArray('average', this.average)
  }

  /** Adds the gradient accumulator. */
  addAccumulator(): void {
    this.accumulator = this.allocate('gradient_accumulator', 0, this.variable.shape)
    this.addArray('accumulator', this.accumulator)
  }

  /** Copies the moving average into the variable; one that takes its gradient as its value has none. */
  writeAverage(): void {
    const { variable, average } = this
    if (average === null) return
    backend.write(variable.buffer, average.buffer)
    variable.version++
  }

  private addArray(name: string, array: Variable): void {
    this.arrays.push(name)
    this.buffers.push(array.buffer)
  }

  private allocate(name: string, initial: Initial, shape: Shape): Variable {
    const { variable } = this
    const buffer = backend.allocate(variable.dtype, sizeOf(shape))
    if (initial === 'w') backend.write(buffer, variable.buffer)
    else if (initial !== 0) backend.write(buffer, filled(shape, initial, variable.dtype))
    const slot = new Variable(buffer, shape, false, `${variable.path.replaceAll('/', '_')}_${name}`, null)
    slot.path = `${this.owner}/${slot.name}`
    return slot
  }
}

function filled(shape: Shape, value: number, dtype: DType): DataBuffer {
  return full(shape, value, { dtype }).buffer
}

/** Applies a variable's constraint; returns whether it has one. */
export function constrain(variable: Variable): boolean {
  const { constraint } = variable
  if (!constraint) return false
  setRecording(false, () => variable.assign(constraint(variable.detach())))
  return true
}

/** The numbers of variables at one moment, to put back when a step fails halfway. */
export class Snapshot {
  private readonly copies: { variable: Variable; numbers: DataBuffer; version: number }[]

  constructor(variables: readonly Variable[]) {
    this.copies = variables.map((variable) => {
      return { variable, numbers: backend.duplicate(variable.buffer), version: variable.version }
    })
  }

  /** Puts the numbers back. */
  restore(): void {
    for (const { variable, numbers, version } of this.copies) {
      backend.write(variable.buffer, numbers)
      variable.version = version
    }
  }
}

function reserved(owner: string, slot: string): OptionError {
  return new OptionError(
    `${owner}: a slot cannot be called ${slot}. The names ${reservedArrays.join(', ')} are reserved.`,
  )
}
