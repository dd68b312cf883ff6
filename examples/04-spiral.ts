/**
 * 4. Two spirals, with a training loop written by hand: forward, backward, step. Draws what the network has learned.
 */
import { AdamW, argMax, Dense, noGrad, Sequential, setSeed, sparseCategoricalCrossentropy, tensor } from 'nabla'
import { runIfMain } from './run.js'

export function main(): void {
  setSeed(3)
  const { points, labels } = spirals(100)
  const x = tensor(points)
  const y = tensor(labels, { dtype: 'int32' })

  const model = new Sequential([
    new Dense(32, { activation: 'tanh', inputShape: [2] }),
    new Dense(32, { activation: 'tanh' }),
    new Dense(2),
  ])
  const optimizer = new AdamW({ learningRate: 0.01 })
  const weights = model.trainableVariables

  for (let step = 0; step <= 500; step++) {
    const loss = sparseCategoricalCrossentropy(y, model.apply(x))
    if (step % 100 === 0) console.log(`step ${String(step).padStart(3)}  loss ${loss.item().toFixed(4)}`)
    loss.backward() // fills v.grad of every weight
    optimizer.step(weights) // moves the weights
    optimizer.zeroGrad(weights) // forgets the gradients
  }

  const predicted = noGrad(() => argMax(model.apply(x), -1)).dataSync()
  const right = labels.filter((label, i) => label === predicted[i]).length
  console.log(`\n${right} of ${labels.length} points are on the right side of the boundary:\n`)
  console.log(draw(model, points, labels))
}

/** Points on two intertwined spirals, and which one each is on. */
function spirals(perSpiral: number): { points: number[][]; labels: number[] } {
  const points: number[][] = []
  const labels: number[] = []
  for (let i = 0; i < 2 * perSpiral; i++) {
    const label = i % 2
    const radius = i / (2 * perSpiral)
    const angle = 3 * Math.PI * radius + label * Math.PI
    points.push([radius * Math.cos(angle), radius * Math.sin(angle)])
    labels.push(label)
  }
  return { points, labels }
}

/** The plane from −1.1 to 1.1: the network's answer as shade, the points as o and x. */
function draw(model: Sequential, points: number[][], labels: number[], columns = 56, rows = 24): string {
  const at = (i: number, n: number) => -1.1 + (2.2 * (i + 0.5)) / n
  const cells = Array.from({ length: rows * columns }, (_, i) => [
    at(i % columns, columns),
    -at(Math.floor(i / columns), rows),
  ])
  const answers = argMax(model.predict(cells), -1).dataSync()
  const picture: string[] = Array.from(answers, (label) => (label === 0 ? '·' : '▒'))
  points.forEach(([px, py], i) => {
    const column = Math.floor(((px + 1.1) / 2.2) * columns)
    const row = Math.floor(((1.1 - py) / 2.2) * rows)
    picture[row * columns + column] = labels[i] === 0 ? 'o' : 'x'
  })
  return Array.from({ length: rows }, (_, r) => picture.slice(r * columns, (r + 1) * columns).join('')).join('\n')
}

runIfMain(import.meta.url, main)
