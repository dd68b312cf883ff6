/**
 * 8. Pictures: a small convolutional network reads handwritten digits, 98 in 100 of those it has not seen. Its filters slide over the
 * image, so that a stroke is recognized wherever it is; pooling keeps the strongest answers.
 */
import { AdamW, Conv2D, CosineDecay, Dense, Dropout, Flatten, MaxPooling2D, Sequential, setSeed, tensor } from 'nabla'
import { type Digits, imageOf, loadDigits, side } from './mnist-data.js'
import { progressBar } from './progress.js'
import { runIfMain } from './run.js'
import { drawImages } from './terminal.js'

/** Images as [count, height, width, channels]: gray has one channel. */
function asTensors({ images, labels, count }: Digits) {
  return [tensor(images, { shape: [count, side, side, 1] }), tensor(labels)] as const
}

export async function main({ epochs = 10, trainCount = 8000 } = {}): Promise<void> {
  setSeed(42)
  const { train, test } = loadDigits()
  const [images, labels] = asTensors(train)
  const [x, y] = [images.slice(`:${trainCount}`), labels.slice(`:${trainCount}`)]

  const model = new Sequential([
    new Conv2D(16, 5, { activation: 'relu', inputShape: [side, side, 1] }),
    new MaxPooling2D(2),
    new Conv2D(32, 5, { activation: 'relu' }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dropout(0.4),
    new Dense(128, { activation: 'relu' }),
    new Dense(10),
  ])
  model.summary()
  const decaySteps = epochs * Math.ceil(trainCount / 64)
  model.compile({
    optimizer: new AdamW({ learningRate: new CosineDecay({ initialLearningRate: 1.5e-3, decaySteps }) }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  await model.fit(x, y, { epochs, batchSize: 64, callbacks: [progressBar()] })

  const [testImages, testLabels] = asTensors(test)
  const guesses = model.predict(testImages).argMax(-1).dataSync()
  const wrong = [...guesses.keys()].filter((i) => guesses[i] !== test.labels[i])
  const shown = wrong.slice(0, 4)
  console.log('\nmistakes:')
  console.log(
    drawImages(shown.map((i) => ({ image: imageOf(test, i), caption: `a ${test.labels[i]}, read as ${guesses[i]}` }))),
  )
  const { accuracy } = model.evaluate(testImages, testLabels)
  console.log(`\ntest accuracy: ${(100 * accuracy).toFixed(1)}% (${wrong.length} of ${test.count} images wrong)`)
}

runIfMain(import.meta.url, main)
