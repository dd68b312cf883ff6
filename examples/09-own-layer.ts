/**
 * 9. A custom layer with layers inside: a residual block, y = x + f(x), as in ResNet, in a functional model.
 */
import { Adam, Dense, input, Layer, LayerNormalization, Model, makeSpirals, setSeed, type Tensor } from 'nabla'
import { runIfMain } from './run.js'

/** Layers in properties are found: their weights are trained, saved and listed with those of the block. */
class Residual extends Layer {
  norm = new LayerNormalization()
  hidden: Dense
  out: Dense

  constructor(units: number, options = {}) {
    super(options)
    this.hidden = new Dense(2 * units, { activation: 'gelu' })
    this.out = new Dense(units)
  }

  override call(x: Tensor): Tensor {
    return x.add(this.out.apply(this.hidden.apply(this.norm.apply(x))))
  }
}

export async function main(): Promise<void> {
  setSeed(9)
  const { x, y } = makeSpirals({ samples: 300, noise: 0.1, seed: 9 })

  const points = input({ shape: [2], name: 'points' })
  let h = new Dense(16, { name: 'lift' }).apply(points)
  for (const name of ['first', 'second', 'third']) h = new Residual(16, { name }).apply(h)
  const model = new Model({ inputs: points, outputs: new Dense(2, { name: 'logits' }).apply(h), name: 'residual' })
  model.summary()

  model.compile({
    optimizer: new Adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  const { history } = await model.fit(x, y, { epochs: 60, batchSize: 32 })
  console.log(
    `loss ${history.loss[0].toFixed(3)} → ${history.loss[59].toFixed(3)}, accuracy ${history.accuracy[59].toFixed(3)}`,
  )

  console.log('\nHow far each block moves the vectors that go through it:')
  const activations = model.activations(x)
  let before = activations.lift
  for (const name of ['first', 'second', 'third']) {
    const after = activations[name]
    console.log(`  ${name.padEnd(7)} ${after.sub(before).norm().div(before.norm()).item().toFixed(3)}`)
    before = after
  }
}

runIfMain(import.meta.url, main)
