/**
 * 13. Word vectors: words with the same neighbours get similar vectors. A step touches only the rows it has read: the gradient is sparse.
 */
import { Adam, binaryCrossentropy, cosineSimilarity, Embedding, IndexedSlices, randomInt, setSeed, tensor } from 'nabla'
import { runIfMain } from './run.js'

const kinds: Record<string, string[]> = {
  ANIMAL: ['cat', 'dog', 'horse', 'cow', 'goat', 'rabbit'],
  FOOD: ['bread', 'soup', 'apple', 'rice', 'cheese', 'cake'],
  TOOL: ['hammer', 'saw', 'drill', 'wrench', 'pliers', 'file'],
}
const text = `the ANIMAL sleeps in the barn. we feed the hungry ANIMAL today. she eats fresh FOOD for lunch. he cooks some
FOOD tonight. they repair it with a TOOL. put the rusty TOOL back in the box`
const sentences = text.split('. ').map((sentence) => sentence.split(/\s/))

export function main({ steps = 1500, batch = 64 } = {}): void {
  setSeed(1)
  const words = [...new Set([...sentences.flat().filter((word) => !(word in kinds)), ...Object.values(kinds).flat()])]
  const random = (high: number) => randomInt([], { high }).item()

  /** A word and one at most two places away, in a sentence made at random. */
  function pair(): [number, number] {
    const name = random(6)
    const sentence = sentences[random(6)].map((word) => kinds[word]?.[name] ?? word)
    const at = random(sentence.length)
    const near = Math.min(Math.max(at + [-2, -1, 1, 2][random(4)], 0), sentence.length - 1)
    return [words.indexOf(sentence[at]), words.indexOf(sentence[near])]
  }

  const [vectors, contexts] = [new Embedding(words.length, 12), new Embedding(words.length, 12)]
  for (const table of [vectors, contexts]) table.buildFor([])
  const weights = [vectors.embeddings, contexts.embeddings]
  const optimizer = new Adam({ learningRate: 0.02 })
  for (let step = 0; step <= steps; step++) {
    // As many neighbours as words drawn at random, which are to be told apart
    const pairs = Array.from({ length: batch }, pair)
    const others = pairs.map(() => random(words.length))
    const first = tensor([...pairs, ...pairs].map(([word]) => word))
    const second = tensor([...pairs.map(([, near]) => near), ...others])
    const score = vectors.apply(first).mul(contexts.apply(second)).sum(-1)
    const isNear = tensor(first.dataSync().map((_, i) => Number(i < batch)))
    const loss = binaryCrossentropy(isNear, score, { fromLogits: true })
    loss.backward()
    const { grad } = weights[0]
    if (step === 0 && grad instanceof IndexedSlices) console.log(`the gradient has ${grad.indices.size} rows`)
    if (step % 500 === 0) console.log(`step ${String(step).padStart(4)}  loss ${loss.item().toFixed(3)}`)
    optimizer.step(weights)
    optimizer.zeroGrad(weights)
  }

  const table = vectors.embeddings.detach()
  for (const word of ['cat', 'bread', 'hammer']) {
    const alike = cosineSimilarity(table, table.slice([words.indexOf(word)])).topK(6)
    const others = Array.from(alike.indices.dataSync(), (i) => words[i]).slice(1)
    console.log(`${word.padEnd(7)} is like ${others.join(', ')}`)
  }
}

runIfMain(import.meta.url, main)
