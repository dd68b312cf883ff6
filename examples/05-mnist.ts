/**
 * 5. Handwritten digits: an MLP 784-256-128-10 trained with AdamW on 8,000 real images, tested on 2,000 others. This is what
 * `npm start` runs.
 */
import { AdamW, Dense, Sequential, setSeed } from 'nabla'
import { loadDigits, side } from './mnist-data.js'
import { asTensors, showResults } from './mnist-results.js'
import { progressBar } from './progress.js'
import { runIfMain } from './run.js'

export async function main({ epochs = 10, reportPath = 'mnist-report.html' } = {}): Promise<void> {
  setSeed(42)
  const { train, test } = loadDigits()
  const [x, y] = asTensors(train)

  const model = new Sequential([
    new Dense(256, { activation: 'relu', inputShape: [side * side] }),
    new Dense(128, { activation: 'relu' }),
    new Dense(10),
  ])
  model.summary()
  model.compile({
    optimizer: new AdamW({ learningRate: 1e-3 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })

  const start = performance.now()
  const history = await model.fit(x, y, {
    epochs,
    batchSize: 64,
    validationData: asTensors(test),
    callbacks: [progressBar()],
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)

  const facts = [
    ['model', 'MLP 784-256-128-10, ReLU'],
    ['optimizer', 'AdamW, learning rate 0.001, batches of 64'],
    ['training', `${train.count.toLocaleString('en')} images, ${epochs} epochs, ${seconds} s`],
  ] as const
  const accuracy = showResults(model, test, history, facts, reportPath)
  console.log(`test accuracy: ${(100 * accuracy).toFixed(1)}% (${test.count} images), training took ${seconds} s`)
}

runIfMain(import.meta.url, main)
