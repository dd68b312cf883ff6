/**
 * One epoch on handwritten digits, on the GPU and on the CPU: the network of `examples/05-mnist.ts`, batch by batch.
 */
import { AdamW, Dense, getBackend, Sequential, setBackend, setSeed, tensor } from '../../src/index.js'
import type { Api } from '../../src/kernels/gpu/device.js'

/** Images as bytes in base64, 784 each, and what they show. */
export interface Images {
  readonly images: string
  readonly labels: readonly number[]
}

/** The loss of every batch, and how long the epoch took. */
export interface Curve {
  readonly detail: string
  readonly losses: number[]
  readonly seconds: number
}

/** Trains on the CPU and on one interface to the GPU. */
export async function mnistEpoch(api: Api, images: Images): Promise<{ cpu: Curve; gpu: Curve }> {
  await setBackend('cpu')
  const cpu = await epoch(images)
  await setBackend('gpu', { allowSoftware: true, api })
  const gpu = await epoch(images)
  await setBackend('cpu')
  return { cpu, gpu }
}

async function epoch({ images, labels }: Images): Promise<Curve> {
  setSeed(42)
  const x = tensor(
    Float32Array.from(atob(images), (byte) => byte.charCodeAt(0) / 255),
    { shape: [labels.length, 784] },
  )
  const model = new Sequential([
    new Dense(256, { activation: 'relu' }),
    new Dense(128, { activation: 'relu' }),
    new Dense(10),
  ])
  model.compile({ optimizer: new AdamW({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy' })
  const means: number[] = []
  const onBatchEnd = (_: number, { loss }: { loss: number }) => {
    means.push(loss)
  }
  const start = performance.now()
  const y = tensor(labels as number[], { dtype: 'int32' })
  await model.fit(x, y, { epochs: 1, batchSize: 64, callbacks: [{ onBatchEnd }] })
  const seconds = (performance.now() - start) / 1000
  return {
    detail: getBackend().detail,
    losses: means.map((mean, i) => mean * (i + 1) - (means[i - 1] ?? 0) * i),
    seconds,
  }
}
