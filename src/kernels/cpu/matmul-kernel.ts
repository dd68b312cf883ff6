/**
 * The WebAssembly text of matrix multiplication, for one kind of number. A product is computed in tiles of up to six rows by two
 * vectors (a panel) of columns, whose sums stay in registers while k runs. Every sum adds its terms in the order of k, so the
 * result does not depend on how a product is cut into tiles and blocks. `matmul.ts` does the cutting, `matmul-pack.ts` the packing.
 */

/** How numbers of one dtype are loaded and computed with. */
export interface Lanes {
  /** The vector type, which is the prefix of its instructions. */
  readonly vector: 'f32x4' | 'f64x2' | 'i32x4'
  /** Bytes per number. */
  readonly bytes: 4 | 8
  /** The instruction `max(x, 0)` of relu is made of. */
  readonly max: 'pmax' | 'max_s'
  /** Whether to use fused multiply-add. */
  readonly fused: boolean
}

/** Bytes of one row of a panel: two vectors. */
export const panelBytes = 32

/** The most rows of a tile: twelve sums, two vectors of B and one of A are the fifteen registers that V8 has on x64. */
export const tileRows = 6

/** Bits of the last argument of the products. */
export const accumulate = 1
export const relu = 2

/** Steps of k in one turn of the inner loop. */
const unroll = 4

/** How A lies in memory: k runs along its rows, or (transposed or packed) down its columns. */
type Layout = 'rows' | 'columns'

/** What the module exports: `c[m, panels] (+)= a[m, k] · b[k, panels]`, sizes in numbers and panels, steps in bytes. */
export type Product = (
  a: number,
  /** From row to row in `rows`, from k to k in `columns`. */
  aStep: number,
  b: number,
  /** From k to k. */
  bStep: number,
  /** From panel to panel. */
  panelStep: number,
  c: number,
  cStep: number,
  m: number,
  k: number,
  panels: number,
  /** The address of numbers to add to each row, or 0. */
  bias: number,
  flags: number,
) => void

const tileParameters = 'a aStep b bStep panelStep c cStep k panels bias flags'

/** The functions `rows` and `columns`. */
export function productText(lanes: Lanes): string {
  return (['rows', 'columns'] as const)
    .flatMap((layout) => [
      ...range(tileRows).map((i) => tileText(lanes, layout, i + 1)),
      splitText(layout, layout === 'rows' ? get('aStep') : int(lanes.bytes)),
    ])
    .join('\n')
}

// Pieces of WebAssembly text
export const range = (n: number) => Array.from({ length: n }, (_, i) => i)
export const each = (n: number, text: (i: number) => string) => range(n).map(text).join('\n')
export const get = (name: string) => `(local.get $${name})`
export const set = (name: string, value: string) => `(local.set $${name} ${value})`
export const int = (value: number) => `(i32.const ${value})`
export const add = (a: string, b: string) => `(i32.add ${a} ${b})`
export const mul = (a: string, b: string) => `(i32.mul ${a} ${b})`
export const bump = (name: string, by: string) => set(name, add(get(name), by))
export const when = (condition: string, body: string) => `(if ${condition} (then ${body}))`
export const parameters = (names: string) => names.replace(/\w+/g, '(param $$$& i32)')
export const locals = (names: string, type = 'i32') => names.replace(/\w+/g, `(local $$$& ${type})`)
/** Repeats the body while `counter`, lowered by `step` after each turn, is at least `step`. */
export const repeat = (counter: string, body: string, step = 1) => `(block $${counter}Done (loop $${counter}Again
  (br_if $${counter}Done (i32.lt_u ${get(counter)} ${int(step)}))
  ${body}
  ${bump(counter, int(-step))}
  (br $${counter}Again)))`

/** Splits the rows into tiles of nearly equal height and calls the function for each. */
function splitText(layout: Layout, rowBytes: string): string {
  const tiles = `(i32.div_u ${add(get('m'), int(tileRows - 1))} ${int(tileRows)})`
  const height = `(i32.div_u ${add(get('m'), add(get('tiles'), int(-1)))} ${get('tiles')})`
  const call = (i: number) => `(call $${layout}${i} ${tileParameters.replace(/\w+/g, '(local.get $$$&)')})`
  return `(func (export "${layout}") ${parameters(tileParameters.replace('k', 'm k'))} ${locals('tiles height')}
    ${set('tiles', tiles)}
    ${repeat(
      'tiles',
      `${set('height', height)}
      ${choose('height', tileRows, call)}
      ${bump('a', mul(get('height'), rowBytes))}
      ${bump('c', mul(get('height'), get('cStep')))}
      (local.set $m (i32.sub ${get('m')} ${get('height')}))`,
    )})`
}

/** Runs the text of the case that the local (1 … cases) selects. */
function choose(local: string, cases: number, text: (i: number) => string): string {
  const labels = range(cases).map((i) => `$case${i + 1}`)
  const start = `(br_table ${labels.join(' ')} (i32.sub ${get(local)} (i32.const 1)))`
  const nested = labels.reduce((inner, label, i) => `(block ${label} ${inner}) ${text(i + 1)} (br $chosen)`, start)
  return `(block $chosen ${nested})`
}

/** One row of tiles of the given height: for each panel, the sums over k. */
function tileText(lanes: Lanes, layout: Layout, height: number): string {
  const sums = range(height).flatMap((r) => [`s${r}0`, `s${r}1`])
  const pointers = layout === 'rows' ? range(height).map((r) => `a${r}`) : ['a0']
  return `(func $${layout}${height} ${parameters(tileParameters)}
    ${locals(`${pointers.join(' ')} bk i cr`)} ${locals(`${sums.join(' ')} x y0 y1`, 'v128')}
    ${repeat(
      'panels',
      `${startText(height)}
      ${pointers.map((name, r) => set(name, r ? add(get(`a${r - 1}`), get('aStep')) : get('a'))).join('\n')}
      ${set('bk', get('b'))}
      ${set('i', get('k'))}
      ${repeat('i', stepsText(lanes, layout, height, unroll), unroll)}
      ${repeat('i', stepsText(lanes, layout, height, 1))}
      ${endText(lanes, height, sums)}
      ${bump('b', get('panelStep'))}
      ${bump('c', int(panelBytes))}`,
    )})`
}

/** The sums at the start: zero, or what is there already. */
function startText(height: number): string {
  const zero = '(v128.const i32x4 0 0 0 0)'
  return `(if (i32.and ${get('flags')} ${int(accumulate)}) (then
      ${set('cr', get('c'))}
      ${each(height, (r) => `${set(`s${r}0`, '(v128.load (local.get $cr))')} ${set(`s${r}1`, '(v128.load offset=16 (local.get $cr))')} ${bump('cr', get('cStep'))}`)}
    ) (else ${each(height, (r) => `${set(`s${r}0`, zero)} ${set(`s${r}1`, zero)}`)}))`
}

/** `count` steps of k: each multiplies a column of A by a row of the panel. */
function stepsText(lanes: Lanes, layout: Layout, height: number, count: number): string {
  const load = (r: number, step: number) =>
    layout === 'rows' ? `offset=${step * lanes.bytes} ${get(`a${r}`)}` : `offset=${r * lanes.bytes} ${get('a0')}`
  const step = (
    u: number,
  ) => `${set('y0', `(v128.load ${get('bk')})`)} ${set('y1', `(v128.load offset=16 ${get('bk')})`)}
    ${bump('bk', get('bStep'))}
    ${each(
      height,
      (r) => `${set('x', `(v128.load${lanes.bytes * 8}_splat ${load(r, u)})`)}
      ${set(`s${r}0`, multiplyAdd(lanes, 'x', 'y0', `s${r}0`))} ${set(`s${r}1`, multiplyAdd(lanes, 'x', 'y1', `s${r}1`))}`,
    )}
    ${layout === 'columns' ? bump('a0', get('aStep')) : ''}`
  const advance = layout === 'rows' ? each(height, (r) => bump(`a${r}`, int(count * lanes.bytes))) : ''
  return each(count, step) + advance
}

function multiplyAdd({ vector, fused }: Lanes, x: string, y: string, sum: string): string {
  return fused
    ? `(${vector}.relaxed_madd ${get(x)} ${get(y)} ${get(sum)})`
    : `(${vector}.add (${vector}.mul ${get(x)} ${get(y)}) ${get(sum)})`
}

/** The epilogue, and the stores. */
function endText({ vector, max }: Lanes, height: number, sums: readonly string[]): string {
  const plus = (name: string) => set(name, `(${vector}.add ${get(name)} ${get(`y${name.slice(-1)}`)})`)
  const positive = (name: string) => set(name, `(${vector}.${max} ${get(name)} ${get('x')})`)
  return `${when(
    get('bias'),
    `${set('y0', `(v128.load ${get('bias')})`)} ${set('y1', `(v128.load offset=16 ${get('bias')})`)}
    ${sums.map(plus).join('\n')}
    ${bump('bias', int(panelBytes))}`,
  )}
  ${when(
    `(i32.and ${get('flags')} ${int(relu)})`,
    `${set('x', '(v128.const i32x4 0 0 0 0)')} ${sums.map(positive).join('\n')}`,
  )}
  ${set('cr', get('c'))}
  ${each(height, (r) => `(v128.store ${get('cr')} ${get(`s${r}0`)}) (v128.store offset=16 ${get('cr')} ${get(`s${r}1`)}) ${r < height - 1 ? bump('cr', get('cStep')) : ''}`)}`
}
