/**
 * 3. XOR: the smallest problem that needs a hidden layer.
 */
import { Adam, Dense, Sequential, setSeed } from 'nabla'
import { runIfMain } from './run.js'

export async function main(): Promise<void> {
  setSeed(7)
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]
  const y = [[0], [1], [1], [0]]

  const model = new Sequential([new Dense(8, { activation: 'tanh' }), new Dense(1, { activation: 'sigmoid' })])
  model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] })

  const { history } = await model.fit(x, y, { epochs: 200, batchSize: 4 })
  model.summary()
  for (const epoch of [0, 20, 50, 100, 199]) {
    console.log(
      `epoch ${String(epoch + 1).padStart(3)}  loss ${history.loss[epoch].toFixed(4)}  accuracy ${history.accuracy[epoch]}`,
    )
  }

  const p = model.predict(x).dataSync()
  console.log('\n a  b   a xor b   predicted')
  x.forEach(([a, b], i) => {
    console.log(` ${a}  ${b}      ${y[i][0]}       ${p[i].toFixed(3)}`)
  })
}

runIfMain(import.meta.url, main)
