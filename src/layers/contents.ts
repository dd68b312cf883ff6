/**
 * What a layer consists of: the layers and variables in its properties, directly or in arrays, maps, sets and plain objects, at any
 * depth. Each gets a name from its place (`paths.ts`) and is frozen where its layer is (`freezing.ts`). Calling a layer that is not found
 * here is an error, see `calls.ts`.
 */
import { OptionError } from '../errors.js'
import { classNameOf } from '../options.js'
import { Printed } from '../printed.js'
import { Variable } from '../tensor/variable.js'
import { settle } from './freezing.js'
import { join, nameAll } from './paths.js'

/** The base of `Layer`, which imports this file. */
export abstract class Holder extends Printed {
  abstract readonly name: string
  abstract trainable: boolean
}

/** Something in a property of a layer. */
export interface Find {
  readonly item: Holder | Variable
  readonly holder: Holder
  /** Its path in the holder: `blocks/0`. */
  readonly way: string
}

/** Everything in a layer, each item once, in the order of the properties, without the layer itself. */
export interface Contents<L extends Holder = Holder> {
  readonly finds: readonly Find[]
  readonly layers: ReadonlySet<L>
  readonly variables: readonly Variable[]
  /** The objects that were searched, and those found in them, in order. */
  readonly containers: readonly object[]
  readonly objects: readonly object[]
}

/** Lists whose entries have their own names in paths, not their positions. */
const namedLists = ['layers/', 'addedWeights/']

const contentsOf = new WeakMap<Holder, Contents>()

/** Searches the layer; names and freezes what is new. */
export function contents<L extends Holder>(layer: L): Contents<L> {
  const before = contentsOf.get(layer)
  if (before && isUnchanged(before)) return before as Contents<L>
  const { finds, containers, objects } = new Search(layer)
  for (const find of finds) settle(find)
  nameAll(layer, finds)
  const items = finds.map(({ item }) => item)
  const layers = new Set(items.filter((item) => item instanceof Holder))
  const variables = items.filter((item) => item instanceof Variable)
  const found = { finds, layers, variables, containers, objects }
  contentsOf.set(layer, found)
  return found as unknown as Contents<L>
}

/** The contents at the last search. */
export function lastContents<L extends Holder>(layer: L): Contents<L> {
  return (contentsOf.get(layer) as Contents<L> | undefined) ?? contents(layer)
}

/** True if a search would find the same; much faster than one. */
function isUnchanged({ containers, objects }: Contents): boolean {
  let next = 0
  for (let c = 0; c < containers.length; c++) {
    const values = valuesOf(containers[c])
    for (let i = 0; i < values.length; i++) {
      const x = values[i]
      if (typeof x === 'object' && x !== null && x !== objects[next++]) return false
    }
  }
  return next === objects.length
}

/** A walk through the properties of a layer, without recursion: objects may be deep. */
class Search {
  readonly finds: Find[] = []
  readonly containers: object[] = []
  readonly objects: object[] = []
  private readonly seen = new Set<object>()
  /** The objects still to visit, the next one last. */
  private readonly waiting: { x: object; holder: Holder; way: string }[] = []

  constructor(layer: Holder) {
    this.seen.add(layer)
    this.lookIntoHolder(layer)
    for (let next = this.waiting.pop(); next; next = this.waiting.pop()) this.visit(next.x, next.holder, next.way)
  }

  private visit(x: object, holder: Holder, way: string): void {
    if (this.seen.has(x)) return
    this.seen.add(x)
    if (isItem(x)) this.finds.push({ item: x, holder, way })
    if (x instanceof Holder) this.lookIntoHolder(x)
    else if (isContainer(x)) this.lookInto(x, holder, `${way}/`)
  }

  private lookIntoHolder(holder: Holder): void {
    for (const [key, value] of Object.entries(holder)) checkProperty(holder, key, value)
    this.lookInto(holder, holder, '')
  }

  private lookInto(container: object, holder: Holder, way: string): void {
    const values = valuesOf(container)
    const inside = values.map((_, i) => i).filter((i) => typeof values[i] === 'object' && values[i] !== null)
    const keys = inside.length > 0 ? keysOf(container) : []
    const isNamed = namedLists.includes(way)
    this.containers.push(container)
    for (const i of inside) this.objects.push(values[i] as object)
    for (const i of inside.reverse()) {
      const x = values[i] as object
      this.waiting.push({ x, holder, way: isNamed && isItem(x) ? x.name : join(way, keys[i]) })
    }
  }
}

/** Fields that every layer or model has. */
const ownFields = ['name', 'inputShape', 'built', 'isTrainable', 'stopTraining']

/** @throws OptionError for a property that hides one of `Layer` or `Model` */
function checkProperty(holder: Holder, key: string, value: unknown): void {
  if (key === 'trainable')
    throw new OptionError(
      `${classNameOf(holder)}: the field trainable hides the property of that name. Set the option instead: super({ trainable: false }).`,
    )
  if (typeof value !== 'object' || value === null) return
  const isTaken = ownFields.includes(key) ? isItem(value) : key in Object.getPrototypeOf(holder)
  if (!isTaken) return
  throw new OptionError(
    `${classNameOf(holder)}: ${value instanceof Holder ? value : 'an object'} is assigned to ${key}, a property that every layer has. Choose another name, such as this.my${key[0].toUpperCase()}${key.slice(1)}.`,
  )
}

/** The values of a layer, array, set, map (values, then keys) or plain object. */
function valuesOf(container: object): readonly unknown[] {
  if (Array.isArray(container)) return container
  if (container instanceof Set) return [...container]
  return container instanceof Map ? [...container.values(), ...container.keys()] : Object.values(container)
}

/** The keys of these values. */
function keysOf(container: object): readonly unknown[] {
  if (Array.isArray(container)) return [...container.keys()]
  if (container instanceof Set) return [...container].map((_, i) => i)
  if (!(container instanceof Map)) return Object.keys(container)
  const keys = [...container.keys()]
  return [...keys.map((key, i) => (typeof key === 'object' ? i : String(key))), ...keys.map((_, i) => `key_${i}`)]
}

function isItem(x: unknown): x is Holder | Variable {
  return x instanceof Holder || x instanceof Variable
}

/** True for an array, set, map or plain object, of any realm. */
function isContainer(x: object): boolean {
  if (Array.isArray(x) || x instanceof Set || x instanceof Map) return true
  const above = Object.getPrototypeOf(x)
  return above === null || Object.getPrototypeOf(above) === null
}
