/**
 * From the graph of a program to the WebAssembly of its kernel `run`. Two forms:
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
import { hoistConstants } from '../math/hoist-constants.js'
import { type Code, exported, type ModuleCode, type Variable, variables } from '../wasm/code.js'
import { block, br, brIf, leave, loop, select, set, tee, when } from '../wasm/control.js'
import { bytes } from '../wasm/dtypes.js'
import { i32 } from '../wasm/instructions.js'
import { advance, times } from '../wasm/loops.js'
import { Body } from './body.js'
import { lanes } from './compute.js'
import { Functions } from './library.js'
import { cursor, inputStart, type KernelSpec, outputStart } from './spec.js'
import type { Width } from './storage.js'

const stepOf = (name: string) => `${name}.step`

/** The module of the kernel. */
export function kernelModule(spec: KernelSpec): ModuleCode {
  const library = new Functions()
  const body = new Body(spec, library)
  const loops = hoistConstants(spec.form === 'flat' ? flatLoop(spec, body) : rowLoops(spec, body))
  const uniforms = body.prologue()
  const locals = [...(spec.form === 'rows' ? rowLocals(spec) : []), ...body.locals(), ...loops.locals]
  const run = exported('run', parameters(spec), locals, [uniforms, loops.prologue, loops.code])
  const { imports, functions } = library.declared()
  return { imports, functions: [...functions, run] }
}

const arraysOf = (spec: KernelSpec) => spec.parameters.filter((parameter) => parameter.dtype !== 'scalar')

function parameters(spec: KernelSpec): Variable[] {
  const { form, outputs } = spec
  return [
    ...variables(form === 'flat' ? 'loop.n' : 'loop.outer loop.inner'),
    ...outputs.filter((output) => !output.inPlace).flatMap((output) => variables(outputStart(output))),
    ...spec.parameters.flatMap(({ name, dtype }) =>
      dtype === 'scalar' ? variables(name, 'f64') : variables(inputStart(name)),
    ),
    ...(form === 'rows' ? arraysOf(spec).flatMap(({ name }) => variables(stepOf(name))) : []),
  ]
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

function flatLoop(spec: KernelSpec, body: Body): Code {
  const count = lanes[spec.type] * body.copies
  return [
    when(i32.le_s('loop.n', 0), leave),
    body.perRow(),
    loop('vectors', [
      times(body.copies, (copy) => body.perElement('vector', copy)),
      moveOn(spec, count),
      brIf('vectors', i32.gt_s(tee('loop.n', i32.sub('loop.n', count)), 0)),
    ]),
  ]
}

function rowLocals(spec: KernelSpec): Variable[] {
  const cursors = walked(spec).flatMap(({ start }) => variables(cursor(spec, start)))
  return [...variables('loop.left loop.stop'), ...cursors]
}

function rowLoops(spec: KernelSpec, body: Body): Code {
  const count = lanes[spec.type]
  return [
    when(i32.le_s('loop.outer', 0), leave),
    loop('rows', [
      body.perRow(),
      walked(spec).map(({ start }) => set(cursor(spec, start), start)),
      set('loop.left', 'loop.inner'),
      set('loop.stop', select(count - 1, 0, i32.eq('loop.outer', 1))),
      whileLeft(spec, body, 'vector', 'loop.stop'),
      whileLeft(spec, body, 'one', 0),
      nextRow(spec),
      brIf('rows', tee('loop.outer', i32.sub('loop.outer', 1))),
    ]),
  ]
}

/** Runs the body as long as more numbers than `stop` are left in the row. */
function whileLeft(spec: KernelSpec, body: Body, width: Width, stop: string | number): Code {
  const count = width === 'one' ? 1 : lanes[spec.type]
  return block(
    'done',
    loop('more', [
      brIf('done', i32.le_s('loop.left', stop)),
      body.perElement(width),
      moveOn(spec, count),
      advance('loop.left', -count),
      br('more'),
    ]),
  )
}

function moveOn(spec: KernelSpec, count: number): Code {
  return walked(spec).map(({ start, bytes }) => advance(cursor(spec, start), bytes * count))
}

function nextRow(spec: KernelSpec): Code {
  return [
    ...arraysOf(spec).map(({ name }) => advance(inputStart(name), stepOf(name))),
    ...spec.outputs.map((output) => advance(outputStart(output), i32.mul('loop.inner', bytes[output.dtype]))),
  ]
}
