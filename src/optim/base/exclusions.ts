/**
 * The variables excluded from weight decay.
 */
import { OptionError } from '../../errors.js'
import type { Variable } from '../../tensor/variable.js'

/** The variables to exclude from weight decay. */
export interface WeightDecayExclusions {
  /** These variables. */
  variables?: readonly Variable[]
  /** Variables whose name (the last part of the path) matches one of these regular expressions anywhere. */
  names?: readonly (string | RegExp)[]
}

/** The exclusions of an optimizer. */
export class Exclusions {
  private readonly variables: ReadonlySet<Variable>
  private readonly patterns: readonly RegExp[]

  /** @throws OptionError when a name is not a regular expression */
  constructor({ variables = [], names = [] }: WeightDecayExclusions = {}) {
    checkList('variables', variables)
    checkList('names', names)
    this.variables = new Set(variables)
    this.patterns = names.map(toPattern)
  }

  /** Returns whether this variable is excluded from weight decay. */
  includes(variable: Variable): boolean {
    return this.variables.has(variable) || this.patterns.some((pattern) => pattern.test(variable.name))
  }
}

function checkList(name: string, list: unknown): void {
  if (Array.isArray(list)) return
  throw new OptionError(
    `excludeFromWeightDecay: ${name} must be a list, received ${String(list)}. Write { ${name}: [${typeof list === 'string' ? JSON.stringify(list) : '…'}] }.`,
  )
}

function toPattern(name: string | RegExp): RegExp {
  try {
    return new RegExp(name, '')
  } catch {
    throw new OptionError(
      `excludeFromWeightDecay: ${String(name)} is not a regular expression. Escape special characters with a backslash.`,
    )
  }
}
