import test from 'ava'
import { confusionMatrix, drawConfusionMatrix, drawImages, drawPlane, sparkline } from '../../examples/terminal.js'

test('an image is drawn two rows of pixels to a line, with its caption', (t) => {
  const image = [1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1]
  t.is(drawImages([{ image, caption: 'a 7' }]), '▀▄█\n▄▄▄▄\na 7')
})

test('images stand beside each other', (t) => {
  const image = [1, 0, 0, 1]
  const picture = { image, caption: 'it' }
  t.is(drawImages([picture, picture], 1), '▀▄ ▀▄\nit it')
  t.is(drawImages([]), '')
})

test('a confusion matrix counts labels by row and predictions by column', (t) => {
  const matrix = confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], 3)
  t.deepEqual(matrix, [
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 2],
  ])
  t.is(
    drawConfusionMatrix(matrix),
    ['       0 1 2   ← predicted', '   0   1 1 ·    50.0%', '   1   · 1 ·   100.0%', '   2   1 · 2    66.7%'].join(
      '\n',
    ),
  )
})

test('a class without examples has no share', (t) => {
  t.regex(
    drawConfusionMatrix([
      [0, 0],
      [1, 3],
    ]),
    / {3}0 {3}· · {8}–/,
  )
})

test('the plane is drawn as the classifier sees it, with the points on it, y upwards', (t) => {
  const classify = (points: number[][]) => points.map(([x, y]) => (x > 0 && y > 0 ? 1 : 0))
  const drawn = drawPlane({
    classify,
    points: [
      [-0.9, -0.9],
      [0.9, 0.9],
      [5, 5],
    ],
    labels: [0, 1, 1],
    extent: 1,
    columns: 8,
  })
  t.is(drawn, ['····▒▒▒x', '····▒▒▒▒', '········', 'o·······'].join('\n'))
})

test('a sparkline goes from the lowest to the highest', (t) => {
  t.is(sparkline([0, 1, 7]), '▁▂█')
  t.is(sparkline([3, 3]), '▁▁')
})
