/**
 * The chapters of the reference, in reading order, and which file of the source belongs to which: an export needs no tag.
 */

/** Chapter → files below `src/`, without `.ts`; a folder ends in a slash. The longest name that fits counts. */
const chapters: Readonly<Record<string, readonly string[]>> = {
  Tensor: [
    'tensor/tensor',
    'tensor/variable',
    'tensor/creation',
    'tensor/foreign',
    'tensor/nested',
    'tensor/json-numbers',
    'tensor/grids',
    'tensor/random',
    'tensor/json-numbers',
    'kernels/backend',
  ],
  'Operations: elementwise': ['tensor/arithmetic', 'tensor/comparisons', 'tensor/exponentials', 'tensor/trigonometry'],
  'Operations: activations': ['tensor/activations'],
  'Operations: reductions': [
    'tensor/reductions',
    'tensor/running',
    'tensor/statistics',
    'tensor/covariance',
    'tensor/differences',
    'tensor/reduction-rows',
  ],
  'Operations: shapes': ['tensor/shaping', 'tensor/arranging', 'tensor/padding', 'tensor/methods', 'tensor/shape'],
  'Operations: indexing': ['tensor/indexing', 'tensor/slicing', 'tensor/sorting', 'tensor/indexed-slices'],
  'Operations: linear algebra': [
    'tensor/linalg',
    'tensor/vectors',
    'tensor/decompositions',
    'tensor/einsum',
    'tensor/mathjs',
  ],
  'Operations: sampling': ['tensor/sampling'],
  Operations: ['tensor/'],
  Autograd: ['autograd/', 'tensor/backward'],
  Formulas: ['tensor/formula', 'kernels/formula/'],
  Layers: ['layers/'],
  // biome-ignore format: a list
  Training: [
    'layers/model', 'layers/sequential', 'layers/fit', 'layers/callbacks', 'layers/losses', 'layers/metrics', 'layers/accuracy', 'layers/logs',
    'layers/dataset', 'layers/summary', 'layers/compile', 'layers/sums', 'layers/targets', 'layers/weights',
    'layers/early-stopping', 'layers/direction', 'layers/evaluate', 'layers/loss-names',
  ],
  Optimizers: ['optim/'],
  Schedules: ['optim/schedules/'],
  'Back ends': ['kernels/', 'tensor/backend', 'tensor/backends', 'tensor/tidy'],
  Data: ['data/'],
  Errors: ['errors', 'options'],
}

/** As the reader meets them. */
export const categoryOrder: readonly string[] = ['Guides', 'Coming from', 'Decisions', ...Object.keys(chapters)]

/** The chapter of `src/tensor/shaping.ts`. */
export function categoryOf(path: string): string {
  const file = path.replace(/^.*?\bsrc\//, '').replace(/\.ts$/, '')
  const fits = (name: string) => (name.endsWith('/') ? file.startsWith(name) : file === name)
  const found = Object.entries(chapters).flatMap(([chapter, names]) =>
    names.filter(fits).map((name) => ({ chapter, name })),
  )
  found.sort((a, b) => b.name.length - a.name.length)
  return found[0]?.chapter ?? 'Other'
}
