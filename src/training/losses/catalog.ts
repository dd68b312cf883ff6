/**
 * The namespace `losses`.
 */
import { get, serialize } from './named-losses.js'
import { cosineSimilarity } from './similarity.js'

/**
 * Losses by name or configuration, as in `keras.losses`: `losses.get('huber', { delta: 2 })`; and the one loss whose name is that of an
 * operation, `losses.cosineSimilarity`. (An object, which bundlers leave out where nobody uses it.)
 */
export const losses = {
  /** Returns a loss by name or configuration, with options. */
  get,
  /** Returns a loss as Keras writes it. */
  serialize,
  /** Computes the negative cosine of the angle between target and prediction. */
  cosineSimilarity,
}
