/**
 * Which layers call which: whatever is called in the course of a call, and has weights, must be part of the layer that was called
 * first. Otherwise its weights would be neither trained nor saved, and nobody would know.
 */
import { OptionError } from '../errors.js'
import { contents, lastContents } from './contents.js'
import type { Layer } from './layer.js'

/** The layer that was called first, while its call lasts. */
let outermost: Layer | null = null
let known: ReadonlySet<Layer> | null = null

/** Begins a call; returns whether it is the outermost, which must be ended by `leave`. */
export function enter(layer: Layer): boolean {
  if (outermost) return false
  outermost = layer
  known = null
  return true
}

/** Ends the outermost call. */
export function leave(): void {
  outermost = null
  known = null
}

/** @throws OptionError for a layer with weights that is not part of the outermost one */
export function checkPart(layer: Layer): void {
  if (!outermost || layer === outermost) return
  known ??= lastContents(outermost).layers
  if (known.has(layer) || layer.variables.length === 0) return
  known = contents(outermost).layers
  if (known.has(layer)) return
  const all = new Set(outermost.variables)
  if (!layer.variables.every((v) => all.has(v))) throw notFound(outermost, layer)
}

function notFound(outermost: Layer, layer: Layer): OptionError {
  return new OptionError(
    `${outermost.name}: it calls the layer ${layer.name}, ${layer}, but no property holds that layer, so its weights would not be trained or saved. Store it in a property, such as this.inner = layer, or in an array, Map, Set or plain object there; closures, #private fields and WeakMaps cannot be searched.`,
  )
}
