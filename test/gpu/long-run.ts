/**
 * `npx tsx test/gpu/long-run.ts`: 10,000 training steps of a tiny model on WebGL2 and on WebGPU, with what lives on the GPU after every
 * 2,000. The suite makes 300.
 */
import { bundle, openBrowser } from './browser.js'

const program = `
  import { Adam, Dense, memory, randomNormal, Sequential, setBackend } from './src/index.js'
  globalThis.run = async (api) => {
    await setBackend('gpu', { api, allowSoftware: true })
    const model = new Sequential([new Dense(4, { activation: 'tanh' }), new Dense(1)])
    model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'meanSquaredError' })
    const [x, y] = [randomNormal([8, 3], { seed: 1 }), randomNormal([8, 1], { seed: 2 })]
    const lines = []
    for (let steps = 5; steps <= 10005; steps += 2000) {
      await model.fit(x, y, { batchSize: 8, epochs: steps === 5 ? 5 : 2000, shuffle: false })
      await Promise.all(model.variables.map((w) => w.data()))
      lines.push(api + ' after ' + steps + ' steps: ' + JSON.stringify(memory()))
    }
    return lines.join('\\n')
  }`

async function main(): Promise<void> {
  const browser = await openBrowser()
  if ('reason' in browser) throw new Error(browser.reason)
  const page = await browser.open(await bundle({ text: program }))
  await page.waitForFunction('typeof run === "function"')
  for (const api of ['webgl2', 'webgpu']) console.log(await page.evaluate(`run('${api}')`))
  await browser.close()
}

void main()
