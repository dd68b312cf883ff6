/**
 * 4. Two spirals, with a training loop written by hand: forward, backward, step. Draws what the network has learned.
 */
import { AdamW, argMax, Dense, makeSpirals, Sequential, setSeed, sparseCategoricalCrossentropy, tensor } from 'nabla'
import { runIfMain } from './run.js'
import { drawPlane } from './terminal.js'

export function main(): void {
  setSeed(3)
  const { x: points, y: labels } = makeSpirals({ samples: 200, seed: 1 })
  const x = tensor(points)
  const y = tensor(labels, { dtype: 'int32' })

  const model = new Sequential([
    new Dense(32, { activation: 'tanh', inputShape: [2] }),
    new Dense(32, { activation: 'tanh' }),
    new Dense(2),
  ])
  const optimizer = new AdamW({ learningRate: 0.01 })
  const weights = model.trainableVariables

  for (let step = 0; step <= 1000; step++) {
    const loss = sparseCategoricalCrossentropy(y, model.apply(x))
    if (step % 200 === 0) console.log(`step ${String(step).padStart(3)}  loss ${loss.item().toFixed(4)}`)
    loss.backward() // fills v.grad of every weight
    optimizer.step(weights) // moves the weights
    optimizer.zeroGrad(weights) // forgets the gradients
  }

  const classify = (at: number[][]) => argMax(model.predict(at), -1).dataSync()
  const right = classify(points).filter((label, i) => label === labels[i]).length
  console.log(`\n${right} of ${labels.length} points are on the right side of the boundary:\n`)
  console.log(drawPlane({ classify, points, labels }))
}

runIfMain(import.meta.url, main)
