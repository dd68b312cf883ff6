/**
 * Tables: iris, wine, diabetes.
 */
import { fromRows, type NamedData } from './dataset-values.js'
import { diabetes as diabetesRows } from './values/diabetes.js'
import { iris as irisRows } from './values/iris.js'
import { wine as wineRows } from './values/wine.js'

const uci = (id: number) => `https://archive.ics.uci.edu/dataset/${id}`

/**
 * Fisher's iris: 150 flowers of three species, four measures in cm. One species is easy to tell from the others, two overlap.
 *
 * @example
 * const { x, y, labels } = iris()
 * x.shape // => [150, 4]
 * labels // => ['setosa', 'versicolor', 'virginica']
 * @see https://archive.ics.uci.edu/dataset/53
 */
export function iris(): NamedData {
  return fromRows(irisRows, {
    labels: ['setosa', 'versicolor', 'virginica'],
    features: ['sepal length', 'sepal width', 'petal length', 'petal width'],
    source: { title: 'Iris', authors: 'R. A. Fisher, 1936', url: uci(53), licence: 'CC BY 4.0' },
  })
}

/**
 * 178 Italian wines from three cultivars, thirteen chemical measures of very different sizes: scale them with `standardize`.
 *
 * @example
 * const { x, y } = wine()
 * x.shape // => [178, 13]
 * y.max().item() // => 2
 * @see https://archive.ics.uci.edu/dataset/109
 */
export function wine(): NamedData {
  // biome-ignore format: a list
  const features = [
    'alcohol', 'malic acid', 'ash', 'alcalinity of ash', 'magnesium', 'total phenols', 'flavanoids', 'nonflavanoid phenols',
    'proanthocyanins', 'color intensity', 'hue', 'OD280/OD315 of diluted wines', 'proline',
  ]
  return fromRows(wineRows, {
    labels: ['cultivar 1', 'cultivar 2', 'cultivar 3'],
    features,
    source: { title: 'Wine', authors: 'S. Aeberhard and M. Forina, 1991', url: uci(109), licence: 'CC BY 4.0' },
  })
}

/**
 * 442 patients: ten measures of different sizes, and how far their diabetes had progressed a year later, a number from 25 to 346. A table to
 * learn regression with.
 *
 * @example
 * const { x, y } = diabetes()
 * x.shape // => [442, 10]
 * y.mean().item() // => 152.13
 * @see Efron et al. 2004, https://doi.org/10.1214/009053604000000067
 */
export function diabetes(): NamedData {
  return fromRows(diabetesRows, {
    labels: [],
    // biome-ignore format: a list
    features: [
      'age', 'sex', 'body mass index', 'blood pressure', 'total cholesterol', 'LDL', 'HDL', 'cholesterol / HDL', 'log triglycerides',
      'blood sugar',
    ],
    source: {
      title: 'Diabetes',
      authors: 'B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, 2004',
      url: 'https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html',
      licence: 'published with the paper without a licence of its own; this copy is from scikit-learn, BSD-3-Clause',
    },
  })
}
