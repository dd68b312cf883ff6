import { inflateSync } from 'node:zlib'
import test from 'ava'
import { parseHTML } from 'linkedom'
import { pngUrl } from '../../examples/png.js'
import { type Report, reportPage } from '../../examples/report.js'

const mistake = (label: number, confidence: number) => ({
  image: new Float32Array(16),
  label,
  predicted: 7,
  confidence,
})
const report: Report = {
  title: 'Digits <&> "more"',
  accuracy: 0.95,
  count: 2000,
  facts: [['Model', '784 → 10']],
  history: { loss: [1, 0.5, 0.2], accuracy: [0.5, 0.8, 0.9], val_loss: [1.1, 0.6, 0.4], val_accuracy: [0.4, 0.7, 0.8] },
  confusion: [
    [9, 1],
    [0, 4],
  ],
  mistakes: [mistake(1, 0.5), mistake(2, 0.9)],
}
const page = (changes: Partial<Report> = {}) => parseHTML(reportPage({ ...report, ...changes })).document

test('the report shows the accuracy and the facts, and escapes what it is given', (t) => {
  const { textContent } = page().querySelector('header') ?? {}
  t.regex(textContent ?? '', /95\.0% of 2,000 test images/)
  t.regex(textContent ?? '', /784 → 10/)
  t.true(reportPage(report).includes('<title>Digits &#60;&#38;&#62; &#34;more&#34;</title>'))
})

test('the report needs nothing but itself', (t) => {
  const html = reportPage(report)
  t.notRegex(html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, ''), /https?:|<script|<link|url\(/)
  t.deepEqual(
    [...html.matchAll(/src="(.{10})/g)].map(([, start]) => start),
    ['data:image', 'data:image'],
  )
})

test('there are a loss and an accuracy curve, each in training and validation', (t) => {
  const svgs = [...page().querySelectorAll('.curves svg')]
  t.is(svgs.length, 2)
  t.true(svgs.every((svg) => svg.querySelectorAll('g[aria-label=line] path').length === 2))
  t.true(svgs.every((svg) => svg.querySelectorAll('circle').length === 6))
  t.regex(svgs[1].textContent ?? '', /90\.0%.*80\.0%/)
})

test('what a curve shows is also said to those who do not see it', (t) => {
  const [loss, accuracy] = [...page().querySelectorAll('.curves svg')]
  t.is(loss.getAttribute('role'), 'img')
  t.is(loss.getAttribute('aria-label'), 'loss over 3 epochs')
  t.regex(accuracy.getAttribute('aria-description') ?? '', /training: 90.0% after .*validation: 80.0%/)
})

test('without validation there is one curve each, and no key', (t) => {
  const document = page({ history: { loss: [1, 0.5], accuracy: [0.5, 0.8] } })
  t.is(document.querySelectorAll('g[aria-label=line] path').length, 2)
  t.is(document.querySelectorAll('i').length, 0)
})

test('the confusion matrix has a row per class with the share that was recognized', (t) => {
  const rows = [...page().querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map((cell) => cell.textContent),
  )
  t.deepEqual(rows, [
    ['0', '9', '1', '90.0%'],
    ['1', '·', '4', '100.0%'],
  ])
})

test('mistakes are shown, the surest first', (t) => {
  const captions = [...page().querySelectorAll('.gallery figcaption')].map((caption) => caption.textContent)
  t.deepEqual(captions, ['2 7', '1 7'])
})

test('a picture becomes a PNG with its pixels, ink dark', (t) => {
  const bytes = Buffer.from(pngUrl([0, 1, 0.5, 0]).replace('data:image/png;base64,', ''), 'base64')
  t.is(bytes.toString('latin1', 1, 4), 'PNG')
  t.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [2, 2])
  const start = bytes.indexOf('IDAT') + 4
  t.deepEqual([...inflateSync(bytes.subarray(start, start + bytes.readUInt32BE(start - 8)))], [0, 255, 0, 0, 127, 255])
  // The checksum of the empty last chunk, as every PNG has it.
  t.is(bytes.readUInt32BE(bytes.length - 4), 0xae426082)
})
