/**
 * The cells of recurrent layers as formulas: simple, LSTM and GRU. A cell is two formulas, one for a step and one for its gradient.
 */

/** A step of a cell, as formulas: of the gates of the input `x0`, …, those of the state `u0`, … and the states `h` and `s`. */
export interface Cell {
  readonly gates: number
  readonly states: 1 | 2
  /** Defines `h1`, and `s1` where there are two states. */
  readonly step: string
  /** Defines the gradients, see `Backend.recurrentGradient`. */
  readonly back: string
}

/** An activation as formulas: of x, and its slope as a formula of its result. */
export interface CellActivation {
  readonly of: (x: string) => string
  readonly slope: (y: string) => string
}

/** The activations that cells know as formulas; layers compute those with other ones step by step. */
export const cellActivations: Readonly<Record<string, CellActivation>> = {
  linear: { of: (x) => x, slope: () => '1' },
  relu: { of: (x) => `(${x} > 0 ? ${x} : 0)`, slope: (y) => `(${y} > 0 ? 1 : 0)` },
  sigmoid: { of: (x) => `sigmoid(${x})`, slope: (y) => `(${y} * (1 - ${y}))` },
  tanh: { of: (x) => `tanh(${x})`, slope: (y) => `(1 - ${y}^2)` },
  hardSigmoid: {
    of: (x) => `(min(max(${x} + 3, 0), 6) / 6)`,
    slope: (y) => `(${y} > 0 and ${y} < 1 ? 1 / 6 : 0)`,
  },
}

/** h ← φ(x + u) */
export const simpleCell = ({ of, slope }: CellActivation): Cell => ({
  gates: 1,
  states: 1,
  step: `h1 = ${of('(x0 + u0)')}`,
  back: `
    y = ${of('(x0 + u0)')}
    d0 = (gy + gu) * ${slope('y')}`,
})

/** Input, forget and output gates i, f, o, and the candidate k, in Keras's order. s ← f s + i k, h ← o φ(s) */
export function lstmCell(activation: CellActivation, gate: CellActivation): Cell {
  const gates = `
    i = ${gate.of('(x0 + u0)')}
    f = ${gate.of('(x1 + u1)')}
    k = ${activation.of('(x2 + u2)')}
    o = ${gate.of('(x3 + u3)')}
    s1 = f * s + i * k
    t = ${activation.of('s1')}`
  return {
    gates: 4,
    states: 2,
    step: `${gates}
    h1 = o * t`,
    back: `${gates}
    g = gy + gu
    q = gs + g * o * ${activation.slope('t')}
    d0 = q * k * ${gate.slope('i')}
    d1 = q * s * ${gate.slope('f')}
    d2 = q * i * ${activation.slope('k')}
    d3 = g * t * ${gate.slope('o')}
    ds = q * f`,
  }
}

/** Update and reset gates z, r, and the candidate k, in Keras's order, the reset after the product. h ← z h + (1 − z) k */
export function gruCell(activation: CellActivation, gate: CellActivation): Cell {
  const gates = `
    z = ${gate.of('(x0 + u0)')}
    r = ${gate.of('(x1 + u1)')}
    k = ${activation.of('(x2 + r * u2)')}`
  return {
    gates: 3,
    states: 1,
    step: `${gates}
    h1 = z * h + (1 - z) * k`,
    back: `${gates}
    g = gy + gu + gh
    e0 = g * (h - k) * ${gate.slope('z')}
    e2 = g * (1 - z) * ${activation.slope('k')}
    e1 = e2 * u2 * ${gate.slope('r')}
    d0 = e0
    d1 = e1
    d2 = e2 * r
    dh = g * z`,
  }
}

/** The cell for sequences with a mask `m`: where that is 0, a step leaves the states as they are. */
export function maskedCell({ gates, states, step, back }: Cell): Cell {
  const kept = ['h', 's'].slice(0, states)
  const inner = (text: string) => text.replace(/\b([de]\d|dh|ds|h1|s1)\b/g, '$1n')
  const outputs = [...new Set(back.match(/\b[de]\d(?= =)/g))]
  return {
    gates,
    states,
    step: `${inner(step)}\n${kept.map((name) => `${name}1 = m == 0 ? ${name} : ${name}1n`).join('\n')}`,
    back: `${inner(back.replace('gy + gu', 'gy + gu + gh').replace('gh + gh', 'gh'))}
    ${outputs.map((name) => `${name} = m * ${name}n`).join('\n')}
    dh = (1 - m) * (gy + gu + gh)${back.includes('dh =') ? ' + m * dhn' : ''}
    ${states === 2 ? 'ds = (1 - m) * gs + m * dsn' : ''}`,
  }
}
