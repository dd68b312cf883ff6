/**
 * Pictures for the terminal: digits, a confusion matrix, the decision regions of a classifier.
 */

/** A picture with a line of words below it. */
export interface Captioned {
  /** Pixel after pixel, row after row, from 0 (paper) to 1 (ink). */
  readonly image: ArrayLike<number>
  readonly caption: string
}

/** Square images side by side, two rows of pixels to a line. */
export function drawImages(pictures: readonly Captioned[], gap = 2): string {
  const columns = pictures.map(({ image, caption }) => {
    const lines = drawImage(image)
    return [...lines, caption].map((line) => line.padEnd(lines[0].length))
  })
  const rows =
    columns[0]?.map((_, row) =>
      columns
        .map((column) => column[row])
        .join(' '.repeat(gap))
        .trimEnd(),
    ) ?? []
  return rows.join('\n')
}

/** The lines of a square image. */
function drawImage(image: ArrayLike<number>): string[] {
  const side = Math.sqrt(image.length)
  const ink = (row: number, column: number) => (image[row * side + column] >= 0.4 ? 1 : 0)
  return Array.from({ length: Math.ceil(side / 2) }, (_, line) =>
    Array.from({ length: side }, (_, column) => ' ▀▄█'[ink(2 * line, column) + 2 * ink(2 * line + 1, column)]).join(''),
  )
}

/** The number of times each true class (row) was predicted as each class (column). */
export function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < labels.length; i++) matrix[labels[i]][predicted[i]]++
  return matrix
}

/** A confusion matrix as text, with the share of each class that was recognized. */
export function drawConfusionMatrix(matrix: readonly (readonly number[])[]): string {
  const width = Math.max(...matrix.flat().map((n) => String(n).length)) + 1
  const cell = (text: string | number) => String(text).padStart(width)
  const margin = ' '.repeat(6)
  const head = `${margin}${matrix.map((_, label) => cell(label)).join('')}   ← predicted`
  const rows = matrix.map((row, label) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    const share = total > 0 ? `${((100 * row[label]) / total).toFixed(1)}%` : '–'
    return `${String(label).padStart(4)}  ${row.map((n) => cell(n || '·')).join('')}   ${share.padStart(6)}`
  })
  return [head, ...rows].join('\n')
}

/** The contents of `drawPlane`. */
export interface Plane {
  /** The class of each of the points. */
  readonly classify: (points: number[][]) => ArrayLike<number>
  readonly points: readonly (readonly number[])[]
  readonly labels: ArrayLike<number>
  /** The square from -extent to extent is drawn. Default 1.1. */
  readonly extent?: number
  /** Characters across; they are taken to be twice as high as wide. Default 56. */
  readonly columns?: number
}

/** Draws a classifier's predictions over the plane as shades, and its training points as `o x + *`. */
export function drawPlane({ classify, points, labels, extent = 1.1, columns = 56 }: Plane): string {
  const rows = Math.round(columns / 2)
  const at = (i: number, n: number) => extent * ((2 * i + 1) / n - 1)
  const centers = Array.from({ length: rows * columns }, (_, i) => [
    at(i % columns, columns),
    -at(Math.floor(i / columns), rows),
  ])
  const picture = Array.from(classify(centers), (label) => '·▒ ░'[label % 4])
  points.forEach(([x, y], i) => {
    const column = Math.floor(((x / extent + 1) / 2) * columns)
    const row = Math.floor(((1 - y / extent) / 2) * rows)
    if (column >= 0 && column < columns && row >= 0 && row < rows)
      picture[row * columns + column] = 'ox+*'[labels[i] % 4]
  })
  return Array.from({ length: rows }, (_, row) => picture.slice(row * columns, (row + 1) * columns).join('')).join('\n')
}

/** Numbers as a line of bars: the smallest is the lowest. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return values.map((v) => '▁▂▃▄▅▆▇█'[Math.round((7 * (v - low)) / (high - low || 1))]).join('')
}
