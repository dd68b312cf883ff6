/**
 * The namespace `layers`: every layer by its name and from configurations, as Keras has it: `layers.get('dense', { units: 3 })`. A bundler keeps
 * all layers with this file; `Sequential.fromConfig(config, [Dense])` needs only those of the list.
 */
import { OptionError } from '../errors.js'
import { type Config, isKerasObject, type KerasObject } from '../keras-names.js'
import { Activation } from '../layers/activation.js'
import { ELU, LeakyReLU, PReLU, ReLU, Softmax } from '../layers/activation-layers.js'
import { Attention } from '../layers/attention.js'
import { BatchNormalization } from '../layers/batch-normalization.js'
import { Bidirectional } from '../layers/bidirectional.js'
import { CategoryEncoding } from '../layers/category-encoding.js'
import { deserializeAs, type LayerClass } from '../layers/config.js'
import { Conv1D, Conv2D } from '../layers/convolution.js'
import { Conv1DTranspose, Conv2DTranspose } from '../layers/convolution-transpose.js'
import { Dense } from '../layers/dense.js'
import { DepthwiseConv2D } from '../layers/depthwise.js'
import { Dot } from '../layers/dot.js'
import { Dropout, SpatialDropout1D, SpatialDropout2D } from '../layers/dropout.js'
import { Embedding } from '../layers/embedding.js'
import { Normalization, Rescaling } from '../layers/feature-scaling.js'
import { Flatten } from '../layers/flatten.js'
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
} from '../layers/global-pooling.js'
import { GroupNormalization } from '../layers/group-normalization.js'
import { GRU } from '../layers/gru.js'
import { Lambda } from '../layers/lambda.js'
import { Layer } from '../layers/layer.js'
import { LayerNormalization } from '../layers/layer-normalization.js'
import { LSTM } from '../layers/lstm.js'
import { Masking } from '../layers/masking.js'
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from '../layers/merging.js'
import { MultiHeadAttention } from '../layers/multi-head-attention.js'
import { GaussianDropout, GaussianNoise } from '../layers/noise.js'
import { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D } from '../layers/pooling.js'
import { Permute, RepeatVector, Reshape } from '../layers/reshaping.js'
import { RMSNormalization } from '../layers/rms-normalization.js'
import { SeparableConv2D } from '../layers/separable.js'
import { SimpleRNN } from '../layers/simple-rnn.js'
import { StringLookup } from '../layers/string-lookup.js'
import { TimeDistributed } from '../layers/time-distributed.js'
import { UnitNormalization } from '../layers/unit-normalization.js'
import { UpSampling1D, UpSampling2D } from '../layers/up-sampling.js'
import { ZeroPadding1D, ZeroPadding2D } from '../layers/zero-padding.js'
import { show } from '../options.js'
import { Model } from './model.js'
import { Sequential } from './sequential.js'

export type { LayerClass } from '../layers/config.js'
export { serialize } from '../layers/config.js'

/** The classes, by families. */
const known = (): LayerClass[] => [
  ...[Dense, Embedding],
  ...[Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax],
  ...[Dropout, SpatialDropout1D, SpatialDropout2D, GaussianNoise, GaussianDropout],
  ...[Flatten, Reshape, Permute, RepeatVector, ZeroPadding1D, ZeroPadding2D, UpSampling1D, UpSampling2D, Masking],
  ...[Conv1D, Conv2D, DepthwiseConv2D, SeparableConv2D, Conv1DTranspose, Conv2DTranspose],
  ...[MaxPooling1D, MaxPooling2D, AveragePooling1D, AveragePooling2D],
  ...[GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalAveragePooling1D, GlobalAveragePooling2D],
  ...[BatchNormalization, LayerNormalization, RMSNormalization, GroupNormalization, UnitNormalization],
  ...[SimpleRNN, LSTM, GRU, Bidirectional, TimeDistributed, Attention, MultiHeadAttention],
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
