/**
 * Two moons, trained on the visitor's GPU; without one, on the CPU, with the reason shown on the page. To look at it: `npm run build`, then
 * `npx vite examples/browser`; for a website: `npx vite build examples/browser`.
 */
import { AdamW, Dense, getBackend, makeMoons, Sequential, setBackend, setSeed, tensor } from 'nabla'

const log = (line: string): void => document.querySelector('#log')?.append(`${line}\n`)

/** `?api=webgl2` chooses the interface, `?software` accepts an imitated GPU. */
async function chooseBackend(): Promise<void> {
  const query = new URLSearchParams(location.search)
  const api = (query.get('api') ?? undefined) as 'webgpu' | 'webgl2' | undefined
  try {
    await setBackend('gpu', { api, allowSoftware: query.has('software') })
  } catch (error) {
    log((error as Error).message)
  }
  log(`Training on: ${getBackend().detail}`)
}

async function main(): Promise<void> {
  await chooseBackend()
  setSeed(3)
  const { x, y } = makeMoons({ samples: 200, seed: 1 })
  const model = new Sequential([
    new Dense(32, { activation: 'tanh' }),
    new Dense(32, { activation: 'tanh' }),
    new Dense(2),
  ])
  model.compile({
    optimizer: new AdamW({ learningRate: 0.02 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  await model.fit(x, tensor(y, { dtype: 'int32' }), {
    epochs: 40,
    batchSize: 32,
    callbacks: [
      {
        onEpochEnd: (epoch, { loss, accuracy }) => {
          if (epoch % 10 === 9) log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(3)}`)
        },
      },
    ],
  })
  log('Done.')
}

main().catch((error) => log(String(error)))
