/**
 * README's table of what there is: every name in it exists, and every layer, loss, optimizer and schedule is in it.
 */
import test from 'ava'
import * as data from '../../src/data.js'
import * as datasets from '../../src/datasets.js'
import * as nabla from '../../src/index.js'
import { lossNames } from '../../src/training/losses/named-losses.js'
import { read } from '../source.js'

const exported: Readonly<Record<string, unknown>> = nabla
const table = read('README.md').split('## What there is')[1].split('\n## ')[0]
const rows = table.split('\n').filter((line) => line.startsWith('| '))
const namesIn = (text: string) => [...text.matchAll(/`([\w.]+)`/g)].map(([, name]) => name)
const row = (title: string) => namesIn(rows.find((line) => line.startsWith(`| ${title}`)) as string)

/** The exported classes that extend a class. */
const extending = (base: abstract new (...args: never[]) => unknown) =>
  Object.keys(exported).filter((name) => (exported[name] as { prototype?: unknown })?.prototype instanceof base)

/** What the table names that is no export. */
const methods = [nabla.Tensor, nabla.Model, nabla.Adam].flatMap((type) => members(type.prototype))
/** `losses.get` and so on. */
const namespaced = Object.fromEntries(
  Object.entries({ losses: nabla.losses, metrics: nabla.metrics }).flatMap(([space, members]) =>
    Object.keys(members).map((name) => [`${space}.${name}`, 1]),
  ),
)
const dtypes = ['float32', 'float64', 'int32', 'bool']

function members(prototype: object | null): string[] {
  return prototype ? [...Object.getOwnPropertyNames(prototype), ...members(Object.getPrototypeOf(prototype))] : []
}

test('every name in the table of what there is exists', (t) => {
  const names = namesIn(table)
  t.true(names.length > 60)
  t.deepEqual(
    names.filter(
      (name) =>
        !(name in { ...exported, ...data, ...datasets, ...namespaced }) &&
        !methods.includes(name) &&
        !dtypes.includes(name),
    ),
    [],
  )
})

test('the table has every layer, optimizer and schedule', (t) => {
  const missing = (title: string, names: string[]) => names.filter((name) => !row(title).includes(name))
  t.deepEqual(missing('Layers', extending(nabla.Layer)), [])
  const bases = ['Optimizer']
  t.deepEqual(missing('Optimizers', extending(nabla.AnyOptimizer)).sort(), bases)
  t.deepEqual(missing('Schedules', extending(nabla.LearningRateSchedule)), [])
})

test('the table has every loss', (t) => {
  const names = row('Losses').map((name) => name.replace('losses.', ''))
  const missing = [...lossNames, 'gaussianNLL', 'tripletMargin'].filter((name) => !names.includes(name))
  t.deepEqual(missing, [])
})
