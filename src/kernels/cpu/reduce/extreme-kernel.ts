/**
 * The kernels that find where the extremes of a reduction lie, for one dtype: the first number that equals the extreme or, as NaN makes
 * the extreme NaN, the first NaN. Along columns the rows are gone through from the last to the first.
 */
import type { DType } from '../../backend.js'
import { exported, type FunctionCode, type ModuleCode, type Operand, variables } from '../wasm/code.js'
import { block, brIf, set, when } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { i32, i32x4, v128 } from '../wasm/instructions.js'
import { advance, countTo, repeatWhile, whileRoom } from '../wasm/loops.js'

/** A module that exports `rows` (inner = 1) and `columns`. */
export function extremeModule(dtype: DType): ModuleCode {
  return { functions: [rows(dtype), columns(dtype)] }
}

/** Code that compares numbers with the extreme and with NaN. */
function isHit(dtype: DType) {
  const { scalar, vector } = numbersOf[dtype]
  return {
    one: (x: string, extreme: Operand) => i32.or(scalar.eq(x, extreme), scalar.ne(x, x)),
    lanes: (x: string, extreme: Operand) => v128.or(vector.eq(x, extreme), vector.ne(x, x)),
  }
}

function rows(dtype: DType): FunctionCode {
  const { type, vector, bytes, load } = numbersOf[dtype]
  const hit = isHit(dtype)
  const vectors = repeatWhile(i32.ge_u(i32.sub('end', 'p'), 16), [
    set('v', v128.load('p')),
    brIf('near', v128.any_true(hit.lanes('v', 'm'))),
    advance('p', 16),
  ])
  const numbers = repeatWhile(i32.lt_u('p', 'end'), [
    set('s', load('p')),
    brIf('found', hit.one('s', 'e')),
    advance('p', bytes),
  ])
  const row = [
    ...[set('e', load('extremes')), set('m', vector.splat('e'))],
    ...[set('p', 'x'), set('end', i32.add('x', i32.mul('n', bytes)))],
    block('found', [block('near', vectors), numbers]),
    i32.store('out', i32.div_u(i32.sub('p', 'x'), bytes)),
    ...[set('x', 'end'), advance('out', 4), advance('extremes', bytes)],
  ]
  const locals = [...variables('r i end p'), ...variables('v m', 'v128'), ...variables('s e', type)]
  return exported('rows', variables('x extremes out outer n'), locals, countTo('r', 'outer', row))
}

function columns(dtype: DType): FunctionCode {
  const { type, bytes, load } = numbersOf[dtype]
  const hit = isHit(dtype)
  const chooseVector = [
    set('v', v128.load('p')),
    v128.store('y', v128.bitselect('index', v128.load('y'), hit.lanes('v', v128.load('q')))),
    ...[advance('p', 16), advance('q', 16), advance('y', 16)],
  ]
  const chooseOne = [
    set('s', load('p')),
    when(hit.one('s', load('q')), i32.store('y', 'i')),
    ...[advance('p', bytes), advance('q', bytes), advance('y', 4)],
  ]
  const row = [
    ...[advance('i', -1), set('index', i32x4.splat('i'))],
    ...[set('end', 'p'), set('p', i32.sub('p', 'width'))],
    ...[set('q', 'extremes'), set('y', 'out')],
    bytes === 4 ? whileRoom('p', 'end', 16, chooseVector) : [],
    whileRoom('p', 'end', bytes, chooseOne),
    set('p', i32.sub('end', 'width')),
  ]
  const locals = [...variables('o i p q y end width'), ...variables('v m index', 'v128'), ...variables('s', type)]
  return exported('columns', variables('x extremes out outer n inner'), locals, [
    set('width', i32.mul('inner', bytes)),
    countTo('o', 'outer', [
      ...[set('i', 'n'), set('p', i32.add('x', i32.mul('n', 'width')))],
      repeatWhile('i', row),
      ...[advance('x', i32.mul('n', 'width')), advance('extremes', 'width'), advance('out', i32.shl('inner', 2))],
    ]),
  ])
}
