/**
 * A progress bar for `fit`: live where there is a terminal, a line per epoch elsewhere.
 */
import { type SingleBar as Bar, SingleBar } from 'cli-progress'
import type { Callback, Logs } from 'nabla'

/** A callback that shows epoch, steps, loss, accuracy and the time that is left. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): Callback {
  return stream.isTTY ? liveBar(stream) : linePerEpoch()
}

function liveBar(stream: NodeJS.WriteStream): Callback {
  let bar: Bar
  let steps = 0
  let done = 0
  return {
    onTrainBegin(params) {
      steps = params.steps
      bar = new SingleBar({
        stream,
        format: format(params.epochs),
        barsize: 24,
        hideCursor: true,
        etaBuffer: 200,
        fps: 15,
      })
      bar.start(params.epochs * steps, 0, { epoch: 1, step: 0, steps, loss: '', accuracy: '' })
    },
    onBatchEnd(step, logs) {
      done++
      bar.update(done, { epoch: Math.ceil(done / steps), step: step + 1, steps, ...rounded(logs) })
    },
    onTrainEnd() {
      bar.stop()
    },
  }
}

function format(epochs: number): string {
  return `epoch {epoch}/${epochs} [{bar}] step {step}/{steps}  loss {loss}  accuracy {accuracy}  ETA {eta_formatted}`
}

function linePerEpoch(): Callback {
  let epochs = 0
  return {
    onTrainBegin(params) {
      epochs = params.epochs
      console.log(`${params.samples} examples, ${params.steps} steps an epoch`)
    },
    onEpochEnd(epoch, logs) {
      const numbers = Object.entries(rounded(logs)).map(([name, value]) => `${name.replace('_', ' ')} ${value}`)
      console.log([`epoch ${epoch + 1}/${epochs}`, ...numbers].join('  '))
    },
  }
}

function rounded(logs: Logs): Record<string, string> {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, value.toFixed(4)]))
}
