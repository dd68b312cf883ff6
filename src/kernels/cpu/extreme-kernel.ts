/**
 * The WebAssembly text that finds where the extremes of a reduction lie, for one dtype: the first number that equals the
 * extreme or, as NaN makes the extreme NaN, the first NaN.
 */
import type { DType } from '../backend.js'
import { advance, countTo, get, int, locals, params, pass, repeatWhile, set } from './wat.js'

const numbersOf = {
  float32: { type: 'f32', vector: 'f32x4', bytes: 4, load: 'f32.load' },
  float64: { type: 'f64', vector: 'f64x2', bytes: 8, load: 'f64.load' },
  int32: { type: 'i32', vector: 'i32x4', bytes: 4, load: 'i32.load' },
  bool: { type: 'i32', vector: 'i8x16', bytes: 1, load: 'i32.load8_u' },
} as const

/** The fields of a module that exports `rows` (inner = 1) and `columns`. */
export function extremeModule(dtype: DType): string {
  const { type, vector, bytes, load } = numbersOf[dtype]
  const hit = (prefix: string, or: string, extreme: string) =>
    `(${or} (${prefix}.eq ${get('v')} ${extreme}) (${prefix}.ne ${pass('v v')}))`
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
          (br_if $found ${hit(type, 'i32.or', get('e')).replaceAll('$v', '$s')}) ${advance('p', bytes)}`,
        )})
      (i32.store ${get('out')} (i32.div_u (i32.sub ${pass('p x')}) ${int(bytes)}))
      ${set('x', get('end'))} ${advance('out', 4)} ${advance('extremes', bytes)}`,
    )})
  (func (export "columns") ${params('x extremes out outer n inner')} ${locals('o i j p q')} ${locals('v', type)}
    ${countTo(
      'o',
      'outer',
      `${set('i', get('n'))}
      ${repeatWhile(
        get('i'),
        `${advance('i', -1)}
        ${set('p', `(i32.add ${get('x')} (i32.mul (i32.mul ${pass('i inner')}) ${int(bytes)}))`)} ${set('q', get('extremes'))}
        ${countTo(
          'j',
          'inner',
          `${set('v', `(${load} ${get('p')})`)}
          (if ${hit(type, 'i32.or', `(${load} ${get('q')})`)} (then
            (i32.store (i32.add ${get('out')} (i32.shl ${get('j')} ${int(2)})) ${get('i')})))
          ${advance('p', bytes)} ${advance('q', bytes)}`,
        )}`,
      )}
      ${advance('x', `(i32.mul (i32.mul ${pass('n inner')}) ${int(bytes)})`)}
      ${set('extremes', get('q'))}
      ${advance('out', `(i32.shl ${get('inner')} ${int(2)})`)}`,
    )})`
}
