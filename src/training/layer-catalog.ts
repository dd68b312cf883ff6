/**
 * The namespace `layers`: every layer by its name and from configurations, as Keras has it: `layers.get('dense', { units: 3 })`. A bundler keeps
 * all layers with this file; `Sequential.fromConfig(config, [Dense])` needs only those of the list.
 */
import { OptionError } from '../errors.js'
import { type Config, isKerasObject, type KerasObject } from '../keras-names.js'
import { Activation } from '../layers/activation.js'
import { ELU, LeakyReLU, PReLU, ReLU, Softmax } from '../layers/activation-layers.js'
import { CategoryEncoding } from '../layers/category-encoding.js'
import { deserializeAs, type LayerClass } from '../layers/config.js'
import { Dense } from '../layers/dense.js'
import { Dot } from '../layers/dot.js'
import { Dropout, SpatialDropout1D, SpatialDropout2D } from '../layers/dropout.js'
import { Normalization, Rescaling } from '../layers/feature-scaling.js'
import { Flatten } from '../layers/flatten.js'
import { Lambda } from '../layers/lambda.js'
import { Layer } from '../layers/layer.js'
import { Masking } from '../layers/masking.js'
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from '../layers/merging.js'
import { GaussianDropout, GaussianNoise } from '../layers/noise.js'
import { Permute, RepeatVector, Reshape } from '../layers/reshaping.js'
import { StringLookup } from '../layers/string-lookup.js'
import { show } from '../options.js'
import { Model } from './model.js'
import { Sequential } from './sequential.js'

export type { LayerClass } from '../layers/config.js'
export { serialize } from '../layers/config.js'

/** The classes, by families. */
const known = (): LayerClass[] => [
  ...[Dense, Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax],
  ...[Dropout, SpatialDropout1D, SpatialDropout2D, GaussianNoise, GaussianDropout],
  ...[Flatten, Reshape, Permute, RepeatVector, Masking],
  ...[Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, Dot, Lambda],
  ...[Rescaling, Normalization, CategoryEncoding, StringLookup],
  ...[Sequential, Model],
]

/**
 * Makes a layer or a model from what `serialize`, or Python Keras, wrote.
 * @param serialized `{ class_name, config }`
 * @param custom custom classes, to be found too
 * @throws OptionError for an unknown class or an unknown entry of its configuration
 * @example
 * const text = JSON.stringify(layers.serialize(new Dense(3, { activation: 'relu' })))
 * String(layers.deserialize(JSON.parse(text))) // => 'Dense(3, relu)'
 */
export function deserialize(serialized: KerasObject, custom: readonly LayerClass[] = []): Layer {
  return deserializeAs('layers.deserialize', serialized, [...custom, ...known()])
}

/**
 * Returns the layer of a configuration, or the one given; of a name, with the options in `config`.
 * @param identifier a name, a configuration, or a layer
 * @param config its options in Keras's spelling
 * @param custom custom classes, to be found too
 * @throws OptionError for an unknown name or anything else
 * @example
 * String(layers.get('dense', { units: 3 })) // => 'Dense(3)'
 */
export function get(
  identifier: Layer | KerasObject | string,
  config: Config = {},
  custom: readonly LayerClass[] = [],
): Layer {
  if (identifier instanceof Layer) return identifier
  if (isKerasObject(identifier)) return deserialize(identifier, custom)
  if (typeof identifier !== 'string')
    throw new OptionError(
      `layers.get: ${show(identifier)} is not a layer. Pass a name, { class_name, config } or an instance.`,
    )
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '')
  const found = [...custom, ...known()].find(({ name }) => plain(name) === plain(identifier))
  return deserialize({ class_name: found?.name ?? identifier, config }, custom)
}
