/**
 * The random numbers of layers, of dropout for example: from the global stream, or from a stream of the layer's own seed. The states of the
 * own streams are saved with a model, so that a training can go on exactly.
 */
import { OptionError } from '../errors.js'
import type { Shape } from '../kernels/backend.js'
import { type Generator, generator } from '../kernels/random.js'
import { wrap } from '../tensor/creation.js'
import { promote } from '../tensor/dtype.js'
import { newValues } from '../tensor/nested-arrays.js'
import { randomStream } from '../tensor/random.js'
import { sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { contents } from './contents.js'
import type { Layer } from './layer.js'

const own = new WeakMap<Layer, Generator>()

/** Gives a layer a stream of its own, of a seed. */
export function seedLayer(layer: Layer, seed: number | null | undefined): void {
  if (seed !== undefined && seed !== null) own.set(layer, generator(seed))
}

/** The stream that a layer draws from. */
export function streamOf(layer: Layer): Generator {
  return own.get(layer) ?? randomStream()
}

/**
 * A tensor of random numbers, of the dtype of x.
 * @param draw makes one number
 */
export function noise(layer: Layer, x: Tensor, shape: Shape, draw: (random: Generator) => number): Tensor {
  const random = streamOf(layer)
  const dtype = promote(x.dtype, 'float32')
  const values = newValues(layer.name, dtype, sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw(random)
  return wrap(layer.name, values, dtype, shape)
}

/** The streams of a layer and those inside. */
function streamsIn(layer: Layer): Generator[] {
  return [layer, ...contents<Layer>(layer).layers].flatMap((one) => own.get(one) ?? [])
}

/** The states of the random streams of a layer and those inside. */
export function randomStates(layer: Layer): number[][] {
  return streamsIn(layer).map((random) => random.state)
}

/**
 * Restores the states of the random streams.
 * @throws OptionError when there are not as many
 */
export function setRandomStates(layer: Layer, states: readonly (readonly number[])[]): void {
  const streams = streamsIn(layer)
  if (!Array.isArray(states) || states.length !== streams.length)
    throw new OptionError(
      `${layer.name}: has ${streams.length} random streams, received the states of ${states?.length}. Pass those of an equal model.`,
    )
  for (const [i, random] of streams.entries()) random.state = states[i] as number[]
}
