/**
 * Names: Keras's spelling of options, and the numbered names of optimizers.
 */
import { toCamelCase } from '../options.js'

/** `beta1` → `beta_1`, `globalClipnorm` → `global_clipnorm`, `l1RegularizationStrength` → `l1_regularization_strength`. */
export function toKeras(name: string): string {
  return name
    .replace(/([a-z]{2,})(\d)/g, '$1_$2')
    .replace(/([A-Z])/g, '_$1')
    .toLowerCase()
}

/** The keys of a Keras configuration in nabla's spelling. */
export function fromKeras(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [toCamelCase(name), value]))
}

const counts = new Map<string, number>()

/** The class in snake case, numbered from the second on, as Keras names: `adam_w`, `adam_w_1`. */
export function autoName(className: string): string {
  const base = toSnakeCase(className)
  const count = counts.get(base) ?? 0
  counts.set(base, count + 1)
  return count === 0 ? base : `${base}_${count}`
}

function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
