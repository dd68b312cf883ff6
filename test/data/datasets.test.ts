/**
 * Data sets by name: they are those of scikit-learn, and say where they are from.
 */
import test from 'ava'
import type { NamedData } from '../../src/datasets.js'
import * as datasets from '../../src/datasets.js'
import { setSeed, type Tensor } from '../../src/index.js'

const made: object = datasets

/** Shape, sum of x, sum of y, as scripts/datasets.py prints them. */
const known = {
  iris: [[150, 4], 2078.7, 150],
  wine: [[178, 13], 159975.296, 167],
  diabetes: [[442, 10], 276404.2336, 67243],
  digits: [[1797, 64], 561718, 8070],
} as const
const sum = (x: Tensor) => Array.from(x.dataSync()).reduce((a, b) => a + b, 0)

for (const [name, [shape, ofX, ofY]] of Object.entries(known))
  test(`${name} has the numbers of scikit-learn`, (t) => {
    const { x, y } = (made as Record<string, () => NamedData>)[name]()
    t.deepEqual(x.shape, shape as unknown as number[])
    t.true(Math.abs(sum(x) / ofX - 1) < 1e-6, `${sum(x)}`)
    t.is(sum(y), ofY)
  })

test('every data set has targets, names for classes and columns, a source and a licence', (t) => {
  setSeed(1)
  t.true(Object.keys(datasets).length >= 9)
  for (const [name, make] of Object.entries(datasets)) {
    const data = make()
    t.is(data.y.shape[0], 'shape' in data.x ? data.x.shape[0] : data.x.length, name)
    if ('features' in data) t.is(data.features.length, data.x.shape[1], name)
    const classes = new Set(data.y.dataSync())
    if (data.labels.length > 0) {
      t.is(classes.size, data.labels.length, name)
      t.is(data.y.dtype, 'int32', name)
    } else t.is(data.y.dtype, 'float32', name)
    for (const part of ['title', 'authors', 'url', 'licence'] as const)
      t.true(data.source[part].length > 2, `${name} ${part}`)
  }
})

test('names are words of letters, each once in a language', (t) => {
  const { x, y, labels } = datasets.names()
  t.true(x.every((name) => /^\p{Ll}+$/u.test(name)))
  const languages = y.toArray() as number[]
  t.is(new Set(x.map((name, i) => `${name} ${labels[languages[i]]}`)).size, x.length)
})
