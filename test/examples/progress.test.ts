import { Writable } from 'node:stream'
import test from 'ava'
import { progressBar } from '../../examples/progress.js'
import { Dense, Sequential, SGD } from '../../src/index.js'

/** What a terminal of this width gets to see of a training: the lines that stay, and all that were drawn. */
async function show(columns: number): Promise<{ stay: string[]; drawn: string[] }> {
  const drawn: string[] = []
  let screen = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      const text = String(chunk)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what the bar tells the terminal
      const plain = text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/\x1b[78]/g, '')
      if (plain.trim() !== '') drawn.push(plain)
      if (plain.endsWith('\n')) screen += plain
      done()
    },
  })
  Object.assign(stream, { isTTY: true, columns, cursorTo: () => {}, clearLine: () => {} })
  const model = new Sequential([new Dense(2, { inputShape: [1] })])
  model.compile({ optimizer: new SGD(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
  const x = Array.from({ length: 300 }, (_, i) => [i / 300])
  const y = x.map(([v]) => (v > 0.5 ? 1 : 0))
  const callbacks = [progressBar(stream as never)]
  await model.fit(x, y, { epochs: 10, batchSize: 2, validationData: [x, y], callbacks })
  return { stay: screen.split('\n').filter((line) => line.trim() !== ''), drawn }
}

for (const columns of [60, 80, 120])
  test.serial(`in a terminal of ${columns} columns nothing is cut, and a line per epoch stays`, async (t) => {
    const { stay, drawn } = await show(columns)
    t.is(stay.length, 10)
    t.true(drawn.some((line) => /\[=* *\] \d+\/150 {2}loss \d\.\d+ .*ETA \d+s/.test(line)))
    for (const line of [...stay, ...drawn]) t.true(line.trimEnd().length < columns, `${line.length}: ${line}`)
    t.regex(
      stay[9],
      columns < 80 ? /^10\/10 {2}loss .* val_acc \d\.\d{3}$/ : /^epoch 10\/10 .* val_accuracy \d\.\d{4}$/,
    )
  })
