/**
 * Looking inside a model: a layer by its name, and what each layer computes.
 */

import { noGrad } from '../autograd/transforms/grad.js'
import { OptionError } from '../errors.js'
import { unknownName } from '../options.js'
import type { Tensor } from '../tensor/tensor.js'
import { inUse } from './calls.js'
import { contents } from './contents.js'
import { addHook } from './hooks.js'
import type { Layer, Tensors } from './layer.js'
import { pathOf } from './paths.js'

/** The place of a layer in a model: `encoder/dense`. */
function placeIn(model: Layer, layer: Layer): string {
  const prefix = `${pathOf(model)}/`
  const path = pathOf(layer)
  return path.startsWith(prefix) ? path.slice(prefix.length) : path
}

/**
 * The layer of a name, or of a place.
 * @throws OptionError naming the nearest one when there is none
 */
export function layerCalled(model: Layer, name: string): Layer {
  const layers = [...contents<Layer>(model).layers]
  const found = layers.find((layer) => placeIn(model, layer) === name) ?? layers.find((layer) => layer.name === name)
  if (found) return found
  if (layers.length === 0) throw new OptionError(`${model.name}: there are no layers. Add one first.`)
  throw unknownName(
    model.name,
    'layer',
    name,
    layers.map((layer) => placeIn(model, layer)),
  )
}

/** The outputs of all layers in a call of the model, by their places, in the order in which they end. */
export function activationsOf(model: Layer, x: Tensors): Record<string, Tensors> {
  const seen: Record<string, Tensors> = {}
  const note = (layer: Layer) => (y: Tensors) => {
    const place = placeIn(model, layer)
    let name = place
    for (let n = 1; Object.hasOwn(seen, name); n++) name = `${place}_${n}`
    seen[name] = y
  }
  model.apply(x as Tensor, inUse) // so that all layers are built, and found
  const removers = [...contents<Layer>(model).layers].map((layer) => addHook(layer, note(layer)))
  try {
    noGrad(() => model.apply(x as Tensor, inUse))
  } finally {
    for (const remove of removers) remove()
  }
  return seen
}
