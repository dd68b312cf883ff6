/**
 * Finding elements in kernels: the coordinates of a result's element, and its place in an array of other strides.
 */

/** Statements that compute the coordinates `c0`, `c1`, … of element `i`; the sizes are `n1`, `n2`, … (the first is not needed). */
export function coordinates(rank: number): string {
  let text = ''
  let rest = 'i'
  for (let axis = rank - 1; axis > 0; axis--) {
    text += `const q${axis} = quotient(${rest}, n${axis}); const c${axis} = ${rest} - q${axis} * n${axis}; `
    rest = `q${axis}`
  }
  return rank > 0 ? `${text}const c0 = ${rest}; ` : text
}

/** The names of the sizes that `coordinates` reads. */
export const sizeNames = (rank: number): string[] =>
  Array.from({ length: Math.max(rank - 1, 0) }, (_, i) => `n${i + 1}`)

/** The sum c0 · prefix0 + c1 · prefix1 + …, and the names of the strides in it. */
export function dot(rank: number, prefix: string): { text: string; names: string[] } {
  const names = Array.from({ length: rank }, (_, axis) => `${prefix}${axis}`)
  return { text: names.map((name, axis) => `c${axis} * ${name}`).join(' + ') || '0', names }
}
