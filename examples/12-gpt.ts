/**
 * 12. A GPT in sixty lines: it learns to add, and prints what it thinks. Sums are written backwards: 27 + 35 = 62 is `27+35=260`.
 */
import * as nabla from 'nabla'
import { Dense, Embedding, Layer, LayerNormalization, MultiHeadAttention, type Tensor, tensor } from 'nabla'
import { runIfMain } from './run.js'

const symbols = '0123456789+='
const size = 64

class Block extends Layer {
  before = new LayerNormalization()
  attention = new MultiHeadAttention(4, size / 4)
  dense = [new LayerNormalization(), new Dense(4 * size, { activation: 'gelu' }), new Dense(size)]
  override call(x: Tensor): Tensor {
    const y = x.add(this.attention.apply(this.before.apply(x), { useCausalMask: true }))
    return y.add(through(this.dense, y))
  }
}

class GPT extends Layer {
  letters = new Embedding(symbols.length, size)
  places = new Embedding(9, size)
  blocks = [new Block(), new Block(), new LayerNormalization(), new Dense(symbols.length)]
  override call(x: Tensor): Tensor {
    const places = nabla.arange(x.shape[1], undefined, 1, { dtype: 'int32' })
    return through(this.blocks, this.letters.apply(x).add(this.places.apply(places)))
  }
}

const through = (layers: Layer[], x: Tensor) => layers.reduce((y, layer) => layer.apply(y), x)
const padded = (n: number, digits: number) => String(n).padStart(digits, '0')
const sum = (a: number, b: number) => `${padded(a, 2)}+${padded(b, 2)}=${[...padded(a + b, 3)].reverse().join('')}`
const encode = (texts: string[]) => tensor(texts.map((text) => [...text].map((c) => symbols.indexOf(c))))

export function main({ steps = 400, batch = 64 } = {}): void {
  nabla.setSeed(1)
  const gpt = new GPT()
  /** The three digits of sums, as logits, given everything before each. */
  const digits = (text: Tensor) => gpt.apply(text.slice(':, :-1')).slice(':, -3:')
  const thoughts = (a: number, b: number) => digits(encode([sum(a, b)])).slice([0])
  thoughts(1, 2)
  const optimizer = new nabla.Adam({ learningRate: 2e-3 })
  for (let step = 0; step <= steps; step++) {
    const numbers = nabla.randomInt([batch, 2], { high: 100 }).toArray() as [number, number][]
    const text = encode(numbers.map(([a, b]) => sum(a, b)))
    const answers = text.slice(':, -3:').flatten()
    const lossOf = () => nabla.sparseCategoricalCrossentropy(answers, digits(text).reshape([-1, 12]))
    const loss = nabla.tidy(() => optimizer.minimize(lossOf, gpt.trainableVariables).item())
    if (step % Math.ceil(steps / 5) !== 0) continue
    const guess = [...thoughts(27, 35).argMax(-1).dataSync()].reverse().join('')
    console.log(`step ${padded(step, 3)}  loss ${loss.toFixed(3)}  27 + 35 = ${guess}`)
  }
  console.log('\nWhat it thinks of 58 + 67, the last digit first:')
  const bar = (p: number, digit: number) => `${digit} ${'█'.repeat(Math.round(9 * p)).padEnd(9)}`
  for (const row of thoughts(58, 67).softmax().toArray() as number[][]) console.log(row.slice(0, 10).map(bar).join(''))
}

runIfMain(import.meta.url, main)
