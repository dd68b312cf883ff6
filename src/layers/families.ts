/**
 * Initializers, regularizers and constraints as options of layers: by name, as a configuration of Keras, or as functions.
 */
import type { KerasObject } from '../keras-names.js'
import { resolve } from '../options.js'
import type { Constraint } from '../tensor/variable.js'
import { type Family, find } from './configurable.js'
import { maxNorm, minMaxNorm, nonNeg, unitNorm } from './constraints.js'
import {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  identity,
  lecunNormal,
  lecunUniform,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  zeros,
} from './initializers.js'
import { l1, l1l2, l2, orthogonal as orthogonalPenalty, type Regularizer } from './regularizers.js'

const initializers = {
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  zeros,
  ones,
  constant,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  orthogonal,
  identity,
}

const regularizers = {
  l1: (options: { l1?: number }) => l1(resolve('l1', options, { defaults: { l1: 0.01 } }).l1),
  l2: (options: { l2?: number }) => l2(resolve('l2', options, { defaults: { l2: 0.01 } }).l2),
  l1l2,
  orthogonal: orthogonalPenalty,
  orthogonalRegularizer: orthogonalPenalty,
}

const axis = { defaults: { axis: 0 } } as const
const maxNormRules = { defaults: { maxValue: 2, axis: 0 } } as const
const minMaxNormRules = { defaults: { minValue: 0, maxValue: 1, rate: 1, axis: 0 } } as const

const constraints = {
  nonNeg: () => nonNeg(),
  unitNorm: (options: { axis?: number }) => unitNorm(resolve('unitNorm', options, axis).axis),
  maxNorm(options: { maxValue?: number; axis?: number }) {
    const { maxValue, axis } = resolve('maxNorm', options, maxNormRules)
    return maxNorm(maxValue, axis)
  },
  minMaxNorm(options: { minValue?: number; maxValue?: number; rate?: number; axis?: number }) {
    const { minValue, maxValue, rate, axis } = resolve('minMaxNorm', options, minMaxNormRules)
    return minMaxNorm(minValue, maxValue, rate, axis)
  },
}

/** The families by the word that the names of their options end with: `kernelInitializer`. */
export const families = {
  initializer: { kind: 'initializer', makers: initializers } as Family<Initializer>,
  regularizer: { kind: 'regularizer', makers: regularizers } as Family<Regularizer>,
  constraint: { kind: 'constraint', makers: constraints } as Family<Constraint>,
}

/**
 * The name of an initializer.
 * @useDeclaredType
 */
export type InitializerName = keyof typeof initializers

/** An initializer of a layer: a name, Keras's configuration, or a function of a shape, such as those of `initializers`. */
export type InitializerLike = InitializerName | KerasObject | Initializer

/** A regularizer of a layer: a name, Keras's configuration, or a function of a tensor, such as those of `regularizers`. */
export type RegularizerLike = 'l1' | 'l2' | 'l1l2' | 'orthogonal' | KerasObject | Regularizer

/** A constraint of a weight: a name, Keras's configuration, or a function of a tensor, such as `nonNeg()`. */
export type ConstraintLike = keyof typeof constraints | KerasObject | Constraint

/**
 * The initializer of that name (Keras's snake_case is understood) or configuration.
 * @throws OptionError naming the nearest one when there is none
 */
export function getInitializer(op: string, initializer: InitializerLike): Initializer {
  return find(op, families.initializer, initializer)
}

/** The regularizer, see `getInitializer`; null for null. */
export function getRegularizer(op: string, regularizer: RegularizerLike | null): Regularizer | null {
  return regularizer === null ? null : find(op, families.regularizer, regularizer)
}

/** The constraint, see `getInitializer`; null for null. */
export function getConstraint(op: string, constraint: ConstraintLike | null): Constraint | null {
  return constraint === null ? null : find(op, families.constraint, constraint)
}
