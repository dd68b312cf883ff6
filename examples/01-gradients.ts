/**
 * 1. Gradients: what autodiff is for. Slopes of functions, by tape and by transformation, checked against differences.
 */
import { formula, grad, gradcheck, type Tensor, tensor, variable } from 'nabla'
import { runIfMain } from './run.js'

export function main(): void {
  // By tape: variables remember what was computed from them
  const x = variable(3, { name: 'x' })
  const y = x.square().add(x.mul(2)) // x² + 2x
  y.backward()
  console.log(`f(x) = x² + 2x at x = 3: f = ${y.item()}, f' = ${x.grad?.item()} (2x + 2 = 8)`)

  // By transformation: grad turns a function into the function of its gradient, as often as you like
  const wave = (t: Tensor) => t.sin().sum()
  const slope = grad(wave)
  const curvature = grad((t) => slope(t).sum())
  const t = tensor([0, Math.PI / 2])
  console.log(`\nsin'  at 0 and π/2: ${numbers(slope(t))} (cos)`)
  console.log(`sin'' at 0 and π/2: ${numbers(curvature(t))} (-sin)`)

  // A formula is a function too, and its derivative is a formula
  const bell = formula('exp(-x^2 / 2)')
  console.log(`\ny = ${bell}\nthe gradient of x: ${bell.derivative('x')}, where g is that of y`)

  // The steepest way down from a point, followed for a while
  const w = variable([4, -3], { name: 'w' })
  for (let step = 0; step <= 30; step++) {
    const loss = w.mul([1, 3]).square().sum() // a bowl, steeper in one direction
    if (step % 10 === 0)
      console.log(
        `${step === 0 ? '\n' : ''}step ${String(step).padStart(2)}  w = ${numbers(w)}  loss = ${loss.item().toFixed(4)}`,
      )
    w.zeroGrad()
    loss.backward()
    w.assignSub((w.grad as Tensor).mul(0.05))
  }

  console.log(`\ngradcheck agrees: ${gradcheck((a, b) => a.mul(b).tanh().sum(), [tensor([0.5, 1]), tensor([2, -1])])}`)
}

function numbers(x: Tensor): string {
  return Array.from(x.dataSync(), (n) => n.toFixed(3).replace('-0.000', '0.000')).join(', ')
}

runIfMain(import.meta.url, main)
