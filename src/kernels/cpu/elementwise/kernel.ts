/**
 * From the graph of a program to the WebAssembly text of its kernel `run`. Two forms:
 *
 * - flat: `run(n, outputs…, inputs…)` for arrays of n numbers. Blocks of memory are padded to 64 bytes, so the loop works on
 *   whole vectors and needs no tail.
 * - rows: `run(outer, inner, outputs…, inputs…, steps…)` for broadcast arrays: outer rows of inner numbers, where an array
 *   moves by its step (bytes) from row to row. A row may be written past its end, where the next row is written later; only
 *   the last one ends exactly, number by number.
 *
 * Arrays are passed as addresses, scalars as f64.
 */
import type { DType } from '../../backend.js'
import { hoistConstants } from '../math/constants.js'
import { bytes } from '../wasm/numbers.js'
import { advance, get, int, params, set, times } from '../wasm/wat.js'
import { Body } from './body.js'
import { lanes } from './compute.js'
import { Functions } from './functions.js'
import { cursor, inputStart, type KernelSpec, outputStart } from './spec.js'
import type { Width } from './storage.js'
import { identifier } from './vector.js'

const stepOf = (name: string) => `${identifier(name)}.step`

/** The fields of the kernel's module. */
export function kernelText(spec: KernelSpec): string {
  const functions = new Functions()
  const body = new Body(spec, functions)
  const loops = hoistConstants(spec.form === 'flat' ? flatLoop(spec, body) : rowLoops(spec, body))
  const uniforms = body.prologue()
  return `${functions.text()}
(func (export "run") ${parameters(spec)}
${spec.form === 'rows' ? rowLocals(spec) : ''}
${body.locals()}
${loops.locals}
${uniforms}
${loops.prologue}
${loops.text})`
}

const arraysOf = (spec: KernelSpec) => spec.parameters.filter((parameter) => parameter.dtype !== 'scalar')

function parameters(spec: KernelSpec): string {
  const { form, outputs } = spec
  return [
    params(form === 'flat' ? 'loop.n' : 'loop.outer loop.inner'),
    ...outputs.filter((output) => !output.inPlace).map((output) => params(outputStart(output))),
    ...spec.parameters.map(({ name, dtype }) =>
      dtype === 'scalar' ? params(identifier(name), 'f64') : params(inputStart(name)),
    ),
    ...(form === 'rows' ? arraysOf(spec).map(({ name }) => params(stepOf(name))) : []),
  ].join(' ')
}

/** The starts of all arrays that are walked along, with their bytes per number. */
function walked(spec: KernelSpec): { start: string; bytes: number }[] {
  const inputs = arraysOf(spec).filter(({ stride }) => stride === 1)
  return [
    ...inputs.map(({ name, dtype }) => ({ start: inputStart(name), bytes: bytes[dtype as DType] })),
    ...spec.outputs
      .filter(({ inPlace }) => !inPlace)
      .map((output) => ({ start: outputStart(output), bytes: bytes[output.dtype] })),
  ]
}

function flatLoop(spec: KernelSpec, body: Body): string {
  const count = lanes[spec.type] * body.copies
  return `(if (i32.le_s ${get('loop.n')} ${int(0)}) (then (return)))
${body.perRow()}
(loop $vectors
${times(body.copies, (copy) => body.perElement('vector', copy))}
${moveOn(spec, count)}
(br_if $vectors (i32.gt_s (local.tee $loop.n (i32.sub ${get('loop.n')} ${int(count)})) ${int(0)})))`
}

function rowLocals(spec: KernelSpec): string {
  const names = ['loop.left', 'loop.stop', ...walked(spec).map(({ start }) => cursor(spec, start))]
  return names.map((name) => `(local $${name} i32)`).join(' ')
}

function rowLoops(spec: KernelSpec, body: Body): string {
  const count = lanes[spec.type]
  return `(if (i32.le_s ${get('loop.outer')} ${int(0)}) (then (return)))
(loop $rows
${body.perRow()}
${walked(spec)
  .map(({ start }) => set(cursor(spec, start), get(start)))
  .join(' ')}
${set('loop.left', get('loop.inner'))}
${set('loop.stop', `(select ${int(count - 1)} ${int(0)} (i32.eq ${get('loop.outer')} ${int(1)}))`)}
${whileLeft(spec, body, 'vector', get('loop.stop'))}
${whileLeft(spec, body, 'one', int(0))}
${nextRow(spec)}
(br_if $rows (local.tee $loop.outer (i32.sub ${get('loop.outer')} ${int(1)}))))`
}

/** Runs the body as long as more numbers than `stop` are left in the row. */
function whileLeft(spec: KernelSpec, body: Body, width: Width, stop: string): string {
  const count = width === 'one' ? 1 : lanes[spec.type]
  return `(block $done${width} (loop $more${width}
(br_if $done${width} (i32.le_s ${get('loop.left')} ${stop}))
${body.perElement(width)}
${moveOn(spec, count)} ${advance('loop.left', -count)}
(br $more${width})))`
}

function moveOn(spec: KernelSpec, count: number): string {
  return walked(spec)
    .map(({ start, bytes }) => advance(cursor(spec, start), bytes * count))
    .join(' ')
}

function nextRow(spec: KernelSpec): string {
  return [
    ...arraysOf(spec).map(({ name }) => advance(inputStart(name), get(stepOf(name)))),
    ...spec.outputs.map((output) =>
      advance(outputStart(output), `(i32.mul ${get('loop.inner')} ${int(bytes[output.dtype])})`),
    ),
  ].join('\n')
}
