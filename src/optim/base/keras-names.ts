/**
 * Keras's spelling of options.
 */
import { toCamelCase } from '../../options.js'

/**
 * `beta1` → `beta_1`, `globalClipnorm` → `global_clipnorm`, `l1RegularizationStrength` → `l1_regularization_strength`.
 */
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
