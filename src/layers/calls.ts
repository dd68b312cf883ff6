/**
 * Which layers call which. A layer that is called inside the call of another one is in training when that one is, unless its own
 * options say otherwise. If it has weights, it must be part of the outermost layer, because they would not be trained or saved otherwise.
 */
import { OptionError } from '../errors.js'
import { type DefaultsOf, flag, resolve } from '../options.js'
import { foreign } from '../tensor/foreign.js'
import { isPromise } from '../tensor/received.js'
import { Tensor } from '../tensor/tensor.js'
import { contents, lastContents } from './contents.js'
import type { Layer } from './layer.js'
import type { CallOptions } from './layer-options.js'
import { beginLosses } from './penalties.js'

/** The options of a call in training. */
export const inTraining: CallOptions = Object.freeze({ training: true })
/** The options of a call outside of training. */
export const inUse: CallOptions = Object.freeze({ training: false })

/** The layers whose calls have begun and not ended, outermost first, and the mode of each: `inTraining` or `inUse`. */
const callers: Layer[] = []
const modes: CallOptions[] = []
/** A layer that is called again this deep in its own call never ends. */
const deepest = 250
/** The layers in the outermost one. */
let known: ReadonlySet<Layer> | null = null

/**
 * Begins a call, which must be ended by `leave`.
 * @returns the options of the call: those that are given, in training where the call around it is
 * @throws OptionError for options that are not known
 */
export function enter(layer: Layer, given: CallOptions | undefined): CallOptions {
  const depth = callers.length
  if (depth >= deepest && callers.includes(layer)) throw calledByItself(layer)
  if (depth === 0) beginLosses(layer)
  const around = depth > 0 ? modes[depth - 1] : inUse
  const options = given === undefined ? around : optionsOf(layer, given, around)
  callers.push(layer)
  modes.push(options.training ? inTraining : inUse)
  return options
}

/** Ends the call that began last. */
export function leave(): void {
  callers.pop()
  modes.pop()
  if (callers.length === 0) known = null
}

/** True while the innermost call is that of this layer. */
export function isCalling(layer: Layer): boolean {
  return callers[callers.length - 1] === layer
}

/** The outermost layer whose call is going on. */
export function outermostCaller(): Layer | undefined {
  return callers[0]
}

function calledByItself(layer: Layer): OptionError {
  return new OptionError(
    `${layer.name}: call calls the layer itself, ${deepest} calls deep. Layers that hold each other must not call each other in a circle.`,
  )
}

function optionsOf(layer: Layer, given: CallOptions, around: CallOptions): CallOptions {
  if (given === inTraining || given === inUse) return given
  const none = Object.fromEntries(layer.callOptions.map((name) => [name, undefined]))
  const defaults = { ...none, training: around.training } as DefaultsOf<CallOptions>
  const options = resolve(`${layer.name}.apply`, given, { defaults, ranges: callRanges }) as CallOptions
  const hasOthers = layer.callOptions.some((name) => name !== 'training' && options[name as keyof CallOptions] != null)
  return hasOthers ? options : options.training ? inTraining : inUse
}

const tensors = (x: unknown) =>
  [x].flat().every((one) => one === null || one instanceof Tensor) ? undefined : 'a tensor, or an array of tensors'
const oneTensor = (x: unknown) => (x instanceof Tensor ? undefined : 'a tensor')

const callRanges = {
  training: flag,
  mask: tensors,
  initialState: tensors,
  attentionMask: oneTensor,
  useCausalMask: flag,
  returnAttentionScores: flag,
  countWeights: oneTensor,
}

/** @throws OptionError for a layer with weights that is not part of the outermost one */
export function checkPart(layer: Layer): void {
  const outermost = callers[0]
  if (layer === outermost) return
  known ??= lastContents(outermost).layers
  if (known.has(layer) || layer.variables.length === 0) return
  known = contents(outermost).layers
  if (known.has(layer)) return
  const all = new Set(outermost.variables)
  if (!layer.variables.every((v) => all.has(v))) throw notFound(outermost, layer)
}

function notFound(outermost: Layer, layer: Layer): OptionError {
  return new OptionError(
    `${outermost.name}: call uses the layer ${layer.name}, ${layer}, which no property holds, so its weights would not be trained or saved. Store it in a property, such as this.inner = layer, or in an array, Map, Set or plain object there, but not in a closure, #private field or WeakMap.`,
  )
}

/**
 * The error for a function that did not return a tensor.
 * @param called the function
 */
export function notATensor(op: string, called: string, result: unknown): OptionError {
  return new OptionError(`${op}: ${called} returned ${describe(result)}. ${wayOut(result)}`)
}

function describe(result: unknown): string {
  if (isPromise(result)) return 'a promise'
  if (Array.isArray(result)) return 'an array'
  return foreign(result) ?? (typeof result === 'object' && result !== null ? 'an object' : String(result))
}

function wayOut(result: unknown): string {
  if (isPromise(result)) return 'It must return a tensor: leave out async and await.'
  if (result === undefined) return 'Return the output tensor.'
  if (Array.isArray(result)) return 'Return a tensor, or an array of tensors.'
  return 'Return a tensor.'
}
