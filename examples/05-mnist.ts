/**
 * 5. Handwritten digits: an MLP 784-256-128-10 trained with AdamW on 8,000 real images, tested on 2,000 others. This is what
 * `npm start` runs.
 */
import { AdamW, argMax, Dense, Sequential, setSeed, softmax, tensor } from 'nabla'
import { type Digits, imageOf, loadDigits, side } from './mnist-data.js'
import { progressBar } from './progress.js'
import { type Mistake, writeReport } from './report.js'
import { runIfMain } from './run.js'
import { confusionMatrix, drawConfusionMatrix, drawImages } from './terminal.js'

export async function main({ epochs = 10, reportPath = 'mnist-report.html' } = {}): Promise<number> {
  setSeed(42)
  const { train, test } = loadDigits()
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

  const [x, y] = asTensors(train)
  const [testX, testY] = asTensors(test)
  const start = performance.now()
  const { history } = await model.fit(x, y, {
    epochs,
    batchSize: 64,
    validationData: [testX, testY],
    callbacks: [progressBar()],
  })
  const seconds = (performance.now() - start) / 1000

  const { accuracy } = model.evaluate(testX, testY)
  const scores = model.predict(testX)
  const predicted = argMax(scores, -1).dataSync()
  const confusion = confusionMatrix(test.labels, predicted, 10)
  const mistakes = findMistakes(test, predicted, softmax(scores).max(-1).dataSync())

  console.log(`\n${drawConfusionMatrix(confusion)}`)
  console.log(`\nSome of the ${mistakes.length} that were not recognized:\n`)
  console.log(
    drawImages(mistakes.slice(0, 4).map((m) => ({ image: m.image, caption: `${m.label}, not ${m.predicted}` }))),
  )
  const facts = [
    ['model', 'MLP 784-256-128-10, ReLU'],
    ['optimizer', 'AdamW, learning rate 0.001, batches of 64'],
    ['training', `${train.count} images, ${epochs} epochs, ${seconds.toFixed(1)} s`],
  ] as const
  writeReport(reportPath, {
    title: 'Handwritten digits',
    accuracy,
    count: test.count,
    facts,
    history,
    confusion,
    mistakes,
  })
  console.log(`\nThe curves are in ${reportPath}`)
  console.log(
    `test accuracy: ${(100 * accuracy).toFixed(1)}% (${test.count} images), training took ${seconds.toFixed(1)} s`,
  )
  return accuracy
}

function asTensors({ images, labels, count }: Digits) {
  return [tensor(images, { shape: [count, side * side] }), tensor(labels)] as const
}

/** The images that were taken for something else, the surest mistakes first. */
function findMistakes(test: Digits, predicted: ArrayLike<number>, confidence: ArrayLike<number>): Mistake[] {
  return Array.from({ length: test.count }, (_, i) => i)
    .filter((i) => predicted[i] !== test.labels[i])
    .sort((a, b) => confidence[b] - confidence[a])
    .map((i) => ({
      image: imageOf(test, i),
      label: test.labels[i],
      predicted: predicted[i],
      confidence: confidence[i],
    }))
}

runIfMain(import.meta.url, async () => void (await main()))
