/**
 * Scalars of a step that have not been read, as on a GPU: formulas and rules take them as they take numbers.
 */
import test from 'ava'
import { type Tensor, tensor, variable } from '../../../src/index.js'
import { prepareRule } from '../../../src/optim/base/rule.js'
import { scalarFormula } from '../../../src/optim/base/step-scalars.js'

const formulas: [text: string, ...args: number[][]][] = [
  ['limit / max(sqrt(squares) / divisor, limit * scale)', [1, 9, 2, 1], [5, 9, 2, 1], [1, 2, 1, 0.5]],
  ['a + b', [1, 2], [-0.5, 0.25]],
  ['x > 0 and y > 0 ? x / y : 1', [3, 4], [0, 4], [3, -1]],
  ['-square(x) + 2', [3], [0]],
]

for (const [text, ...cases] of formulas) {
  test(`${text} is the same for numbers and for scalars that have not been read`, (t) => {
    const formula = scalarFormula(text)
    for (const args of cases) {
      const number = formula(...args) as number
      t.is(typeof number, 'number')
      const unread = formula(...args.map((x) => tensor(x, { dtype: 'float64' }))) as Tensor
      t.true(Math.abs(unread.item() - number) <= 1e-15 * Math.abs(number), `${args}: ${unread.item()} for ${number}`)
      const mixed = formula(tensor(args[0], { dtype: 'float64' }), ...args.slice(1)) as Tensor
      t.is(mixed.item(), unread.item())
    }
  })
}

for (const fused of [true, false])
  test(`a rule ${fused ? 'as one kernel' : 'operation by operation'} takes a scalar that has not been read`, (t) => {
    const [w, g] = [variable([1, 2, 3]), tensor([1, 1, -1])]
    const run = prepareRule('Test', 'w = w - eta * g * factor', ['g', 'w'], ['eta', 'factor'], fused)
    run([g.buffer, w.buffer], [0.5, tensor(2)], [3])
    t.deepEqual(w.toArray(), [0, 1, 4])
    run([g.buffer, w.buffer], [0.5, 4], [3])
    t.deepEqual(w.toArray(), [-2, -1, 6])
  })
