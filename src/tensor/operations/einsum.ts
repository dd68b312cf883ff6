/**
 * Einstein summation: axes get letters, letters that the result does not name are summed over.
 */
import { ShapeError } from '../../errors.js'
import { show } from '../../options.js'
import { type TensorLike, toTensors } from '../creation.js'
import { formatShape, stridesOf } from '../shape.js'
import { Tensor } from '../tensor.js'
import { snapshot, viewOf } from './shape-rows.js'

/** A tensor whose axes have names: letters, or numbers for the axes behind an ellipsis (counted from the last). */
interface Labeled {
  readonly x: Tensor
  readonly labels: readonly string[]
}

/**
 * Sums products over named axes, NumPy's way: `'ij,jk->ik'` is the matrix product, `'ii->'` the trace, `'bij,bjk->bik'` a batch of
 * products, `'...ij->...ji'` a transpose of whatever stands before. Without `->`, the result has the letters that come once, in
 * alphabetical order. Products are formed from left to right, two at a time, each as one (batched) matrix product.
 *
 * @param subscripts the axes of each operand as letters, then those of the result: `ij,jk->ik`
 * @param operands one tensor for each group of letters
 * @throws ShapeError for a subscript that does not fit the operands, or sizes that differ
 * @example
 * einsum('ij,j->i', [[1, 2], [3, 4]], [1, 10]).toArray() // => [21, 43]
 * einsum('ii', [[1, 2], [3, 4]]).item() // => 5
 */
export function einsum(subscripts: string, ...operands: TensorLike[]): Tensor {
  if (typeof subscripts !== 'string') {
    throw new ShapeError(
      `einsum: the subscripts are ${show(subscripts)}. Give them first, as text: einsum('ij,jk->ik', a, b).`,
    )
  }
  if (operands.length === 1 && Array.isArray(operands[0]) && operands[0][0] instanceof Tensor) {
    throw new ShapeError(
      `einsum: received a list of ${operands[0].length} tensors. Give them one by one: einsum('${subscripts}', a, b).`,
    )
  }
  const xs = toTensors(operands)
  const { inputs, output } = parse(subscripts, xs)
  checkSizes(subscripts, inputs)
  let result = diagonal(inputs[0])
  for (let i = 1; i < inputs.length; i++) {
    const later = new Set([...output, ...inputs.slice(i + 1).flatMap(({ labels }) => labels)])
    result = contract(result, diagonal(inputs[i]), later)
  }
  const summed = sumExcept(result, new Set(output))
  return snapshot(permute(summed, output).x)
}

function parse(subscripts: string, xs: readonly Tensor[]): { inputs: Labeled[]; output: string[] } {
  const [left, right, more] = subscripts.replace(/\s/g, '').split('->')
  const terms = left.split(',')
  if (
    more !== undefined ||
    terms.length !== xs.length ||
    !terms.every((term) => /^[A-Za-z]*(\.{3})?[A-Za-z]*$/.test(term))
  ) {
    throw new ShapeError(
      `einsum: cannot read "${subscripts}" for ${xs.length} operands. Write one term per operand, such as 'ij,jk->ik'.`,
    )
  }
  const inputs = terms.map((term, i) => ({ x: xs[i], labels: labelsOf(term, xs[i].rank, subscripts) }))
  const hidden = inputs.map(({ labels }) => labels.filter(isHidden)).reduce((a, b) => (a.length >= b.length ? a : b))
  return { inputs, output: outputLabels(right, inputs, hidden, subscripts) }
}

/** The letters of a term; the axes behind its ellipsis get the labels …, '2', '1', '0', the last of them '0'. */
function labelsOf(term: string, rank: number, subscripts: string): string[] {
  const letters = term.replace('...', '').length
  if (letters > rank || (letters < rank && !term.includes('...'))) {
    throw new ShapeError(
      `einsum: "${term}" in "${subscripts}" names ${letters} axes, the operand has ${rank}. Name every axis, or write ... for the others.`,
    )
  }
  const hidden = Array.from({ length: rank - letters }, (_, i) => String(rank - letters - 1 - i))
  const [before, after = ''] = term.split('...')
  return [...before, ...(term.includes('...') ? hidden : []), ...after]
}

function outputLabels(
  right: string | undefined,
  inputs: readonly Labeled[],
  hidden: readonly string[],
  subscripts: string,
): string[] {
  const all = inputs.flatMap(({ labels }) => labels)
  if (right === undefined) {
    const once = all.filter((label) => !isHidden(label) && all.indexOf(label) === all.lastIndexOf(label))
    return [...hidden, ...once.sort()]
  }
  const [before, after = ''] = right.split('...')
  const output = [...before, ...(right.includes('...') ? hidden : []), ...after]
  const unknown = output.find((label) => !all.includes(label))
  if (unknown !== undefined || new Set(output).size < output.length) {
    throw new ShapeError(
      `einsum: the result "${right}" in "${subscripts}" names ${unknown ? `${unknown}, which no operand has` : 'an axis twice'}. Name axes of the operands, each once.`,
    )
  }
  return output
}

function isHidden(label: string): boolean {
  return label >= '0' && label <= '9'
}

/** Letters must stand for one size; the axes behind an ellipsis broadcast. */
function checkSizes(subscripts: string, inputs: readonly Labeled[]): void {
  const sizes = new Map<string, number>()
  for (const { x, labels } of inputs) {
    labels.forEach((label, axis) => {
      const [size, known] = [x.shape[axis], sizes.get(label)]
      const fits = known === undefined || known === size || (isHidden(label) && (size === 1 || known === 1))
      if (!fits) {
        throw new ShapeError(
          `einsum: axis ${isHidden(label) ? '...' : label} of "${subscripts}" is ${known} in one place and ${size} in another (shapes ${inputs.map((i) => formatShape(i.x.shape)).join(', ')}). They must be equal.`,
        )
      }
      sizes.set(label, Math.max(size, known === undefined || known === 1 ? size : known))
    })
  }
}

/** A letter that comes twice in one term takes the diagonal. */
function diagonal({ x, labels }: Labeled): Labeled {
  const distinct = [...new Set(labels)]
  if (distinct.length === labels.length) return { x, labels }
  const strides = stridesOf(x.shape)
  const view = {
    shape: distinct.map((label) => x.shape[labels.indexOf(label)]),
    strides: distinct.map((label) =>
      labels.reduce((sum, other, axis) => sum + (other === label ? strides[axis] : 0), 0),
    ),
    offset: 0,
  }
  return { x: viewOf(x, view), labels: distinct }
}

function sumExcept({ x, labels }: Labeled, kept: ReadonlySet<string>): Labeled {
  const axes = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]))
  if (axes.length === 0) return { x, labels }
  return { x: x.sum(axes), labels: labels.filter((label) => kept.has(label)) }
}

function permute({ x, labels }: Labeled, order: readonly string[]): Labeled {
  if (order.every((label, i) => label === labels[i])) return { x, labels }
  return { x: x.transpose(order.map((label) => labels.indexOf(label))), labels: order }
}

/** The product of two operands, summed over the letters that nobody needs later: one batched matrix product. */
function contract(a: Labeled, b: Labeled, later: ReadonlySet<string>): Labeled {
  const left = sumExcept(a, new Set([...later, ...b.labels]))
  const right = sumExcept(b, new Set([...later, ...a.labels]))
  const shared = left.labels.filter((label) => right.labels.includes(label))
  const batch = shared.filter((label) => later.has(label) || isHidden(label))
  const inner = shared.filter((label) => !batch.includes(label))
  const rows = left.labels.filter((label) => !shared.includes(label))
  const columns = right.labels.filter((label) => !shared.includes(label))
  const [p, q] = [permute(left, [...batch, ...rows, ...inner]).x, permute(right, [...batch, ...inner, ...columns]).x]
  const batchA = p.shape.slice(0, batch.length)
  const batchB = q.shape.slice(0, batch.length)
  const rowShape = p.shape.slice(batch.length, batch.length + rows.length)
  const columnShape = q.shape.slice(batch.length + inner.length)
  const k = product(p.shape.slice(batch.length + rows.length))
  const y = p.reshape([...batchA, product(rowShape), k]).matmul(q.reshape([...batchB, k, product(columnShape)]))
  const batchShape = y.shape.slice(0, batch.length)
  return { x: y.reshape([...batchShape, ...rowShape, ...columnShape]), labels: [...batch, ...rows, ...columns] }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1)
}
