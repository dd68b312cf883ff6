/**
 * The folders of `src/` as a house, drawn from the imports: a part stands on those that it imports, and each part names those that
 * it stands on directly.
 */
import { readdirSync } from 'node:fs'
import * as Plot from '@observablehq/plot'
import { filesBelow, importsOf, partOf, root } from '../../test/source.js'
import { colors, draw } from './draw.js'

/** The place of each part, and the question that it answers. */
const rooms: Readonly<Record<string, readonly [where: string, question: string]>> = {
  index: ['index.ts', 'the public API'],
  cli: ['cli/', 'npx nabla'],
  io: ['io/', 'saving and loading'],
  inspect: ['inspect/', 'seeing inside'],
  training: ['training/', 'how it learns'],
  layers: ['layers/', 'what a network is'],
  optim: ['optim/', 'how weights move'],
  data: ['data/', 'from arrays to batches'],
  transforms: ['autograd/transforms/', 'functions of gradients'],
  operations: ['tensor/operations/', 'what can be done with a tensor'],
  tensor: ['tensor/', 'what a tensor is'],
  engine: ['autograd/engine.ts', 'how gradients flow'],
  kernels: ['kernels/', 'how numbers are crunched'],
  base: ['errors.ts, options.ts, …', 'what every part uses'],
}

/** A part of the house, and where it is drawn: `floor` 0 is the lowest, and `left` and `right` are shares of the width. */
interface Room {
  readonly name: string
  readonly standsOn: readonly string[]
  readonly floor: number
  readonly left: number
  readonly right: number
}

/** The figure. */
export function house(): string {
  const all = furnished(importsBetweenParts())
  const floors = Math.max(...all.map(({ floor }) => floor)) + 1
  const label = (text: (room: Room) => string, dy: number, style: Plot.TextOptions) =>
    Plot.text(all, { x: middle, y: (room: Room) => room.floor + 0.5, text, dy, fill: 'currentColor', ...style })
  return draw('The folders of src: each stands on those that it imports', {
    width: 760,
    height: 68 * floors,
    margin: 2,
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [0, floors] },
    marks: [
      Plot.rect(all, {
        x1: 'left',
        x2: 'right',
        y1: 'floor',
        y2: (room: Room) => room.floor + 1,
        inset: 3,
        rx: 5,
        stroke: colors.blue,
        fill: colors.blue,
        fillOpacity: 0.08,
      }),
      label(({ name }) => rooms[name][0], -16, { fontWeight: 600, fontSize: 14 }),
      label(({ name }) => rooms[name][1], 1, {}),
      label(details, 17, { fontSize: 11, fillOpacity: 0.75 }),
    ],
  })
}

const middle = ({ left, right }: Room) => (left + right) / 2

/** The parts that a part stands on; of the lowest, its folders. */
function details({ name, standsOn }: Room): string {
  if (standsOn.length > 0) return `imports ${standsOn.join(', ')}`
  const folder = `${root}src/${rooms[name][0]}`
  if (!folder.endsWith('/')) return ''
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return inside
    .map((entry) => entry.name)
    .sort()
    .join(', ')
}

/** Each part, and the others that its files import. What every part uses is left out. */
function importsBetweenParts(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>()
  for (const file of filesBelow('src', '.ts')) {
    const part = partOf(file)
    if (!part || !rooms[part]) throw new Error(`house: ${file} belongs to no room. Describe its folder in house.ts.`)
    const targets = imports.get(part) ?? new Set()
    imports.set(part, targets)
    for (const { to } of importsOf(file)) {
      const target = partOf(to)
      if (target && target !== part && target !== 'base') targets.add(target)
    }
  }
  return imports
}

/** Puts the parts on floors: above all that they import. */
function furnished(imports: Map<string, Set<string>>): Room[] {
  const floors: string[][] = []
  const floorOf = (part: string): number => (part === 'base' ? 0 : 1 + Math.max(0, ...below(part).map(floorOf)))
  const below = (part: string) => [...(imports.get(part) ?? [])]
  const isIndirect = (part: string, target: string) =>
    below(part).some((other) => other !== target && reaches(other, target))
  const reaches = (part: string, target: string): boolean =>
    below(part).some((other) => other === target || reaches(other, target))
  const known = Object.keys(rooms).filter((part) => imports.has(part))
  for (const part of known) floors[floorOf(part)] = [...(floors[floorOf(part)] ?? []), part]
  return floors.flatMap((names, floor) =>
    names.map((name, i) => ({
      name,
      floor,
      standsOn: below(name)
        .filter((target) => !isIndirect(name, target))
        .sort(),
      left: i / names.length,
      right: (i + 1) / names.length,
    })),
  )
}
