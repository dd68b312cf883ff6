/**
 * 11. Names, letter by letter: an LSTM learns which letter comes next, and makes up names of its own.
 */
import * as nabla from 'nabla'
import { Dense, Embedding, LSTM, tensor } from 'nabla'
import { names } from 'nabla/datasets'
import { runIfMain } from './run.js'

export function main({ epochs = 75, language = 'italian' } = {}): void {
  nabla.setSeed(1)
  const { x, y, labels } = names()
  const languages = y.dataSync()
  const chosen = x.filter((_, i) => labels[languages[i]] === language)

  // Letters as numbers; 0 is the dot that a name begins and ends with
  const alphabet = `.${[...new Set(chosen.join(''))].sort().join('')}`
  const letters = alphabet.length
  const longest = Math.max(...chosen.map((name) => name.length)) + 1
  const encode = (texts: string[]) => tensor(texts.map((text) => [...text].map((letter) => alphabet.indexOf(letter))))
  const texts = encode(chosen.map((name) => `.${name}`.padEnd(longest + 1, '.')))
  const targets = texts.slice(':, 1:').flatten()

  const model = new nabla.Sequential([
    new Embedding(letters, 16),
    new LSTM(64, { returnSequences: true }),
    new Dense(letters),
  ])
  model.buildFor([longest])
  const weights = model.trainableVariables
  const optimizer = new nabla.Adam({ learningRate: 0.02 })
  const count = weights.reduce((sum, { size }) => sum + size, 0)
  console.log(`${chosen.length} ${language} names, ${letters} letters, ${count} weights\n`)

  /** Draws one letter after the other, until there is a dot. */
  function invent(start: string): string {
    if (start.length === longest) return start
    const logits = model.apply(encode([`.${start}`])).slice([0, -1])
    const letter = alphabet[nabla.multinomial(logits.mul(1.5).softmax(), 1).item()]
    return letter === '.' ? start : invent(start + letter)
  }

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const lossOf = () => {
      const logits = model.apply(texts.slice(':, :-1')).reshape([-1, letters])
      return nabla.sparseCategoricalCrossentropy(targets, logits)
    }
    const loss = nabla.tidy(() => optimizer.minimize(lossOf, weights).item())
    if (epoch % 15 !== 0 && epoch !== 1) continue
    console.log(`epoch ${String(epoch).padStart(2)}  loss ${loss.toFixed(3)}  ${invent('')}`)
  }
  const several = (start: string) => Array.from({ length: 10 }, () => invent(start)).join(', ')
  console.log(`\nmade up: ${several('')}`)
  console.log(`with gi: ${several('gi')}`)
}

runIfMain(import.meta.url, main)
