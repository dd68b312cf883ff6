/**
 * What a digit classifier got right and wrong: in the terminal, and as a page.
 */
import { argMax, type History, type Model, softmax, tensor } from 'nabla'
import { type Digits, imageOf, side } from './mnist-data.js'
import { type Mistake, writeReport } from './report.js'
import { confusionMatrix, drawConfusionMatrix, drawImages } from './terminal.js'

/** Images [count, 784] and labels [count]. */
export function asTensors({ images, labels, count }: Digits) {
  return [tensor(images, { shape: [count, side * side] }), tensor(labels)] as const
}

/** Prints the confusion matrix and some mistakes, and writes the report. Returns the accuracy. */
export function showResults(
  model: Model,
  test: Digits,
  { history }: History,
  facts: readonly (readonly [name: string, value: string])[],
  reportPath: string,
): number {
  const [x, y] = asTensors(test)
  const { accuracy } = model.evaluate(x, y)
  const scores = model.predict(x)
  const predicted = argMax(scores, -1).dataSync()
  const confusion = confusionMatrix(test.labels, predicted, 10)
  const mistakes = findMistakes(test, predicted, softmax(scores).max(-1).dataSync())

  console.log(`\n${drawConfusionMatrix(confusion)}`)
  console.log(`\nSome of the ${mistakes.length} that were not recognized:\n`)
  console.log(
    drawImages(
      mistakes.slice(0, imagesAcross()).map((m) => ({ image: m.image, caption: `${m.label}, not ${m.predicted}` })),
    ),
  )
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
  return accuracy
}

/** As many images as the terminal has room for. */
function imagesAcross(): number {
  return Math.max(1, Math.min(4, Math.floor(((process.stdout.columns ?? 120) + 2) / (side + 2))))
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
