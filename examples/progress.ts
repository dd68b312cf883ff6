/**
 * The progress of `fit`: where there is a terminal, a live bar below a line per epoch; elsewhere the lines alone.
 */
import { SingleBar } from 'cli-progress'
import type { Callback, Logs, TrainParams } from 'nabla'

/** A callback that shows epoch, steps, loss, accuracy and the time that is left. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): Callback {
  return stream.isTTY ? liveBar(stream) : linePerEpoch()
}

/** A bar for each epoch, which makes room for the epoch's line. */
function liveBar(stream: NodeJS.WriteStream): Callback {
  const isWide = (stream.columns ?? 80) >= 80
  let training: TrainParams
  let bar: SingleBar
  let now = 0
  let start = 0
  const position = (epoch: number) =>
    `${isWide ? 'epoch ' : ''}${`${epoch + 1}`.padStart(`${training.epochs}`.length)}/${training.epochs}`
  return {
    onTrainBegin(params) {
      training = params
      start = performance.now()
    },
    onEpochBegin(epoch) {
      now = epoch
      bar = newBar(stream, isWide)
      bar.start(training.steps, 0, { position: position(epoch), numbers: '', left: '' })
    },
    onBatchEnd(step, logs) {
      const done = now * training.steps + step + 1
      const left = ((performance.now() - start) / 1000) * ((training.epochs * training.steps) / done - 1)
      bar.update(step + 1, { numbers: words(logs, isWide), left: `ETA ${duration(left)}` })
    },
    onEpochEnd(epoch, logs) {
      bar.stop()
      stream.write(`${position(epoch)}  ${words(logs, isWide)}\n`)
    },
    onTrainEnd() {
      bar?.stop()
    },
  }
}

function newBar(stream: NodeJS.WriteStream, isWide: boolean): SingleBar {
  return new SingleBar({
    stream,
    format: '{position} [{bar}] {value}/{total}  {numbers}  {left}',
    barsize: isWide ? 16 : 6,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    clearOnComplete: true,
    fps: 15,
  })
}

function linePerEpoch(): Callback {
  let epochs = 0
  return {
    onTrainBegin(params) {
      epochs = params.epochs
      console.log(`${params.samples} examples, ${params.steps} steps an epoch`)
    },
    onEpochEnd(epoch, logs) {
      console.log(`epoch ${epoch + 1}/${epochs}  ${words(logs)}`)
    },
  }
}

/** `loss 0.1234  accuracy 0.9512`, or shorter: `loss 0.123  acc 0.951`. */
function words(logs: Logs, isWide = true): string {
  const name = (text: string) => (isWide ? text : text.replace('accuracy', 'acc'))
  return Object.entries(logs)
    .map(([text, value]) => `${name(text)} ${value.toFixed(isWide ? 4 : 3)}`)
    .join('  ')
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
}
