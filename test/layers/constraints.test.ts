/**
 * Constraints hold after whatever an optimizer writes into a variable, or the optimizer refuses them.
 */
import test from 'ava'
import {
  LBFGS,
  Lookahead,
  MultiOptimizer,
  nonNeg,
  OptionError,
  SAM,
  ScheduleFreeAdamW,
  SGD,
  type Tensor,
  unitNorm,
  type Variable,
  variable,
} from '../../src/index.js'

const pulled = (w: Variable) => () => w.add(1).square().sum()

test('L-BFGS refuses a variable with a constraint, before anything moves', (t) => {
  const [free, w] = [variable([1]), variable([1], { name: 'w', constraint: nonNeg() })]
  const optimizer = new LBFGS()
  const refused = { instanceOf: OptionError, message: /^LBFGS: the variable w has a constraint/ }
  t.throws(() => optimizer.minimize(() => pulled(free)().add(pulled(w)()), [free, w]), refused)
  t.throws(() => optimizer.build([free, w]), refused)
  t.deepEqual([free.item(), w.item(), optimizer.iterations], [1, 1, 0])
  optimizer.minimize(pulled(free), [free])
  t.true(Math.abs(free.item() + 1) < 1e-3)
})

test('the slow weights of Lookahead keep a constraint, where they started, too', (t) => {
  const w = variable([-6, 3], { constraint: nonNeg() })
  const optimizer = new Lookahead(new SGD({ learningRate: 0 }), { syncPeriod: 2 })
  const step = () => optimizer.minimize(pulled(w), [w])
  step()
  t.deepEqual(w.toArray(), [0, 3])
  step()
  t.deepEqual(w.toArray(), [0, 3])
  t.deepEqual(Object.values(optimizer.exportState()).at(-1), Float32Array.of(0, 3))
  const v = variable([[1], [0]], { constraint: unitNorm() })
  const turning = new Lookahead(new SGD({ learningRate: 1 }), { syncPeriod: 1 })
  turning.minimize(() => v.mul([[1], [-1]]).sum(), [v])
  t.true(Math.abs(v.square().sum().item() - 1) < 1e-6, String(v))
})

test('a constraint that throws when the slow weights follow takes the whole step back', (t) => {
  let calls = 0
  const constraint = (x: Tensor) => {
    if (++calls === 2) throw new Error('blown')
    return x
  }
  const [a, b] = [variable([1]), variable([1], { constraint })]
  const optimizer = new Lookahead(new SGD({ learningRate: 1 }), { syncPeriod: 1 })
  optimizer.build([a, b])
  const before = optimizer.exportState()
  const loss = () => a.add(b).sum()
  t.throws(() => optimizer.minimize(loss, [a, b]), { message: 'blown' })
  t.deepEqual([a.item(), b.item(), optimizer.iterations, optimizer.exportState()], [1, 1, 0, before])
  optimizer.minimize(loss, [a, b])
  t.deepEqual([a.item(), b.item()], [0.5, 0.5])
})

test('the weights that ScheduleFreeAdamW evaluates keep a constraint, and training goes on from its own', (t) => {
  const w = variable([3], { constraint: (x) => x.clip(0, 1) })
  const optimizer = new ScheduleFreeAdamW({ learningRate: 0, beta1: 0.5 })
  optimizer.minimize(pulled(w), [w])
  const training = w.toArray()
  t.deepEqual(training, [1])
  optimizer.swapForEvaluation()
  t.deepEqual(w.toArray(), [0]) // x = (w − z / 2) · 2 = −1
  optimizer.restoreForTraining()
  t.deepEqual(w.toArray(), training)
})

test('a constraint that throws when ScheduleFreeAdamW swaps weights leaves them as they were', (t) => {
  let isBlown = false
  const constraint = (x: Tensor) => {
    if (isBlown) throw new Error('blown')
    return x
  }
  const [a, b] = [variable([1]), variable([1], { constraint })]
  const optimizer = new ScheduleFreeAdamW({ learningRate: 0.1 })
  for (let i = 0; i < 3; i++) optimizer.minimize(() => a.add(b).square().sum(), [a, b])
  const before = [a.item(), b.item()]
  isBlown = true
  t.throws(() => optimizer.swapForEvaluation(), { message: 'blown' })
  t.deepEqual([a.item(), b.item(), optimizer.isEvaluating], [...before, false])
})

test('SAM climbs past a constraint, as the paper does, and its step keeps it; so do the groups of MultiOptimizer', (t) => {
  for (const optimizer of [new SAM(new SGD({ learningRate: 1 })), new MultiOptimizer(() => sgd)]) {
    const w = variable([1], { constraint: nonNeg() })
    optimizer.minimize(pulled(w), [w])
    t.is(w.item(), 0)
  }
})
const sgd = new SGD({ learningRate: 1 })
