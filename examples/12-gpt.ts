/**
 * 12. A GPT in sixty lines: it learns to add, and prints what it thinks. Sums are written backwards (27 + 35 = 62 as `27+35=260`).
 */
import { Adam, Dense, Embedding, Layer, LayerNormalization, MultiHeadAttention, randomInt, setSeed, sparseCategoricalCrossentropy, type Tensor, tensor, tidy } from 'nabla' // biome-ignore format: one line
import { runIfMain } from './run.js'

const symbols = '0123456789+='
const length = '27+35=260'.length

class Block extends Layer {
  attention: MultiHeadAttention
  layers: Layer[]
  constructor(size: number, heads: number) {
    super()
    this.attention = new MultiHeadAttention(heads, size / heads)
    this.layers = [new LayerNormalization(), new LayerNormalization(), new Dense(4 * size, { activation: 'gelu' }), new Dense(size)] // biome-ignore format: one line
  }
  override call(x: Tensor): Tensor {
    const [before, between, wide, narrow] = this.layers
    const y = x.add(this.attention.apply(before.apply(x), { useCausalMask: true }))
    return y.add(narrow.apply(wide.apply(between.apply(y))))
  }
}

class GPT extends Layer {
  letters = new Embedding(symbols.length, 64)
  places = new Embedding(length, 64)
  blocks = [new Block(64, 4), new Block(64, 4)]
  head = [new LayerNormalization(), new Dense(symbols.length)]
  override call(x: Tensor): Tensor {
    const start = this.letters.apply(x).add(this.places.apply(tensor([...Array(x.shape[1]).keys()])))
    return [...this.blocks, ...this.head].reduce<Tensor>((y, layer) => layer.apply(y), start)
  }
}

const sum = (a: number, b: number) => [...String(a + b).padStart(3, '0')].reverse().join('')
const task = (a: number, b: number) => `${String(a).padStart(2, '0')}+${String(b).padStart(2, '0')}=`
const encode = (texts: string[]) => tensor(texts.map((text) => [...text].map((c) => symbols.indexOf(c))), { dtype: 'int32' }) // biome-ignore format: one line

export function main({ steps = 1500, batch = 64, digits = 100 } = {}): void {
  setSeed(1)
  const gpt = new GPT()
  const optimizer = new Adam({ learningRate: 2e-3 })
  gpt.apply(encode([task(1, 2)]))
  const weights = gpt.trainableVariables
  const answer = (a: number, b: number) => gpt.apply(encode([task(a, b) + sum(a, b).slice(0, 2)])).slice([0, [-3, 8]]).softmax() // biome-ignore format: one line
  for (let step = 0; step <= steps; step++) {
    const [a, b] = randomInt([2, batch], { high: digits }).toArray() as number[][]
    const loss = tidy(() => {
      const text = encode(a.map((one, i) => task(one, b[i]) + sum(one, b[i])))
      const logits = gpt.apply(text.slice([null, [0, -1]])).slice([null, [5, 8]]).reshape([-1, symbols.length]) // biome-ignore format: one line
      const value = sparseCategoricalCrossentropy(text.slice([null, [6, length]]).flatten(), logits)
      value.backward()
      optimizer.step(weights)
      optimizer.zeroGrad(weights)
      return value.item()
    })
    if (step % Math.ceil(steps / 5) === 0) console.log(`step ${String(step).padStart(4)}  loss ${loss.toFixed(3)}  27+35=${[...answer(27, 35).argMax(-1).dataSync()].reverse().join('')}`) // biome-ignore format: one line
  }
  console.log('\nWhat it thinks of 58+67, the last digit first:')
  for (const row of answer(58, 67).toArray() as number[][])
    console.log(row.slice(0, 10).map((p, digit) => `${digit}: ${'█'.repeat(Math.round(8 * p)).padEnd(8)}`).join(' ')) // biome-ignore format: one line
}

runIfMain(import.meta.url, main)
