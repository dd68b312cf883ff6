/**
 * 2. A line through points: linear regression, first by hand, then with a layer and `fit`.
 */
import { AdamW, Dense, randomNormal, Sequential, setSeed, type Tensor, variable } from 'nabla'
import { runIfMain } from './run.js'
import { sparkline } from './terminal.js'

export async function main(): Promise<void> {
  setSeed(1)
  const x = randomNormal([100, 1], { seed: 2 })
  const noise = randomNormal([100, 1], { seed: 3, std: 0.1 })
  const y = x.mul(2).add(-1).add(noise) // y = 2x − 1, and a little noise

  // By hand: two numbers, the gradient of the mean squared error, a step against it
  const slope = variable([[0]], { name: 'slope' })
  const intercept = variable([0], { name: 'intercept' })
  for (let step = 0; step < 100; step++) {
    const loss = x.matmul(slope).add(intercept).sub(y).square().mean()
    if (step % 25 === 0) console.log(`step ${String(step).padStart(2)}  loss ${loss.item().toFixed(4)}`)
    loss.backward()
    for (const w of [slope, intercept]) {
      w.assignSub((w.grad as Tensor).mul(0.1))
      w.zeroGrad()
    }
  }
  console.log(`by hand:  y = ${slope.item().toFixed(3)} x + ${intercept.item().toFixed(3)}`)

  // With a layer: the same two numbers are its kernel and bias
  const layer = new Dense(1)
  const model = new Sequential([layer])
  model.compile({ optimizer: new AdamW({ learningRate: 0.1, weightDecay: 0 }), loss: 'meanSquaredError' })
  const { history } = await model.fit(x, y, { epochs: 30, batchSize: 20, seed: 4 })
  console.log(`with fit: y = ${layer.kernel.item().toFixed(3)} x + ${layer.bias?.item().toFixed(3)}`)
  console.log(
    `loss over the epochs: ${sparkline(history.loss.map(Math.log))}  (a logarithmic scale; the noise alone leaves 0.01)`,
  )
}

runIfMain(import.meta.url, main)
