/**
 * What a kernel computes before its loop, at the start of each row, and for each vector.
 */
import type { DType } from '../../backend.js'
import type { CallExpr, Expr, SymbolExpr } from '../../formula/ast.js'
import { type Code, type Variable, variables } from '../wasm/code.js'
import { set } from '../wasm/control.js'
import { bytes } from '../wasm/dtypes.js'
import { f32, f32x4, f64x2, i32, i32x4, i64, i64x2 } from '../wasm/instructions.js'
import { lanes } from './compute.js'
import { type Functions, isLibraryFunction } from './library.js'
import { cursor, inputStart, type KernelSpec, outputStart, type Parameter } from './spec.js'
import { type Address, load, loadSplat, store, type Width } from './storage.js'
import { UniformCode } from './uniform.js'
import { type Level, level } from './values.js'
import { VectorCode } from './vector.js'

/** The deepest nesting of an expression. */
const deepest = 50

/** Writes the code of one kernel. Ask for the loops first and for `prologue` and `locals` last: these depend on those. */
export class Body {
  private readonly vectors: VectorCode
  private readonly uniforms: UniformCode
  private readonly scalarLocals = new Set<string>()
  private readonly parameters: ReadonlyMap<string, Parameter>
  /** Values that must be in a local because a loop further in reads them, or because they are stored when all is computed. */
  private readonly mustKeep = new Set<Expr>()
  private readonly deep: ReadonlySet<Expr>

  constructor(
    private readonly spec: KernelSpec,
    private readonly functions: Functions,
  ) {
    this.vectors = new VectorCode(spec.type, spec.values, functions)
    this.uniforms = new UniformCode(spec.values, functions)
    this.parameters = new Map(spec.parameters.map((parameter) => [parameter.name, parameter]))
    this.deep = this.findDeep()
    this.findKept()
  }

  /** Values that are the same along a row. */
  perRow(): Code {
    return this.values(level.row, 'vector', 0)
  }

  /** One vector (or one number), the `copy`-th one from where the arrays are: loads, values, stores. */
  perElement(width: Width, copy = 0): Code {
    return [this.values(level.element, width, copy), this.stores(width, copy)]
  }

  /** The number of vectors in a turn of a flat loop: two where counting costs about as much as computing. */
  get copies(): 1 | 2 {
    const calls = [...this.spec.values.uses.keys()].filter(
      (value) => value.kind === 'call' && this.spec.values.levelOf(value) === level.element,
    )
    return calls.length <= 6 && !calls.some((value) => isLibraryFunction((value as CallExpr).fn)) ? 2 : 1
  }

  /** The uniform values, as f64 and in all lanes. */
  prologue(): Code {
    const shared = [...this.spec.values.uses].filter(
      ([value, count]) => this.isUniformCall(value) && (count > 1 || this.deep.has(value)),
    )
    const lines = shared.map(([value]) => {
      const { name, code } = this.uniforms.keep(value)
      this.scalarLocals.add(name)
      return set(name, code)
    })
    for (const value of this.vectors.splats) lines.push(set(`${this.spec.values.nameOf(value)}.v`, this.splat(value)))
    for (const value of this.vectors.splatMasks)
      lines.push(set(`${this.spec.values.nameOf(value)}.m`, this.splatMask(value)))
    return lines
  }

  locals(): Variable[] {
    const vectors = [...this.vectors.locals, ...this.functions.locals]
    return [
      ...[...this.scalarLocals].flatMap((name) => variables(name, 'f64')),
      ...vectors.flatMap((name) => variables(name, 'v128')),
    ]
  }

  private isUniformCall(value: Expr): boolean {
    return value.kind === 'call' && this.spec.values.levelOf(value) === level.uniform
  }

  /** Expressions are not nested deeper than this: what is deeper gets a local on the way. */
  private findDeep(): Set<Expr> {
    const depths = new Map<Expr, number>()
    const found = new Set<Expr>()
    for (const value of this.spec.values.uses.keys()) {
      const depth = value.kind === 'call' ? 1 + Math.max(...value.args.map((arg) => depths.get(arg)!)) : 0
      depths.set(value, depth < deepest ? depth : 0)
      if (depth === deepest) found.add(value)
    }
    return found
  }

  private findKept(): void {
    const { outputs, results } = this.spec
    const stored = outputs.map(({ name }) => results.get(name)!)
    for (const [value, count] of this.spec.values.uses) {
      const depth = this.spec.values.levelOf(value)
      if (count > 1 || this.deep.has(value) || (stored.includes(value) && (stored.length > 1 || depth === level.row)))
        this.mustKeep.add(value)
      if (value.kind !== 'call') continue
      for (const arg of value.args) if (this.spec.values.levelOf(arg) < depth) this.mustKeep.add(arg)
    }
  }

  private values(depth: Level, width: Width, copy: number): Code {
    const lines: Code[] = []
    for (const value of this.spec.values.uses.keys()) {
      if (this.spec.values.levelOf(value) !== depth || value.kind === 'number') continue
      if (value.kind === 'call' && !this.mustKeep.has(value)) continue
      const code = value.kind === 'call' ? this.vectors.compute(value) : this.load(value, width, copy)
      lines.push(set(this.vectors.keep(value, this.spec.values.nameOf(value)), code))
    }
    return lines
  }

  private load({ name }: SymbolExpr, width: Width, copy: number): Code {
    const { dtype, stride } = this.parameters.get(name)!
    if (stride === 0) return loadSplat(this.spec.type, dtype as DType, { local: inputStart(name), offset: 0 })
    return load(this.spec.type, dtype as DType, width, this.address(inputStart(name), dtype as DType, copy))
  }

  private stores(width: Width, copy: number): Code {
    return this.spec.outputs.map((output) => {
      const value = this.spec.results.get(output.name)!
      const x = output.dtype === 'bool' ? this.vectors.mask(value) : this.vectors.number(value)
      return store(this.spec.type, output.dtype, width, this.address(outputStart(output), output.dtype, copy), x)
    })
  }

  private address(start: string, dtype: DType, copy: number): Address {
    return { local: cursor(this.spec, start), offset: copy * lanes[this.spec.type] * bytes[dtype] }
  }

  private splat(value: Expr): Code {
    const x = this.uniforms.number(value)
    if (this.spec.type === 'f32x4') return f32x4.splat(f32.demote_f64(x))
    return this.spec.type === 'f64x2' ? f64x2.splat(x) : i32x4.splat(i32.trunc_sat_f64_s(x))
  }

  private splatMask(value: Expr): Code {
    const bits = i32.sub(0, this.uniforms.condition(value))
    return this.spec.type === 'f64x2' ? i64x2.splat(i64.extend_i32_s(bits)) : i32x4.splat(bits)
  }
}
