/**
 * Which optimizer updates which variable: the groups of a `MultiOptimizer`.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig } from '../../keras-names.js'
import { resolve } from '../../options.js'
import { foreign } from '../../tensor/foreign.js'
import { Variable } from '../../tensor/variable.js'
import { AnyOptimizer } from '../base/any-optimizer.js'
import { describe } from '../base/arguments.js'
import { deserialize, type SerializedOptimizer, serialize } from './registry.js'

/** Chooses variables: a path or a regular expression for the whole path, a variable, or a function that returns true. */
export type GroupKey = string | RegExp | Variable | ((variable: Variable) => boolean)

/** Groups, as pairs or by path. */
export type Groups = readonly (readonly [GroupKey, AnyOptimizer])[] | Readonly<Record<string, AnyOptimizer>>

/**
 * A default optimizer, and others for some variables.
 * @example
 * const map = new OptimizerMap(new AdamW(), { '.*embedding.*': new SGD(), '.*bias': new Adam() })
 * String(map.get('dense/bias')) // => 'Adam(learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false)'
 */
export class OptimizerMap {
  private readonly groups = new Map<GroupKey, AnyOptimizer>()
  /** The keys that are not paths or variables themselves, ready to be asked. */
  private readonly tests = new Map<GroupKey, (variable: Variable | string, path: string) => boolean>()

  /**
   * Makes a list of groups of variables, with an optimizer each.
   * @param defaultOptimizer for the variables that no group matches
   * @param groups pairs of a key (see `GroupKey`) and an optimizer
   */
  constructor(
    readonly defaultOptimizer: AnyOptimizer,
    groups: Groups = {},
  ) {
    checkOptimizer('OptimizerMap', 'the default optimizer', defaultOptimizer)
    for (const [key, optimizer] of pairsOf(groups)) this.set(key, optimizer)
  }

  /**
   * Adds a group.
   * @param key a path, a regular expression for paths, a variable, or a function that returns true
   * @param optimizer who updates them
   * @throws OptionError for any other key, or one that is there already
   */
  set(key: GroupKey, optimizer: AnyOptimizer): this {
    checkKey(key)
    if (this.groups.has(key)) {
      throw new OptionError(`OptimizerMap: ${String(key)} is there already. Use each key once.`)
    }
    checkOptimizer('OptimizerMap', `the optimizer for ${String(key)}`, optimizer)
    this.tests.set(key, testOf(key))
    this.groups.set(key, optimizer)
    return this
  }

  /** The optimizers, in order of their groups, the default one last; each once. */
  get optimizers(): AnyOptimizer[] {
    return [...new Set([...this.groups.values(), this.defaultOptimizer])]
  }

  /**
   * The optimizer of a variable, or of a path.
   * @throws OptionError when more than one group matches
   */
  get(variable: Variable | string): AnyOptimizer {
    const path = typeof variable === 'string' ? variable : variable.path
    const exact = this.groups.get(path) ?? (typeof variable === 'string' ? undefined : this.groups.get(variable))
    if (exact) return exact
    const keys = [...this.groups.keys()].filter((key) => this.tests.get(key)?.(variable, path))
    if (keys.length > 1) {
      throw new OptionError(
        `OptimizerMap: Multiple optimizers assigned to variable ${path}, by ${keys.map(String).join(' and ')}. Make the keys exclude each other.`,
      )
    }
    return keys.length === 1 ? (this.groups.get(keys[0]) as AnyOptimizer) : this.defaultOptimizer
  }

  /** Warns of paths, regular expressions and variables among the keys that choose none of these variables. */
  warnUnmatched(variables: readonly Variable[]): void {
    const paths = variables.map(({ path }) => path)
    const known = new Set<GroupKey>([...variables, ...paths])
    for (const [key, isMatch] of this.tests) {
      if (typeof key === 'function' || known.has(key) || variables.some((v) => isMatch(v, v.path))) continue
      console.warn(
        `OptimizerMap: ${key instanceof Variable ? key.path : String(key)} matches none of the variables ${paths.join(', ')}. A string must match the whole path, as '.*bias' does.`,
      )
    }
  }

  /** The configuration in Keras's spelling. Only keys that are strings can be written. */
  getConfig(): Config {
    const entries = [...this.groups].map(([key, optimizer]) => {
      if (typeof key !== 'string') {
        throw new OptionError(
          `getConfig: the key ${String(key)} is not a string, which a configuration needs. Use paths or patterns.`,
        )
      }
      return [key, serialize(optimizer)]
    })
    return { default_optimizer: serialize(this.defaultOptimizer), optimizer_map: Object.fromEntries(entries) }
  }

  /** Makes a map of a configuration. */
  static fromConfig(config: Config): OptimizerMap {
    checkConfig('OptimizerMap', config)
    const { default_optimizer, optimizer_map } = resolve('OptimizerMap', config, {
      defaults: { default_optimizer: undefined, optimizer_map: undefined },
    })
    if (!default_optimizer) {
      throw new OptionError(
        `OptimizerMap: the configuration has no default_optimizer, got ${describe(default_optimizer)}. Give what getConfig() returned.`,
      )
    }
    const groups = Object.entries((optimizer_map ?? {}) as Record<string, SerializedOptimizer>)
    return new OptimizerMap(
      deserialize(default_optimizer as SerializedOptimizer),
      groups.map(([key, optimizer]) => [key, deserialize(optimizer)] as const),
    )
  }
}

/** @throws OptionError unless it is an optimizer that can be in a `MultiOptimizer` */
export function checkOptimizer(op: string, what: string, optimizer: unknown): asserts optimizer is AnyOptimizer {
  const name = (optimizer as object | null)?.constructor?.name
  if (name === 'LossScaleOptimizer' || name === 'MultiOptimizer') {
    throw new OptionError(`${op}: optimizer cannot be ${name}. Put ${name} around the MultiOptimizer, or leave it out.`)
  }
  if (!(optimizer instanceof AnyOptimizer)) {
    throw new OptionError(`${op}: ${what} is ${foreign(optimizer) ?? String(optimizer)}. Pass an optimizer.`)
  }
}

function checkKey(key: unknown): void {
  if (typeof key === 'string' || typeof key === 'function' || key instanceof RegExp || key instanceof Variable) return
  throw new OptionError(
    `OptimizerMap: the key ${String(key)} is not a path, regular expression, variable or function. For a layer, pass a function: (v) => layer.variables.includes(v).`,
  )
}

/** @throws OptionError for what is neither pairs nor an object */
function pairsOf(groups: unknown): readonly (readonly [GroupKey, AnyOptimizer])[] {
  if (typeof groups === 'object' && groups !== null) {
    const pairs = Array.isArray(groups) || groups instanceof Map ? [...groups] : Object.entries(groups)
    if (pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) return pairs
  }
  throw new OptionError(
    `OptimizerMap: the groups are ${describe(groups)}. Write { '.*bias': optimizer }, or [[key, optimizer], …].`,
  )
}

/** `re.fullmatch` for strings; other keys decide for themselves. */
function testOf(key: GroupKey): (variable: Variable | string, path: string) => boolean {
  if (typeof key === 'function') return (variable) => typeof variable !== 'string' && key(variable)
  if (key instanceof Variable) return () => false
  const pattern =
    key instanceof RegExp ? new RegExp(key, key.flags.replace(/[gy]/g, '')) : toPattern(`^(?:${key})$`, key)
  return (_, path) => pattern.test(path)
}

function toPattern(text: string, key: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new OptionError(
      `OptimizerMap: the key ${key} is not a regular expression. Escape special characters with a backslash.`,
    )
  }
}
