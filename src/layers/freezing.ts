/**
 * Freezing: which variables follow `trainable` of their layer.
 */
import { Variable } from '../tensor/variable.js'
import type { Find, Holder } from './contents.js'

/** Everything that each layer has held so far. */
const settled = new WeakMap<Holder, WeakSet<object>>()
/** For each variable, true if it follows its layer, as it was trainable when the layer first held it. */
const trains = new WeakMap<Variable, boolean>()

/** Freezes what is new in a frozen layer, once, so that it can be unfrozen on its own. */
export function settle({ item, holder }: Find): void {
  if (item instanceof Variable) enrol(item, item.trainable)
  const before = settled.get(holder) ?? new WeakSet()
  settled.set(holder, before)
  if (before.has(item)) return
  before.add(item)
  if (!holder.trainable && item.trainable) item.trainable = false
}

/** Records, the first time, whether a variable follows its layer. */
export function enrol(variable: Variable, isTrained: boolean): void {
  if (!trains.has(variable)) trains.set(variable, isTrained)
}

/** Freezes or unfreezes a layer's variables, except those that are never trained. */
export function setTrainable(variables: readonly Variable[], value: boolean): void {
  for (const v of variables) if (trains.get(v) !== false) v.trainable = value
}
