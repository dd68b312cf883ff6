/**
 * Vector functions as fields of a module.
 */
import type { VectorFunction } from './text.js'

/** A table of vector functions: `f32Functions` or `f64Functions`. */
export type VectorFunctions = Readonly<Record<string, VectorFunction>>

/** What a vector function may import: one number in, or two. */
const isImport = (name: string) => /^(Math|nabla)_/.test(name)

/**
 * The fields that define the functions of these names as `$name`, everything they use included: imports first, which have to
 * stand before all other fields of a module. `prefix` is put before every function's name (not before imports'), to keep two
 * tables apart in one module; `inPlace` does the same to a body that is written in place.
 */
export function declare(table: VectorFunctions, names: Iterable<string>, prefix = ''): string {
  const all = closure(table, names)
  return [
    ...all.filter(isImport).map(importField),
    ...all.filter((name) => !isImport(name)).map((name) => functionField(prefix + name, table[name], prefix)),
  ].join('\n')
}

/** The text with its calls of other functions of the table renamed as `declare` names them. */
export function prefixCalls(text: string, prefix: string): string {
  return text.replace(/\(call \$(?!Math_|nabla_)/g, `(call $${prefix}`)
}

/** The names and all that they use, directly or not. */
function closure(table: VectorFunctions, names: Iterable<string>): string[] {
  const all = new Set(names)
  for (const name of all) for (const used of table[name]?.uses ?? []) all.add(used)
  return [...all]
}

function importField(name: string): string {
  const [module, field] = name.split('_')
  const parameters = field === 'pow' || field === 'fmod' ? 'f64 f64' : 'f64'
  return `(import "${module}" "${field}" (func $${name} (param ${parameters}) (result f64)))`
}

function functionField(name: string, { params, locals, body }: VectorFunction, prefix: string): string {
  const declaration = (kind: string) => (local: string) => `(${kind} ${local} v128)`
  return `(func $${name} ${params.map(declaration('param')).join(' ')} (result v128)
    ${locals.map(declaration('local')).join(' ')}
    ${prefixCalls(body, prefix)})`
}
