/**
 * 11. Names, letter by letter: an LSTM learns which letter comes next, and makes up names of its own.
 */
import { Adam, Dense, Embedding, LSTM, multinomial, Sequential, setSeed, sparseCategoricalCrossentropy, tensor, tidy } from 'nabla' // biome-ignore format: one line
import { names } from 'nabla/datasets'
import { runIfMain } from './run.js'

export function main({ epochs = 30, language = 'italian' } = {}): void {
  setSeed(1)
  const { x, y, labels } = names()
  const chosen = x.filter((_, i) => labels[y.dataSync()[i]] === language)

  // Letters as numbers; 0 is the dot that a name begins and ends with
  const alphabet = `.${[...new Set(chosen.join(''))].sort().join('')}`
  const longest = Math.max(...chosen.map((name) => name.length)) + 1
  const numbers = (text: string) => [...text.padEnd(longest, '.')].map((letter) => alphabet.indexOf(letter))
  const inputs = tensor(chosen.map((name) => numbers(`.${name}`)), { dtype: 'int32' }) // biome-ignore format: one line
  const targets = tensor(chosen.map(numbers), { dtype: 'int32' })

  const model = new Sequential([
    new Embedding(alphabet.length, 16),
    new LSTM(64, { returnSequences: true }),
    new Dense(alphabet.length),
  ])
  model.buildFor([longest])
  const optimizer = new Adam({ learningRate: 0.01 })
  const weights = model.trainableVariables
  console.log(`${chosen.length} ${language} names, ${alphabet.length} letters, ${weights.reduce((n, w) => n + w.size, 0)} weights\n`) // biome-ignore format: one line

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const loss = tidy(() => {
      const logits = model.apply(inputs).reshape([-1, alphabet.length])
      const value = sparseCategoricalCrossentropy(targets.flatten(), logits)
      value.backward()
      optimizer.step(weights)
      optimizer.zeroGrad(weights)
      return value.item()
    })
    if (epoch % 10 === 0 || epoch === 1) console.log(`epoch ${String(epoch).padStart(3)}  loss ${loss.toFixed(3)}  ${invent('')}`) // biome-ignore format: one line
  }

  /** Draws one letter after the other, until there is a dot. */
  function invent(start: string): string {
    let name = start
    while (name.length < longest) {
      const read = [...`.${name}`].map((letter) => alphabet.indexOf(letter))
      const next = model.apply(tensor([read], { dtype: 'int32' })).slice([0, -1]).mul(1.5).softmax() // biome-ignore format: one line
      const letter = alphabet[multinomial(next, 1).item()]
      if (letter === '.') break
      name += letter
    }
    return name
  }

  const invented = Array.from({ length: 12 }, () => invent(''))
  console.log(`\nmade up:  ${invented.join(', ')}`)
  console.log(`with gi…: ${Array.from({ length: 5 }, () => invent('gi')).join(', ')}`)
}

runIfMain(import.meta.url, main)
