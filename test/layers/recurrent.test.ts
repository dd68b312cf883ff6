/**
 * Recurrent and attention layers beyond the contract and Keras's numbers: initial states with masks, dropout, what is refused.
 */
import test from 'ava'
import * as nabla from '../../src/index.js'
import { type Recurrent, randomNormal, type Tensor, tensor } from '../../src/index.js'

const layers: Record<string, (options: nabla.LSTMOptions) => Recurrent> = {
  SimpleRNN: (options) => new nabla.SimpleRNN(3, options as nabla.SimpleRNNOptions),
  LSTM: (options) => new nabla.LSTM(3, options),
  GRU: (options) => new nabla.GRU(3, options),
}
const x = randomNormal([2, 4, 2], { seed: 1, dtype: 'float64' })
const states = [2, 3].map((seed) => randomNormal([2, 3], { seed, dtype: 'float64' }))
const distance = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item()

for (const [name, make] of Object.entries(layers)) {
  const own = states.slice(0, name === 'LSTM' ? 2 : 1)

  test(`${name}: two halves, the second from the states of the first, are one sequence`, (t) => {
    const layer = make({ dtype: 'float64', returnSequences: true, returnState: true })
    const [whole, ...last] = layer.apply<Tensor[]>(x)
    const [first, ...between] = layer.apply<Tensor[]>(x.slice([null, [0, 2]]))
    const [second, ...end] = layer.apply<Tensor[]>(x.slice([null, [2, 4]]), { initialState: between })
    t.true(distance(nabla.concat([first, second], 1), whole) < 1e-14)
    end.forEach((state, i) => {
      t.true(distance(state, last[i]) < 1e-14)
    })
  })

  test(`${name}: masked steps are as if they were not there, whatever the first states are`, (t) => {
    const layer = make({ dtype: 'float64', returnState: true })
    layer.apply(x)
    const mask = tensor([[1, 0, 1, 0], [0, 1, 0, 1]]) // biome-ignore format: a matrix
    const [y, ...last] = layer.apply<Tensor[]>(x, { mask, initialState: own })
    for (const [i, kept] of [
      [0, 2],
      [1, 3],
    ].entries()) {
      // biome-ignore format: pairs
      const example = x.slice([[i, i + 1]]).gather(kept, { axis: 1 })
      const part = own.map((state) => state.slice([[i, i + 1]]))
      const [want, ...ends] = layer.apply<Tensor[]>(example, { initialState: part })
      t.true(distance(y.slice([[i, i + 1]]), want) < 1e-14)
      ends.forEach((end, k) => {
        t.true(distance(last[k].slice([[i, i + 1]]), end) < 1e-14)
      })
    }
  })

  test(`${name}: dropout drops the same inputs, or parts of the state, in every step of a training, and none in use`, (t) => {
    const plain = make({ dtype: 'float64', returnSequences: true })
    plain.apply(x)
    for (const options of [{ dropout: 0.5 }, { recurrentDropout: 0.5 }]) {
      const layer = make({ dtype: 'float64', returnSequences: true, seed: 4, ...options })
      layer.apply(x)
      for (const [i, v] of layer.variables.entries()) v.assign(plain.variables[i].detach())
      t.true(distance(layer.apply(x), plain.apply(x)) < 1e-14)
      const y = layer.apply(x, { training: true })
      t.true(distance(y, plain.apply(x)) > 1e-3)
      t.true(distance(layer.apply(x, { training: true }), y) > 1e-3, 'each call drops others')
    }
    const inputs = make({ dtype: 'float64', dropout: 0.999, seed: 4, useBias: false })
    t.true(inputs.apply(x, { training: true }).abs().max().item() < 1e-12, 'nearly everything is dropped')
  })

  test(`${name}: what does not fit is refused in its name`, (t) => {
    const layer = make({ name: 'mine' })
    layer.apply(x)
    const errors: [() => unknown, RegExp][] = [
      [() => layer.apply(nabla.zeros([2, 0, 2])), /^mine: the sequences \[2, 0, 2\] have no steps/],
      [() => layer.apply(x, { initialState: [states[0], states[0], states[0]] }), /^mine: received 3 initial states/],
      [() => layer.apply(x, { initialState: own.map((s) => s.slice([null, [0, 1]])) }), /^mine: an initial state has shape \[2, 1\], but must have \[2, 3\]/],
      [() => layer.apply(nabla.zeros([2, 4, 5])), /^mine: .*Axis -1 must be 2/],
      [() => make({ stateful: true } as never), /unknown option stateful/],
      [() => make({ dropout: 1 }), /dropout must be in \[0, 1\)/],
    ] // biome-ignore format: a table
    for (const [call, message] of errors) t.throws(call, { instanceOf: nabla.NablaError, message })
  })
}

test('attention layers refuse inputs that do not fit, in their names', (t) => {
  const heads = new nabla.MultiHeadAttention(2, 3, { name: 'heads' })
  const attention = new nabla.Attention({ name: 'plain' })
  const normal = (...shape: number[]) => randomNormal(shape, { seed: 1 })
  heads.apply([normal(2, 3, 4), normal(2, 5, 4)])
  const errors: [() => unknown, RegExp][] = [
    [() => heads.apply(normal(2, 3)), /^heads: the examples have shapes \[3\]/],
    [() => heads.apply([normal(2, 3, 4), normal(2, 5, 7)]), /^heads: built for inputs of 4 numbers, received \[5, 7\]. Axis -1 must be 4/],
    [() => heads.apply([normal(2, 3, 4), normal(2, 5, 4), normal(2, 6, 4)]), /^heads: axis 1 of the value is 5, of the key 6/],
    [() => attention.apply(normal(2, 3, 4)), /^plain: received 1 inputs/],
    [() => attention.apply([normal(2, 3, 4), normal(2, 5, 6)]), /^plain: axis -1 of the query is 4, of the key 6/],
    [() => new nabla.Bidirectional(new nabla.Dense(2) as never), /layer must be a recurrent layer/],
    [() => new nabla.Bidirectional(new nabla.GRU(2), { backwardLayer: new nabla.GRU(2) }), /both layers have goBackwards false/],
    [() => new nabla.GroupNormalization({ groups: 3, name: 'groups' }).apply(normal(2, 4)), /^groups: axis -1 of the examples \[4\] has 4 features/],
  ] // biome-ignore format: a table
  for (const [call, message] of errors) t.throws(call, { instanceOf: nabla.NablaError, message })
})

test('the dropout of attention weights is in training only', (t) => {
  const layer = new nabla.MultiHeadAttention(2, 3, { dropout: 0.5, seed: 1 })
  const y = layer.apply(x.cast('float32'))
  t.deepEqual(layer.apply(x.cast('float32')).toArray(), y.toArray())
  t.true(distance(layer.apply(x.cast('float32'), { training: true }), y) > 1e-4)
})
