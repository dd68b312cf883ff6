/**
 * `plot`: models as drawings.
 */
import test from 'ava'
import { Add, Dense, input, Lambda, Model, OptionError, Sequential, type Tensor } from '../../src/index.js'
import { plot } from '../../src/inspect.js'

test('each layer is a box with its output shape, below those that it is connected to', (t) => {
  const x = input({ shape: [4], name: 'x' })
  const hidden = new Dense(4, { activation: 'relu', name: 'hidden' }).apply(x)
  const model = new Model({ inputs: x, outputs: new Add({ name: 'sum' }).apply([x, hidden]) })
  const svg = plot(model)
  t.true(svg.startsWith('<svg') && svg.endsWith('</svg>'))
  const texts = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*>([^<]*)</g)]
  t.deepEqual(
    texts.map(([, , text]) => text),
    ['x', 'Input', '[batch, 4]', 'hidden', 'Dense(4 → 4, relu)', '[batch, 4]', 'sum', 'Add()', '[batch, 4]'],
  )
  const heights = ['x', 'hidden', 'sum'].map((name) => Number(texts.find(([, , text]) => text === name)?.[1]))
  t.true(heights[0] < heights[1] && heights[1] < heights[2])
  t.is([...svg.matchAll(/<polyline/g)].length, 3)
})

test('a Sequential is a chain, and names are escaped', (t) => {
  const model = new Sequential([new Dense(2, { inputShape: [3] }), new Lambda('x < 1 ? x : 1', { name: 'a<b' })])
  const svg = plot(model)
  t.is([...svg.matchAll(/<rect/g)].length, 3)
  t.is([...svg.matchAll(/<polyline/g)].length, 2)
  t.true(svg.includes('a&lt;b'))
  t.false(/<text[^>]*>[^<]*<(?!\/text)/.test(svg))
})

test('what cannot be drawn is an error', (t) => {
  class Own extends Model {
    override call(x: Tensor): Tensor {
      return x
    }
  }
  t.throws(() => plot(new Own()), { instanceOf: OptionError, message: /^plot: the connections of own are in the call/ })
  t.throws(() => plot(new Sequential([new Dense(1)])), { message: /is not built/ })
  t.throws(() => plot(new Dense(1) as never), { message: /^plot: Dense\(1\) is not a model/ })
})
