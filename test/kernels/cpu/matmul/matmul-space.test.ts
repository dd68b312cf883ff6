/** What matrix products read and write beside their results, seen by kernels that only write down where they would. */
import test from 'ava'
import {
  type MatmulCall,
  multiplyRange,
  type Product,
  prepare,
} from '../../../../src/kernels/cpu/matmul/cache-blocks.js'
import { type Candidate, candidates } from '../../../../src/kernels/cpu/matmul/candidates.js'
import { begin, reserve, workingSpace } from '../../../../src/kernels/cpu/memory/memory.js'

interface Range {
  readonly from: number
  readonly to: number
}

/** A product whose kernels note the bytes that they write, and those of A that they read. */
function observed(m: number, n: number, k: number, transposeA: boolean, transposeB: boolean, candidate: Candidate) {
  const written: Range[] = []
  const read: Range[] = []
  const a = 1 << 20
  const touch = (list: Range[], from: number, bytes: number) => list.push({ from, to: from + bytes })
  const look = (from: number, rows: number, row: number, bytes: number) => {
    if (from >= a && from < a + 4 * m * k) touch(read, from, (rows - 1) * row + bytes)
  }
  const call: MatmulCall = {
    size: { m, n, k, batch: 1, aStep: 0, bStep: 0, transposeA, transposeB },
    a,
    b: 1 << 24,
    c: 1 << 28,
    bias: 0,
    relu: 0,
    kernels: {
      dtype: 'float32',
      candidate,
      bytes: 4,
      width: 8,
      tiles: [],
      makeTile:
        ({ height }) =>
        (_a, _aStep, _aTile, _b, _bStep, _bPanel, c, cRow, cTile, _k, panels, tiles) => {
          for (let i = 0; i < tiles; i++)
            for (let r = 0; r < height; r++) touch(written, c + i * cTile + r * cRow, 32 * panels)
        },
      pack: (from, row, step, to, panel, depth, panels) => {
        look(from, depth, row, (panels - 1) * step + 32)
        for (let i = 0; i < panels; i++) touch(written, to + i * panel, 32 * depth)
      },
      packTransposed: (from, row, step, to, panel, depth, panels) => {
        look(from, 8, row, (panels - 1) * step + 4 * depth)
        for (let i = 0; i < panels; i++) touch(written, to + i * panel, 32 * depth)
      },
      clear: (from, bytes) => touch(written, from, bytes),
      plane: (_from, to, rows, columns, _fromRow, _fromColumn, toRow) => {
        for (let r = 0; r < rows; r++) touch(written, to + r * toRow, 4 * columns)
      },
    },
  }
  begin()
  const product = prepare(call)
  multiplyRange(product, call.a, call.b, call.c, 0, 1)
  return { product, written, read, end: workingSpace(), aEnd: a + 4 * m * k, cEnd: call.c + 4 * m * n }
}

// Room for the largest product in one block, in both arenas that take turns, so that the parts of all products lie side by side
for (let i = 0; i < 4; i++) {
  begin()
  reserve('float32', 1 << 21)
}

const shapes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 17, 23, 24, 31, 64, 65, 130].flatMap((m) =>
  [1, 7, 8, 33, 64, 600].flatMap((n) => [1, 5, 64, 600].map((k) => [m, n, k] as const)),
)

const inOrder = ({ packedB, packedA, edge }: Product, end: number) =>
  packedB <= packedA && packedA <= edge && edge <= end

/** Whether the bytes lie in one of the parts of the scratch space, or of C. */
function isAllowed({ from, to }: Range, { packedB, packedA, edge }: Product, end: number, cEnd: number): boolean {
  const parts = [
    [packedB, packedA],
    [packedA, edge],
    [edge, end],
    [1 << 28, cEnd],
  ]
  return parts.some(([start, stop]) => from >= start && to <= stop)
}

for (const candidate of candidates)
  test(`products write to their results and to their own part of the scratch space, ${candidate.name}`, (t) => {
    for (const [m, n, k] of shapes)
      for (const transposeA of [false, true]) {
        const { product, written, end, cEnd } = observed(m, n, k, transposeA, false, candidate)
        const name = `${m}×${n}×${k} ${transposeA}`
        t.true(inOrder(product, end), name)
        t.deepEqual(
          written.filter((range) => !isAllowed(range, product, end, cEnd)),
          [],
          name,
        )
      }
  })

test('products read nothing behind A', (t) => {
  for (const [m, n, k] of shapes)
    for (const transposeA of [false, true])
      for (const candidate of candidates) {
        const { read, aEnd } = observed(m, n, k, transposeA, true, candidate)
        t.deepEqual(
          read.filter(({ to }) => to > aEnd),
          [],
          `${m}×${n}×${k} ${transposeA} ${candidate.name}`,
        )
      }
})
