/**
 * Class names are part of configurations and printing, so a minified build must keep them.
 */
import { existsSync } from 'node:fs'
import test from 'ava'
import { optimizers } from '../../../src/index.js'

const minified = new URL('../../../dist/nabla.min.js', import.meta.url)

test('the minified build knows optimizers by their names', async (t) => {
  if (!existsSync(minified)) throw new Error('names.test: dist/ is missing. Run npm run build first.')
  const { optimizers: built } = await import(minified.href)
  t.is(String(built.get('adamw')), String(optimizers.get('adamw')))
  t.is(built.serialize(built.get('rmsprop')).class_name, 'RMSprop')
})
