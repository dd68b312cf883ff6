/**
 * The report of a classifier, as scikit-learn prints it.
 */
import { OptionError } from '../../errors.js'
import { orNull, resolve, whole } from '../../options.js'
import type { TensorLike } from '../../tensor/creation.js'
import { confusionMatrix } from './confusion-matrix.js'
import { ratio } from './metric.js'

/** Options of `classificationReport`. */
export interface ReportOptions {
  /** The names of the classes. Default null: their numbers, of those that occur. */
  labels?: readonly string[] | null
  /** The number of decimals. Default 2. */
  digits?: number
  /** A weight for each example. Default: 1 for all. */
  sampleWeight?: TensorLike | null
}

const rules = {
  defaults: { labels: null, digits: 2, sampleWeight: null },
  ranges: { digits: whole(0), labels: orNull((x) => (Array.isArray(x) ? undefined : 'an array of strings')) },
} as const

/** One line: a name, precision, recall, F1 and the number of examples. */
interface Line {
  readonly name: string
  readonly scores: readonly number[]
  readonly support: number
}

/**
 * Returns a table of precision, recall, F1-score and number of examples by class, with the accuracy and the averages: the text of
 * scikit-learn's `classification_report`.
 *
 * @param yTrue classes from 0, or one-hot rows
 * @param yPred classes, scores [examples, classes], or one probability per example
 * @throws ShapeError when the shapes do not fit, DTypeError for what is not a class, OptionError for fewer names than classes
 * @example
 * console.log(classificationReport([0, 1, 1], [0, 1, 0], { labels: ['cat', 'dog'] }))
 */
export function classificationReport(yTrue: TensorLike, yPred: TensorLike, options: ReportOptions = {}): string {
  const { labels, digits, sampleWeight } = resolve('classificationReport', options, rules)
  const matrix = confusionMatrix(yTrue, yPred, { labels, sampleWeight })
  const counts = matrix.result()
  if (labels && counts.length > labels.length)
    throw new OptionError(
      `classificationReport: there are ${counts.length} classes and ${labels.length} labels. Give a name for each class.`,
    )
  const lines = counts.map((_, i) => lineOf(matrix.nameOf(i), counts, i))
  const shown = labels ? lines : lines.filter((_, i) => counts.some((row, j) => row[i] > 0 || counts[i][j] > 0))
  return table(shown, matrix.accuracy, digits, sampleWeight !== null)
}

/** The scores of one class. */
function lineOf(name: string, counts: readonly (readonly number[])[], label: number): Line {
  const hits = counts[label][label]
  const support = counts[label].reduce((a, b) => a + b, 0)
  const predicted = counts.reduce((sum, row) => sum + row[label], 0)
  const [precision, recall] = [ratio(hits, predicted), ratio(hits, support)]
  return { name, scores: [precision, recall, ratio(2 * hits, predicted + support)], support }
}

function table(lines: readonly Line[], accuracy: number, digits: number, isWeighted: boolean): string {
  const support = lines.reduce((sum, line) => sum + line.support, 0)
  const mean = (weight: (line: Line) => number) =>
    [0, 1, 2].map((i) =>
      ratio(
        lines.reduce((sum, l) => sum + weight(l) * l.scores[i], 0),
        lines.reduce((sum, l) => sum + weight(l), 0),
      ),
    )
  const width = Math.max(...lines.map(({ name }) => name.length), 'weighted avg'.length, digits)
  const number = (x: number) => (isWeighted && Number.isInteger(x) ? x.toFixed(1) : String(x))
  const row = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`
  const scored = (name: string, scores: readonly number[], n: number) =>
    row(name, [...scores.map((score) => fixed(score, digits)), number(n)])
  return [
    `${row('', ['precision', 'recall', 'f1-score', 'support'])}\n`,
    ...lines.map((line) => scored(line.name, line.scores, line.support)),
    '\n',
    row('accuracy', ['', '', fixed(accuracy, digits), number(support)]),
    scored(
      'macro avg',
      mean(() => 1),
      support,
    ),
    scored(
      'weighted avg',
      mean((line) => line.support),
      support,
    ),
  ].join('')
}

/** A number with so many decimals, where ties go to the even one, as in Python: 0.125 → 0.12. */
function fixed(x: number, digits: number): string {
  const halves = x * 2 ** (digits + 1)
  if (!Number.isInteger(halves) || halves % 2 === 0) return x.toFixed(digits)
  const below = (halves * 5 ** digits - 1) / 2
  return ((below + (below % 2)) / 10 ** digits).toFixed(digits)
}
