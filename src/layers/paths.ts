/**
 * Names of layers and weights by their places: `net/encoder/kernel`.
 */
import { Variable } from '../tensor/variable.js'
import type { Find, Holder } from './contents.js'

/** Longer ways are shortened, as those into deeply nested objects are. */
const longestWay = 300

/** The way into an object, and a key of it. */
export function join(way: string, key: unknown): string {
  const whole = `${way}${key}`
  return whole.length > longestWay ? `${whole.slice(0, longestWay / 2)}/…/${key}` : whole
}

/** The place of an item: the first layer that held it (no WeakRef, which would keep that layer until a loop ends), and its path there. */
interface Place {
  readonly holder: Holder
  readonly path: string
}

const places = new WeakMap<Holder | Variable, Place>()

/** The names of the layers around it and its own. */
export function pathOf(layer: Holder): string {
  return places.get(layer)?.path ?? layer.name
}

/** Gives each item the path of its first place, and each variable without a name one. */
export function nameAll(root: Holder, finds: readonly Find[]): void {
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

/** True if the layer is in something that it holds. */
function isInside(layer: Holder, item: Holder | Variable): boolean {
  for (let at: Holder | undefined = layer; at; at = places.get(at)?.holder) if (at === item) return true
  return false
}

/** The path, with a number if it is taken. `taken` holds the last number of each path. */
function unused(path: string, taken: Map<string, number>): string {
  let name = path
  let n = taken.get(path) ?? 0
  while (taken.has(name)) name = `${path}_${++n}`
  taken.set(path, n)
  if (name !== path) taken.set(name, 0)
  return name
}

/** Sets the path of a variable, and its name if it has none but the default. */
function rename(variable: Variable, path: string, way: string): void {
  variable.path = path
  if (/^variable(_\d+)?$/.test(variable.name)) variable.name = way.replaceAll('/', '_')
}
