/**
 * The chapters of the reference, in reading order, and which file of the source belongs to which: an export needs no tag.
 */

/** Chapter → files below `src/`, without `.ts`; a folder ends in a slash. The longest name that fits counts. */
const chapters: Readonly<Record<string, readonly string[]>> = {
  Tensor: [
    'tensor/tensor',
    'tensor/variable',
    'tensor/creation',
    'tensor/filling',
    'tensor/foreign',
    'tensor/nested-arrays',
    'tensor/operations/matrices',
    'tensor/random',
    'tensor/json-numbers',
    'kernels/backend',
  ],
  'Operations: elementwise': [
    'tensor/operations/arithmetic',
    'tensor/operations/powers',
    'tensor/operations/rounding',
    'tensor/operations/comparisons',
    'tensor/operations/exponentials',
    'tensor/operations/trigonometry',
  ],
  'Operations: activations': ['tensor/operations/activations'],
  'Operations: reductions': [
    'tensor/operations/reductions',
    'tensor/operations/axis-activations',
    'tensor/operations/normalization',
    'tensor/operations/reducing',
    'tensor/operations/extremes',
    'tensor/operations/softmax',
    'tensor/operations/cumulative',
    'tensor/operations/statistics',
    'tensor/operations/covariance',
    'tensor/operations/differences',
    'tensor/operations/reduction-rows',
  ],
  'Operations: shapes': [
    'tensor/operations/shaping',
    'tensor/operations/broadcasting',
    'tensor/operations/joining',
    'tensor/operations/turning',
    'tensor/operations/padding',
    'tensor/operations/methods',
    'tensor/shape',
  ],
  'Operations: indexing': [
    'tensor/operations/slicing',
    'tensor/operations/slice-spec',
    'tensor/operations/gathering',
    'tensor/operations/masking',
    'tensor/operations/sorting',
    'tensor/operations/segments',
    'tensor/indexed-slices',
  ],
  'Operations: linear algebra': [
    'tensor/operations/linalg',
    'tensor/operations/vectors',
    'tensor/operations/decompositions',
    'tensor/operations/triangular',
    'tensor/operations/singular-values',
    'tensor/operations/attention',
    'tensor/operations/einsum',
    'tensor/operations/mathjs',
  ],
  'Operations: convolutions': [
    'tensor/operations/convolution',
    'tensor/operations/pooling',
    'tensor/operations/windows',
  ],
  'Operations: sampling': ['tensor/operations/sampling'],
  Operations: ['tensor/'],
  Autograd: ['autograd/', 'tensor/operations/backward'],
  Formulas: ['tensor/operations/formula', 'kernels/formula/'],
  Layers: ['layers/'],
  Training: ['training/', 'layers/weights'],
  Optimizers: ['optim/', 'layers/constraints', 'keras-names'],
  Schedules: ['optim/schedules/'],
  'Back ends': ['kernels/', 'tensor/backend', 'tensor/backends', 'tensor/tidy'],
  Data: ['data/'],
  'Data sets': ['data/datasets/'],
  Files: ['io/'],
  Inspection: ['inspect/'],
  Errors: ['errors', 'options'],
}

/** As the reader meets them. */
export const categoryOrder: readonly string[] = ['Guides', 'Coming from', 'Decisions', ...Object.keys(chapters)]

/** The chapter of `src/tensor/operations/shaping.ts`. */
export function categoryOf(path: string): string {
  const file = path.replace(/^.*?\bsrc\//, '').replace(/\.ts$/, '')
  const fits = (name: string) => (name.endsWith('/') ? file.startsWith(name) : file === name)
  const found = Object.entries(chapters).flatMap(([chapter, names]) =>
    names.filter(fits).map((name) => ({ chapter, name })),
  )
  found.sort((a, b) => b.name.length - a.name.length)
  return found[0]?.chapter ?? 'Other'
}
