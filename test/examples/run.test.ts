import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { filesBelow, read } from '../source.js'

const examples = filesBelow('examples', '.ts').filter((file) => /\/\d\d-/.test(file))

/** What an example prints. */
async function output(t: ExecutionContext, name: string, options?: object): Promise<string> {
  const lines: string[] = []
  const { log } = console
  console.log = (...words: unknown[]) => lines.push(words.join(' '))
  try {
    const { main } = await import(`../../examples/${name}.js`)
    await main(options)
  } finally {
    console.log = log
  }
  t.true(lines.length > 5, 'it prints something worth seeing')
  return lines.join('\n')
}

test('examples are numbered, short, and say what they are about', (t) => {
  t.true(examples.length >= 8)
  for (const file of examples) {
    const text = read(file)
    t.true(text.split('\n').length <= 61, `${file} is too long`)
    t.regex(text, /^\/\*\*\n \* \d+\. /)
    t.regex(text, /export (async )?function main\(/)
    t.regex(text, /from 'nabla'/)
  }
})

test.serial('01-gradients: slopes are what they should be', async (t) => {
  const text = await output(t, '01-gradients')
  t.regex(text, /f = 15, f' = 8/)
  t.regex(text, /sin' {2}at 0 and π\/2: 1\.000, 0\.000/)
  t.regex(text, /^y = exp\(-x\^2 \/ 2\)\nthe gradient of x: \S.*g.*x.*, where g is that of y$/m)
  t.regex(text, /step 30 .* loss = 0\.0\d+/)
  t.regex(text, /gradcheck agrees: true/)
})

test.serial('02-line: both ways find the line', async (t) => {
  const text = await output(t, '02-line')
  for (const way of ['by hand:', 'with fit:']) {
    const [, slope, intercept] = new RegExp(`${way} +y = (\\S+) x \\+ (\\S+)`).exec(text) ?? []
    t.true(Math.abs(Number(slope) - 2) < 0.05 && Math.abs(Number(intercept) + 1) < 0.05, text)
  }
})

test.serial('03-xor: all four cases are learned', async (t) => {
  const text = await output(t, '03-xor')
  const rows = [...text.matchAll(/^ (\d) {2}(\d) {6}(\d) +(\S+)$/gm)]
  t.is(rows.length, 4)
  for (const [, a, b, want, got] of rows) {
    t.is(Number(want), Number(a) ^ Number(b))
    t.true(Math.abs(Number(got) - Number(want)) < 0.1, text)
  }
})

test.serial('04-spiral: the boundary is right for nearly all points', async (t) => {
  const text = await output(t, '04-spiral')
  t.true(Number(/(\d+) of 200 points/.exec(text)?.[1]) >= 190, text)
})

test.serial('09-own-layer: residual blocks learn the spirals, and show what they do', async (t) => {
  const text = await output(t, '09-own-layer')
  t.regex(text, /second: Residual\(\)/)
  t.true(Number(/accuracy ([\d.]+)/.exec(text)?.[1]) > 0.8)
  t.regex(text, /third +\d\.\d/)
})

test.serial('05-mnist: two epochs go well beyond nine digits in ten, and leave a report', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-'))
  const reportPath = join(folder, 'report.html')
  const text = await output(t, '05-mnist', { epochs: 2, reportPath })
  t.regex(text, /\ntest accuracy: 9[2-6]\.\d% \(2000 images\), training took \d+\.\d s$/)
  t.true(existsSync(reportPath))
  t.regex(readFileSync(reportPath, 'utf8'), /<svg/)
  rmSync(folder, { recursive: true })
})

test.serial('08-convolution: after three epochs on a few digits most are read, and mistakes are drawn', async (t) => {
  const text = await output(t, '08-convolution', { epochs: 3, trainCount: 3000 })
  t.regex(text, /conv2d: Conv2D\(1 → 16, 5×5, relu\)/)
  t.regex(text, /a \d, read as \d/)
  t.true(Number(/test accuracy: (\S+)%/.exec(text)?.[1]) > 85, text)
})

test.serial('11-names: the loss falls, and names are made up', async (t) => {
  const text = await output(t, '11-names', { epochs: 30 })
  const losses = [...text.matchAll(/loss (\S+)/g)].map(([, loss]) => Number(loss))
  t.true(losses.length === 3 && losses[2] < 0.7 * losses[0], text)
  t.regex(text, /with gi: gi.*, gi/)
})

test.serial('12-gpt: the loss falls, and it prints what it thinks', async (t) => {
  const text = await output(t, '12-gpt', { steps: 60, batch: 16 })
  const losses = [...text.matchAll(/loss (\S+)/g)].map(([, loss]) => Number(loss))
  t.true(losses.length === 6 && losses[5] < 0.8 * losses[0], text)
  t.is(text.split('\n').slice(-3).join('').match(/\d [█ ]{9}/g)?.length, 30) // biome-ignore format: one line
})

test.serial('13-word-vectors: words of one kind are alike', async (t) => {
  const text = await output(t, '13-word-vectors', { steps: 800 })
  const animals = ['dog', 'horse', 'cow', 'goat', 'rabbit']
  const [, found] = /cat +is like (.*)/.exec(text) ?? []
  t.true(found.split(', ').filter((word) => animals.includes(word)).length >= 4, text)
  t.regex(text, /the gradient has 128 rows/)
})
