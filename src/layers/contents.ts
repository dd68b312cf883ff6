/**
 * What a layer consists of: the layers and variables in its properties, directly or in arrays, maps, sets and plain objects, at
 * any depth. Names of variables are their places: `net/encoder/kernel`. What is called without being found is an error, see `calls.ts`.
 */
import { OptionError } from '../errors.js'
import { classNameOf } from '../options.js'
import { Printed } from '../printed.js'
import { Variable } from '../tensor/variable.js'

/** What is looked into. `Layer` is the only one, but stands above this file. */
export abstract class Holder extends Printed {
  abstract readonly name: string
  abstract trainable: boolean
}

/** Something in a property of a layer. */
export interface Find {
  readonly item: Holder | Variable
  readonly holder: Holder
  /** The way from the holder's properties: `blocks/0`. */
  readonly way: string
}

/** Everything in a layer, each thing once, in the order of the properties; the layer itself is not part of it. */
export interface Contents<L extends Holder = Holder> {
  readonly finds: readonly Find[]
  readonly layers: ReadonlySet<L>
  readonly variables: readonly Variable[]
  /** What was looked into, and the objects in all that, in order. */
  readonly containers: readonly object[]
  readonly objects: readonly object[]
}

/** Lists whose entries go by their own names, not by their positions. */
const namedLists = ['layers/', 'addedWeights/']

const contentsOf = new WeakMap<Holder, Contents>()

/** Looks into the layer; names and freezes what was not there the last time. */
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

/** The contents when the layer was last looked into. */
export function lastContents<L extends Holder>(layer: L): Contents<L> {
  return (contentsOf.get(layer) as Contents<L> | undefined) ?? contents(layer)
}

/** Whether a search would find the same; much faster than one. */
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
  /** What is still to be visited, the next one last. */
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

/** Properties that every layer or model has itself. */
const ownFields = ['name', 'inputShape', 'built', 'isTrainable', 'stopTraining']

/** @throws OptionError for a property that hides one that every layer has */
function checkProperty(holder: Holder, key: string, value: unknown): void {
  if (key === 'trainable')
    throw new OptionError(
      `${classNameOf(holder)}: the field trainable hides the property of that name. Set the option instead: super({ trainable: false }).`,
    )
  if (typeof value !== 'object' || value === null) return
  const isTaken = ownFields.includes(key) ? isItem(value) : key in Object.getPrototypeOf(holder)
  if (!isTaken) return
  throw new OptionError(
    `${classNameOf(holder)}: ${value instanceof Holder ? value : 'an object'} is assigned to ${key}, which every layer needs itself. Choose another name, such as this.my${key[0].toUpperCase()}${key.slice(1)}.`,
  )
}

/** Longer ways are cut, so that those into deeply nested objects stay short. */
const longestWay = 1000

function join(way: string, key: unknown): string {
  const whole = `${way}${key}`
  return whole.length > longestWay ? `${whole.slice(0, longestWay / 2)}/…/${key}` : whole
}

/** What is in a layer, array, set, map (values, then keys) or plain object. */
function valuesOf(container: object): readonly unknown[] {
  if (Array.isArray(container)) return container
  if (container instanceof Set) return [...container]
  return container instanceof Map ? [...container.values(), ...container.keys()] : Object.values(container)
}

/** How the values are called there. */
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

/** Whether it is an array, set, map or plain object (of any realm). */
function isContainer(x: object): boolean {
  if (Array.isArray(x) || x instanceof Set || x instanceof Map) return true
  const above = Object.getPrototypeOf(x)
  return above === null || Object.getPrototypeOf(above) === null
}

/** What each layer has held so far. */
const settled = new WeakMap<Holder, WeakSet<object>>()
/** Whether a variable is trained when its layer is: whether it was trainable when it came there. */
const trains = new WeakMap<Variable, boolean>()

/** What comes into a frozen layer is frozen, once: it can be set free again. */
function settle({ item, holder }: Find): void {
  if (item instanceof Variable) enrol(item, item.trainable)
  const before = settled.get(holder) ?? new WeakSet()
  settled.set(holder, before)
  if (before.has(item)) return
  before.add(item)
  if (!holder.trainable && item.trainable) item.trainable = false
}

/** Remembers whether a variable is trained when its layer is, the first time. */
export function enrol(variable: Variable, isTrained: boolean): void {
  if (!trains.has(variable)) trains.set(variable, isTrained)
}

/** Freezes a layer's variables or sets them free, except those that are never trained. */
export function setTrainable(variables: readonly Variable[], value: boolean): void {
  for (const v of variables) if (trains.get(v) !== false) v.trainable = value
}

/** Where something is: the first layer that held it (not by a WeakRef, which would keep it until the end of a loop), and its path there. */
interface Place {
  readonly holder: Holder
  readonly path: string
}

const places = new WeakMap<Holder | Variable, Place>()

/** The layer's name, after those of the layers around it. */
export function pathOf(layer: Holder): string {
  return places.get(layer)?.path ?? layer.name
}

function nameAll(root: Holder, finds: readonly Find[]): void {
  const taken = new Map([[pathOf(root), 0]])
  for (const { item, holder, way } of finds) {
    const place = places.get(item)
    const isHere = !place || place.holder === holder
    if (isHere && isInside(holder, item)) continue
    const path = unused(isHere ? `${pathOf(holder)}/${way}` : place.path, taken)
    places.set(item, { holder: place?.holder ?? holder, path })
    if (item instanceof Variable) rename(item, path, way)
  }
}

/** Whether a layer is in something that it holds itself. */
function isInside(layer: Holder, item: Holder | Variable): boolean {
  for (let at: Holder | undefined = layer; at; at = places.get(at)?.holder) if (at === item) return true
  return false
}

/** The path, numbered where it is taken. `taken` holds the last number that each path was given. */
function unused(path: string, taken: Map<string, number>): string {
  let name = path
  let n = taken.get(path) ?? 0
  while (taken.has(name)) name = `${path}_${++n}`
  taken.set(path, n)
  if (name !== path) taken.set(name, 0)
  return name
}

/** A variable that nobody named is called what its layer calls it. */
function rename(variable: Variable, path: string, way: string): void {
  variable.path = path
  if (/^variable(_\d+)?$/.test(variable.name)) variable.name = way.replaceAll('/', '_')
}
