/**
 * Elementwise kernels on the GPU, made from formulas. One kernel for each output of a program and each way of broadcasting; sizes
 * and scalars are arguments.
 */
import type { DataBuffer, DType, Operand, Shape, UpdateKernel } from '../backend.js'
import { type Program, symbolsOf } from '../formula/ast.js'
import { sizeOf } from '../sizes.js'
import { broadcastStrides, mergeAxes } from '../strides.js'
import type { Buffers } from './buffers.js'
import type { KernelSource } from './device.js'
import type { DeviceArray } from './device-arrays.js'
import { kernelSource } from './kernel-source.js'
import { coordinates, dot, sizeNames } from './layout.js'
import { outputOf, translate } from './translate.js'

/** The ways to read an input: at the result's index, its only element, at an index of its own, or as a scalar. */
type Access = 'flat' | 'one' | 'strided' | 'scalar'

/** A kernel, and how its scalars follow from those of a call. */
interface Compiled {
  readonly source: KernelSource
  readonly uniforms: readonly ((scalars: readonly number[]) => number)[]
}

/** The ways to store a result: as it is, as 0 or 1, cut off, or rounded to a whole number. */
type Storage = 'float' | 'bool' | 'cut' | 'whole'

const compiledFor = new WeakMap<Program, Map<string, Compiled>>()

/** See `Backend.map`. */
export function map(
  buffers: Buffers,
  formula: Program,
  inputs: readonly (Operand | number)[],
  shape: Shape,
  dtypes: readonly DType[],
): DataBuffer[] {
  const size = sizeOf(shape)
  const operands = inputs.filter((input) => typeof input !== 'number')
  const accesses = inputs.map((input) => (typeof input === 'number' ? 'scalar' : accessOf(input, shape, size)))
  const strided = operands.filter((x) => accessOf(x, shape, size) === 'strided')
  const walk = mergeAxes(
    shape,
    strided.map((x) => broadcastStrides(x.shape, shape)),
  )
  const rank = strided.length > 0 ? walk.sizes.length : 0
  const layout = strided.length > 0 ? [...walk.sizes.slice(1), ...walk.strides.flat()] : []
  const numbers = inputs.filter((input) => typeof input === 'number')
  const arrays = operands.map((x) => x.buffer)
  const areWhole = operands.every(({ buffer }) => buffer.dtype === 'int32' || buffer.dtype === 'bool')
  return formula.outputs.map((output, i) => {
    const { source, uniforms } = compile(formula, output, accesses, rank, storageOf(dtypes[i], areWhole))
    const scalars = [...layout, ...uniforms.map((compute) => compute(numbers))]
    return buffers.compute(source, size, arrays, scalars, dtypes[i])
  })
}

function accessOf({ buffer, shape: from }: Operand, to: Shape, size: number): Access {
  if (buffer.size === 1) return 'one'
  return buffer.size === size && from.length <= to.length ? 'flat' : 'strided'
}

function storageOf(dtype: DType, areWhole: boolean): Storage {
  if (dtype === 'bool') return 'bool'
  return dtype === 'int32' ? (areWhole ? 'whole' : 'cut') : 'float'
}

const stored: Record<Storage, (x: string) => string> = {
  float: (x) => x,
  bool: (x) => `!(${x} === 0) ? 1 : 0`,
  cut: (x) => `(${x} < 0) ? Math.ceil(${x}) : Math.floor(${x})`,
  // From 2²³ on all numbers are whole, and adding ½ would round them
  whole: (x) => `(Math.abs(${x}) < 8388608) ? Math.floor(${x} + 0.5) : ${x}`,
}

function compile(
  formula: Program,
  output: string,
  accesses: readonly Access[],
  rank: number,
  storage: Storage,
): Compiled {
  const known = compiledFor.get(formula) ?? new Map<string, Compiled>()
  compiledFor.set(formula, known)
  const key = `${output} ${accesses} ${rank} ${storage}`
  let compiled = known.get(key)
  if (!compiled) {
    compiled = compileAfresh(formula, output, accesses, rank, storage)
    known.set(key, compiled)
  }
  return compiled
}

function compileAfresh(
  formula: Program,
  output: string,
  accesses: readonly Access[],
  rank: number,
  storage: Storage,
): Compiled {
  const names = new Map<string, number | string>()
  const layout = sizeNames(rank)
  let arrays = 0
  let scalars = 0
  for (const [i, access] of accesses.entries()) {
    if (access === 'scalar') names.set(formula.inputs[i], scalars++)
    else names.set(formula.inputs[i], `a${arrays++}[${indexText(access, rank, arrays, layout)}]`)
  }
  const body = translate(outputOf(formula, output), names)
  const result = stored[storage](body.result)
  const uniforms = body.uniforms.map((_, i) => `u${i}`)
  const text = `${coordinates(rank)}${body.statements.join(' ')} return ${result};`
  return { source: kernelSource(arrays, [...layout, ...uniforms], text), uniforms: body.uniforms }
}

function indexText(access: Access, rank: number, array: number, layout: string[]): string {
  if (access !== 'strided') return access === 'one' ? '0' : 'i'
  const { text, names } = dot(rank, `p${array}_`)
  layout.push(...names)
  return text
}

/**
 * See `Backend.compileUpdate`. DeviceArrays never change, so each array that the program assigns gets a new one, computed from all the old
 * ones. Kernels are made at their first call, which shows which scalars are buffers.
 */
export function compileUpdate(
  buffers: Buffers,
  rule: Program,
  arrays: readonly string[],
  scalars: readonly string[],
): UpdateKernel {
  const assigned = arrays.map((name, i) => ({ name, i })).filter(({ name }) => rule.outputs.includes(name))
  const compiled = new Map<string, UpdateSource[]>()
  const kernelsFor = (unread: readonly string[]) => {
    const key = String(unread)
    const kernels = compiled.get(key) ?? assigned.map(({ name }) => updateKernel(rule, name, arrays, scalars, unread))
    compiled.set(key, kernels)
    return kernels
  }
  return (targets, values) => {
    const { size } = targets[0]
    if (size === 0) return
    const unread = values.filter((x) => typeof x !== 'number')
    const inputs = [...targets, ...unread]
    const numbers = values.filter((x) => typeof x === 'number')
    const kernels = kernelsFor(scalars.filter((_, i) => typeof values[i] !== 'number'))
    const results: DeviceArray[] = kernels.map(({ source, uniforms, read }) => {
      return buffers.onDevice.launch(
        source,
        size,
        read.map((i) => buffers.toDevice(inputs[i])),
        uniforms.map((compute) => compute(numbers)),
      )
    })
    for (const [k, { i }] of assigned.entries()) buffers.replace(targets[i], results[k])
  }
}

/** The kernel of one array, and which arrays and unread scalars it reads. */
type UpdateSource = Compiled & { read: readonly number[] }

/** @param unread the scalars that are buffers of one element */
function updateKernel(
  rule: Program,
  output: string,
  arrays: readonly string[],
  scalars: readonly string[],
  unread: readonly string[],
): UpdateSource {
  const value = outputOf(rule, output)
  const needed = symbolsOf(value)
  const inputs = [...arrays, ...unread]
  const read = inputs.map((_, i) => i).filter((i) => needed.has(inputs[i]))
  const known = scalars.filter((name) => !unread.includes(name))
  const names = new Map<string, number | string>(known.map((name, i) => [name, i]))
  for (const [k, i] of read.entries()) names.set(inputs[i], i < arrays.length ? `a${k}[i]` : `a${k}[0]`)
  const body = translate(value, names)
  const uniforms = body.uniforms.map((_, i) => `u${i}`)
  const source = kernelSource(read.length, uniforms, `${body.statements.join(' ')} return ${body.result};`)
  return { source, uniforms: body.uniforms, read }
}
