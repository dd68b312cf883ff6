/**
 * The library functions that a module needs (exp, tanh, …), collected while its code is generated.
 */
import type { FunctionName } from '../../formula/ast.js'

type FloatType = 'f32x4' | 'f64x2'

const viaMath = new Set<string>(
  'exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh pow'.split(' '),
)

function lanewise(t: FloatType, fn: string, parameters: string[]): string {
  const count = t === 'f32x4' ? 4 : 2
  const lane = (x: string, i: number) => {
    const number = `(${t}.extract_lane ${i} (local.get $${x}))`
    return t === 'f32x4' ? `(f64.promote_f32 ${number})` : number
  }
  const result = (i: number) => {
    const call = `(call $Math.${fn} ${parameters.map((x) => lane(x, i)).join(' ')})`
    return t === 'f32x4' ? `(f32.demote_f64 ${call})` : call
  }
  let vector = `(${t}.splat ${result(0)})`
  for (let i = 1; i < count; i++) vector = `(${t}.replace_lane ${i} ${vector} ${result(i)})`
  return vector
}

const x = '(local.get $x)'
const y = '(local.get $y)'
const own: Record<string, (t: FloatType) => string> = {
  sign: (t) => `(v128.bitselect ${x}
    (v128.or (v128.and ${x} (${t}.splat (${t.slice(0, 3)}.const -0))) (${t}.splat (${t.slice(0, 3)}.const 1)))
    (v128.or (${t}.eq ${x} (${t}.splat (${t.slice(0, 3)}.const 0))) (${t}.ne ${x} ${x})))`,
  mod: (t) => `(${t}.sub ${x} (${t}.mul ${y} (${t}.floor (${t}.div ${x} ${y}))))`,
}

/** The functions of one module. */
export class Functions {
  private readonly texts = new Map<string, string>()
  private readonly imports = new Map<string, string>()

  /** The expression that calls a function, which is from now on part of the module. */
  call(type: FloatType, fn: FunctionName, args: readonly string[]): string {
    const name = `${type}.${fn}`
    const parameters = ['x', 'y'].slice(0, args.length)
    if (!this.texts.has(name)) this.texts.set(name, this.define(type, fn, name, parameters))
    return `(call $${name} ${args.join(' ')})`
  }

  private define(type: FloatType, fn: string, name: string, parameters: string[]): string {
    const head = `(func $${name} ${parameters.map((p) => `(param $${p} v128)`).join(' ')} (result v128)`
    if (own[fn]) return `${head} ${own[fn](type)})`
    if (!viaMath.has(fn)) throw new Error(`elementwise: no function ${fn}`)
    const types = parameters.map(() => '(param f64)').join(' ')
    this.imports.set(fn, `(import "Math" "${fn}" (func $Math.${fn} ${types} (result f64)))`)
    return `${head} ${lanewise(type, fn, parameters)})`
  }

  /** The definitions, imports first. */
  text(): string {
    return [...this.imports.values(), ...this.texts.values()].join('\n')
  }
}
