/**
 * The WebAssembly text that finds where the extremes of a reduction lie, for one dtype: the first number that equals the
 * extreme or, as NaN makes the extreme NaN, the first NaN. Along columns the rows are gone through from the last to the first.
 */
import type { DType } from '../../backend.js'
import { numbersOf } from '../wasm/numbers.js'
import { advance, countTo, get, int, locals, params, pass, repeatWhile, set, whileRoom } from '../wasm/wat.js'

/** The fields of a module that exports `rows` (inner = 1) and `columns`. */
export function extremeModule(dtype: DType): string {
  const { type, vector, bytes, load } = numbersOf[dtype]
  const hit = (prefix: string, or: string, extreme: string, value = 'v') =>
    `(${or} (${prefix}.eq ${get(value)} ${extreme}) (${prefix}.ne ${pass(`${value} ${value}`)}))`
  const chooseVector = `${set('v', `(v128.load ${get('p')})`)}
    (v128.store ${get('y')} (v128.bitselect ${get('index')} (v128.load ${get('y')}) ${hit(vector, 'v128.or', `(v128.load ${get('q')})`)}))
    ${advance('p', 16)} ${advance('q', 16)} ${advance('y', 16)}`
  const chooseOne = `${set('s', `(${load} ${get('p')})`)}
    (if ${hit(type, 'i32.or', `(${load} ${get('q')})`, 's')} (then (i32.store ${pass('y i')})))
    ${advance('p', bytes)} ${advance('q', bytes)} ${advance('y', 4)}`
  return `(func (export "rows") ${params('x extremes out outer n')} ${locals('r i end p')} ${locals('v m', 'v128')} ${locals('s e', type)}
    ${countTo(
      'r',
      'outer',
      `${set('e', `(${load} ${get('extremes')})`)} ${set('m', `(${vector}.splat ${get('e')})`)}
      ${set('p', get('x'))} ${set('end', `(i32.add ${get('x')} (i32.mul ${get('n')} ${int(bytes)}))`)}
      (block $found
        (block $near
          ${repeatWhile(
            `(i32.ge_u (i32.sub ${pass('end p')}) ${int(16)})`,
            `${set('v', `(v128.load ${get('p')})`)}
            (br_if $near (v128.any_true ${hit(vector, 'v128.or', get('m'))})) ${advance('p', 16)}`,
          )})
        ${repeatWhile(
          `(i32.lt_u ${pass('p end')})`,
          `${set('s', `(${load} ${get('p')})`)}
          (br_if $found ${hit(type, 'i32.or', get('e'), 's')}) ${advance('p', bytes)}`,
        )})
      (i32.store ${get('out')} (i32.div_u (i32.sub ${pass('p x')}) ${int(bytes)}))
      ${set('x', get('end'))} ${advance('out', 4)} ${advance('extremes', bytes)}`,
    )})
  (func (export "columns") ${params('x extremes out outer n inner')} ${locals('o i p q y end width')} ${locals('v m index', 'v128')} ${locals('s', type)}
    ${set('width', `(i32.mul ${get('inner')} ${int(bytes)})`)}
    ${countTo(
      'o',
      'outer',
      `${set('i', get('n'))} ${set('p', `(i32.add ${get('x')} (i32.mul ${pass('n width')}))`)}
      ${repeatWhile(
        get('i'),
        `${advance('i', -1)} ${set('index', `(i32x4.splat ${get('i')})`)}
        ${set('end', get('p'))} ${set('p', `(i32.sub ${pass('p width')})`)}
        ${set('q', get('extremes'))} ${set('y', get('out'))}
        ${bytes === 4 ? whileRoom('p', 'end', 16, chooseVector) : ''}
        ${whileRoom('p', 'end', bytes, chooseOne)}
        ${set('p', `(i32.sub ${pass('end width')})`)}`,
      )}
      ${advance('x', `(i32.mul ${pass('n width')})`)} ${advance('extremes', get('width'))}
      ${advance('out', `(i32.shl ${get('inner')} ${int(2)})`)}`,
    )})`
}
