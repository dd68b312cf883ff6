/**
 * Points in the plane, as `makeMoons` and its siblings draw them, in the form of the other data sets.
 */
import { tensor } from '../../tensor/creation.js'
import { type LabelledPoints, makeBlobs, makeCircles, makeMoons, makeSpirals } from '../toys.js'
import type { NamedData } from './dataset-values.js'

/**
 * Two interlocking half circles.
 * @param options those of `makeMoons`: `samples`, `noise`, `seed`
 * @throws OptionError when an option cannot be used
 * @example
 * const { x, labels } = moons({ samples: 60, seed: 1 })
 * x.shape // => [60, 2]
 * labels // => ['upper', 'lower']
 */
export function moons(options?: Parameters<typeof makeMoons>[0]): NamedData {
  return drawn('Moons', makeMoons(options), ['upper', 'lower'])
}

/**
 * A circle, and one inside it.
 * @param options those of `makeCircles`: `factor`, `samples`, `noise`, `seed`
 * @throws OptionError when an option cannot be used
 * @example
 * circles({ samples: 60, seed: 1 }).y.sum().item() // => 30
 */
export function circles(options?: Parameters<typeof makeCircles>[0]): NamedData {
  return drawn('Circles', makeCircles(options), ['outer', 'inner'])
}

/**
 * Arms of a spiral, one class each.
 * @param options those of `makeSpirals`: `classes`, `turns`, `samples`, `noise`, `seed`
 * @throws OptionError when an option cannot be used
 * @example
 * spirals({ samples: 60, classes: 3, seed: 1 }).labels // => ['arm 1', 'arm 2', 'arm 3']
 */
export function spirals(options?: Parameters<typeof makeSpirals>[0]): NamedData {
  return drawn('Spirals', makeSpirals(options), numbered('arm', options?.classes ?? 2))
}

/**
 * Round clouds of points.
 * @param options those of `makeBlobs`: `centers`, `samples`, `noise`, `seed`
 * @throws OptionError when an option cannot be used
 * @example
 * blobs({ samples: 60, seed: 1 }).labels // => ['cloud 1', 'cloud 2']
 */
export function blobs(options?: Parameters<typeof makeBlobs>[0]): NamedData {
  return drawn('Blobs', makeBlobs(options), numbered('cloud', options?.centers?.length ?? 2))
}

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word} ${i + 1}`)

function drawn(title: string, { x, y }: LabelledPoints, labels: readonly string[]): NamedData {
  return {
    x: tensor(x),
    y: tensor(y, { dtype: 'int32' }),
    labels,
    features: x[0].map((_, i) => `x${i + 1}`),
    source: {
      title,
      authors: 'drawn by nabla, after scikit-learn’s generators',
      url: 'https://scikit-learn.org/stable/datasets/sample_generators.html',
      licence: 'MIT',
    },
  }
}
