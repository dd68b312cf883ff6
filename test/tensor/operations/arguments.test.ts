/**
 * What functions are given by mistake: whatever it is, and in whichever place, the error is nabla's own. And what stands for tensors may be
 * arrays.
 */
import test from 'ava'
import ts from 'typescript'
import * as nabla from '../../../src/index.js'
import { NablaError, ones, tensor } from '../../../src/index.js'
import { filesBelow, nodes, syntaxTree } from '../../source.js'

type Any = (...args: unknown[]) => unknown

/** Not one of the same name that only other files use. */
const isDocumented = (node: ts.Node) => /@example/.test(node.getFullText())

/** The exported functions of tensors and gradients, and whether their first arguments are tensors. */
const functions = ['src/tensor', 'src/autograd'].flatMap((folder) =>
  filesBelow(folder, '.ts').flatMap(
    (file) =>
      [...nodes(syntaxTree(file))].filter(
        (node) =>
          ts.isFunctionDeclaration(node) &&
          /^export/.test(node.getText()) &&
          (node.name?.text ?? '') in nabla &&
          isDocumented(node),
      ) as ts.FunctionDeclaration[],
  ),
)

const elsewhere = new Set(['setBackend', 'setSeed', 'memory', 'getBackend'])
const names = [...new Set(functions.map((node) => node.name?.text as string))].filter((name) => !elsewhere.has(name))

const odd: unknown[] = [
  ...[undefined, null, 'abc', {}, () => 1, Number.NaN, -1, 0.5, 1e10, true, Symbol('s'), 10n],
  ...[[], [[1], [2]], [[1], [2, 3]], [null], new Date(0), Object.create(null), new Proxy({}, {}), new Map()],
  ...[tensor([[1, 2], [3, 4]]), ones([2, 2, 2]), tensor([1, 0], { dtype: 'int32' })], // biome-ignore format: a matrix
]
const good = [tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]], [1, 2], (x: unknown) => x, 2] // biome-ignore format: matrices

/** Each odd value in each place, among good ones. */
function* calls(): Generator<unknown[]> {
  yield []
  for (const x of odd) {
    yield* [[x], [x, x], [x, x, x]]
    for (const g of good)
      yield* [
        [g, x],
        [x, g],
        [g, g, x],
        [g, x, g],
        [x, g, g],
        [g, g, g, x],
      ]
  }
}

const show = (args: readonly unknown[]) => args.map((x) => Object.prototype.toString.call(x)).join()

/** What a call throws that is not an error of nabla. */
function foreignError(f: Any, args: readonly unknown[]): string | undefined {
  try {
    const result = f(...args)
    return typeof result === 'function' && f !== nabla.formula ? foreignError(result as Any, [args[0]]) : undefined
  } catch (error) {
    return error instanceof NablaError ? undefined : `${show(args)}: ${error}`
  }
}

for (const name of names) {
  test(`${name}: whatever is given, the error is one of nabla`, (t) => {
    const f = (nabla as unknown as Record<string, Any>)[name]
    const wrong = [...calls()].flatMap((args) => foreignError(f, args) ?? [])
    t.deepEqual([...new Set(wrong)].slice(0, 5), [])
  })
}

test('all functions are called', (t) => t.true(names.length > 190, String(names.length)))

/** They must have a tensor: it is what holds the graph. */
const tensorsOnly = new Set(['backward', 'gradientsOfLeaves'])

test('where a tensor may stand, an array may', (t) => {
  for (const { name, parameters } of functions) {
    if (!name || tensorsOnly.has(name.text) || elsewhere.has(name.text)) continue
    const types = parameters.map((p) => p.type?.getText() ?? '')
    t.false(types.includes('Tensor'), `${name.text}(${types.join(', ')})`)
  }
  t.deepEqual(nabla.dense([[1]], [[2]], [3]).toArray(), [[5]])
  t.deepEqual(nabla.dense([[1]], [[2]], [-3], { relu: true }).toArray(), [[0]])
  t.deepEqual(nabla.zerosLike([[1, 2]]).shape, [1, 2])
  t.deepEqual(nabla.onesLike([true]).toArray(), [true])
  t.deepEqual(nabla.fullLike(Int32Array.of(1), 7).dtype, 'int32')
})
