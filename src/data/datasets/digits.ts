/**
 * Handwritten digits, small enough for a package.
 */
import { tensor } from '../../tensor/creation.js'
import type { NamedData } from './dataset-values.js'
import { digits as digitRows } from './values/digits.js'

/**
 * 1797 handwritten digits of 8 × 8 pixels, from 0 (white) to 16 (black), in rows of 64: divide by 16 to train, and reshape for images.
 *
 * @example
 * const { x, y } = digits()
 * x.shape // => [1797, 64]
 * const images = x.div(16).reshape([-1, 8, 8])
 * y.slice(':4').toArray() // => [0, 1, 2, 3]
 * @see https://archive.ics.uci.edu/dataset/80
 */
export function digits(): NamedData {
  const rows = digitRows.trim().split('\n')
  const pixels = Float32Array.from(
    rows.flatMap((row) => [...row.slice(1)]),
    (letter) => letter.charCodeAt(0) - 97,
  )
  return {
    x: tensor(pixels, { shape: [rows.length, 64] }),
    y: tensor(
      rows.map((row) => Number(row[0])),
      { dtype: 'int32' },
    ),
    labels: [...'0123456789'],
    features: Array.from({ length: 64 }, (_, i) => `pixel ${i >> 3},${i & 7}`),
    source: {
      title: 'Optical Recognition of Handwritten Digits (its test set)',
      authors: 'E. Alpaydin and C. Kaynak, 1998',
      url: 'https://archive.ics.uci.edu/dataset/80',
      licence: 'CC BY 4.0',
    },
  }
}
