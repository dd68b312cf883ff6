import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { NablaError, OptionError, type Tensor, tensor } from '../../src/index.js'
import { fromSafetensors, toSafetensors } from '../../src/io.js'
import { root } from '../source.js'

const golden = JSON.parse(readFileSync(`${root}test/golden/safetensors-file.json`, 'utf8'))
const fromPython = new Uint8Array(Buffer.from(golden.file, 'base64'))

test('a file of the reference implementation has its numbers, in every format', (t) => {
  const { tensors, metadata } = fromSafetensors(fromPython)
  t.deepEqual(Object.keys(tensors).sort(), Object.keys(golden.tensors).sort())
  for (const [name, { shape, values }] of Object.entries<{ shape: number[]; values: string[] }>(golden.tensors)) {
    t.deepEqual(tensors[name].shape, shape, name)
    const numbers = values.map((v) => Number(v.replace('inf', 'Infinity')))
    t.deepEqual([...tensors[name].dataSync()].map(Number), numbers, name)
  }
  t.deepEqual({ ...metadata }, { format: 'pt', note: 'naïve' })
})

test('dtypes, shapes, numbers and strings come back bit for bit', (t) => {
  const nan = new Float32Array(new Uint32Array([0x7fc12345, 0xff800001]).buffer)
  const tensors = {
    f32: tensor([
      [1, -0, 1e-45],
      [3e38, Number.NaN, 0.1],
    ]),
    f64: tensor([Math.PI], { dtype: 'float64' }),
    i32: tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: 'int32' }),
    bool: tensor([true, false]),
    scalar: tensor(5),
    empty: tensor(new Float32Array(0), { shape: [2, 0] }),
    nan: tensor(nan),
    'a/b "c" \u2028 ü': tensor([1]),
    '12': tensor([12]),
  }
  const metadata = { '3': 'three', text: 'line\n"quoted" ü \u0000', note: 'y' }
  const read = fromSafetensors(toSafetensors(tensors, metadata))
  t.deepEqual(Object.keys(read.tensors).sort(), Object.keys(tensors).sort())
  for (const [name, x] of Object.entries<Tensor>(tensors)) {
    const y = read.tensors[name]
    t.deepEqual([y.dtype, y.shape], [x.dtype, x.shape])
    t.deepEqual(bytesOf(y), bytesOf(x), name)
  }
  const { checksum, ...own } = read.metadata
  t.regex(checksum, /^crc32:[0-9a-f]{8}$/)
  t.deepEqual(own, metadata)
})

const bytesOf = (x: Tensor) => {
  const { buffer, byteOffset, byteLength } = x.dataSync()
  return Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)).toString('hex')
}

test('the same tensors give the same bytes, in any order; numbers are aligned', (t) => {
  const a = tensor([1, 2, 3])
  const b = tensor([4], { dtype: 'float64' })
  const c = tensor([true])
  const bytes = toSafetensors({ a, b, c }, { x: '1', y: '2' })
  t.deepEqual(toSafetensors({ c, b, a }, { y: '2', x: '1' }), bytes)
  t.is(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0)
  t.deepEqual(Object.keys(fromSafetensors(bytes).tensors), ['b', 'a', 'c'])
})

test('the header is as documented, and its checksum that of zlib in Python', (t) => {
  const bytes = toSafetensors({ w: tensor([1]) }, { made: 'by nabla' })
  const text =
    '{"__metadata__":{"checksum":"crc32:7e0953a5","made":"by nabla"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  t.is(new TextDecoder().decode(bytes.subarray(8, 8 + text.length)), text)
})

test('bytes of a part of a buffer, and views that are not aligned, are read', (t) => {
  const bytes = toSafetensors({ w: tensor([1, 2], { dtype: 'float64' }) })
  const shifted = new Uint8Array(bytes.length + 8)
  shifted.set(bytes, 3)
  t.deepEqual(fromSafetensors(shifted.subarray(3, 3 + bytes.length)).tensors.w.toArray(), [1, 2])
  t.deepEqual(fromSafetensors(bytes.buffer).tensors.w.toArray(), [1, 2])
})

test('names of prototypes are names like others', (t) => {
  const names = ['__proto__', 'constructor', 'toString']
  const tensors = Object.fromEntries(names.map((name, i) => [name, tensor([i])]))
  const read = fromSafetensors(toSafetensors(tensors, Object.fromEntries([['__proto__', 'text']])))
  t.deepEqual(Object.keys(read.tensors).sort(), names.sort())
  t.deepEqual((read.tensors.constructor as unknown as Tensor).toArray(), [1])
  t.is(Object.getOwnPropertyDescriptor(read.metadata, '__proto__')?.value, 'text')
  t.is(({} as Record<string, unknown>).text, undefined)
})

const file = (header: string, numbers = 0, length = Buffer.byteLength(header)): Uint8Array => {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(header) + numbers)
  bytes.writeBigUInt64LE(BigInt(length), 0)
  bytes.write(header, 8)
  return new Uint8Array(bytes)
}
const entry = (begin: number, end: number, more = '') =>
  `{"dtype":"F32","shape":[${(end - begin) / 4}],"data_offsets":[${begin},${end}]${more}}`

const hostile: Readonly<Record<string, [Uint8Array, RegExp]>> = {
  empty: [new Uint8Array(), /0 bytes/],
  'no header': [new Uint8Array(9), /9 bytes/],
  'huge header': [file('{}', 0, 2 ** 52), /header should have/],
  'header longer than the file': [file('{}', 0, 3), /header should have 3/],
  'negative length': [new Uint8Array(20).fill(255), /header should have/],
  'not JSON': [file('{"a"}'), /not JSON/],
  'an array': [file('[]'), /begin with {/],
  'not UTF-8': [new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d]), /not text/],
  'deep JSON': [file(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), /not an object|not JSON/],
  overlap: [file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), /does not begin where/],
  gap: [file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), /does not begin where/],
  'out of range': [file(`{"a":${entry(0, 400)}}`, 4), /400 bytes of numbers are expected, and 4/],
  'more than named': [file(`{"a":${entry(0, 4)}}`, 8), /4 bytes of numbers are expected, and 8/],
  'end before begin': [file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4), /needs 4 bytes/],
  'fractional offsets': [file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0.5,4.5]}}', 8), /two whole numbers/],
  'shape and size differ': [file('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}', 4), /needs 12 bytes/],
  'negative shape': [file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4), /shape/],
  'overflowing shape': [
    file('{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}'),
    /needs/,
  ],
  'unknown dtype': [file('{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', 1), /dtype "F8_E4M3"/],
  'dtype of a prototype': [file('{"a":{"dtype":"constructor","shape":[],"data_offsets":[0,1]}}', 1), /dtype/],
  'the same tensor twice': [file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), /"a" twice/],
  'the same key twice, escaped': [file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), /"a" twice/],
  'metadata twice': [file('{"__metadata__":{"a":"b"},"__metadata__":{}}'), /"__metadata__" twice/],
  'metadata that is not text': [file('{"__metadata__":{"a":1}}'), /strings/],
  'an unknown part': [file(`{"a":${entry(0, 4, ',"x":1')}}`, 4), /unknown part "x"/],
  'a number for an entry': [file('{"a":5}'), /not an object/],
}

for (const [name, [bytes, message]] of Object.entries(hostile)) {
  test(`refused: ${name}`, (t) => {
    t.throws(() => fromSafetensors(bytes), { instanceOf: OptionError, message })
  })
}

test('integers that int32 cannot hold are an error, others are read', (t) => {
  const header = '{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}'
  const bytes = file(header, 8)
  new DataView(bytes.buffer).setBigInt64(8 + header.length, 2n ** 31n, true)
  t.throws(() => fromSafetensors(bytes), { message: /"a" holds 2147483648, which is not an int32/ })
  new DataView(bytes.buffer).setBigInt64(8 + header.length, -(2n ** 31n), true)
  t.deepEqual(fromSafetensors(bytes).tensors.a.toArray(), [-(2 ** 31)])
})

test('every flipped bit of a file is noticed', (t) => {
  const bytes = toSafetensors({ w: tensor([1, 2]), b: tensor([true]) }, { a: 'b' })
  const missed: number[] = []
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] ^= 1 << (bit & 7)
    try {
      const { metadata } = fromSafetensors(changed)
      if ('checksum' in metadata) missed.push(bit)
    } catch (error) {
      if (!(error instanceof NablaError)) missed.push(bit)
    }
  }
  t.deepEqual(missed, [])
})

test('fifty thousand damaged files give an error of nabla, or tensors', (t) => {
  const seeds = [
    fromPython,
    toSafetensors(
      {
        w: tensor([
          [1, 2],
          [3, 4],
        ]),
        n: tensor([1], { dtype: 'int32' }),
      },
      { a: 'b' },
    ),
    file(`{"a":${entry(0, 4)},"b":${entry(4, 12)}}`, 12),
  ]
  let refused = 0
  const damage = fc.tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: 1, freq: 3 }),
  )
  fc.assert(
    fc.property(damage, ([seed, changes, kept]) => {
      const bytes = seed.slice(0, Math.floor(seed.length * kept))
      // Half of the changes go to the header, where they do the most
      changes.forEach(([at, byte], i) => {
        bytes[Math.floor(at * (i % 2 ? bytes.length : Math.min(bytes.length, 300)))] = byte
      })
      try {
        for (const x of Object.values(fromSafetensors(bytes).tensors)) x.dataSync()
      } catch (error) {
        if (!(error instanceof NablaError)) throw error
        refused++
      }
    }),
    { numRuns: 50_000, seed: 1 },
  )
  t.true(refused > 30_000, `${refused} refused`)
})

test('what cannot be written is an error', (t) => {
  for (const x of [null, undefined, 5, 'x', [], tensor([1]), { w: [1, 2] }, { w: null }])
    t.throws(() => toSafetensors(x as never), { instanceOf: OptionError })
  t.throws(() => toSafetensors({ __metadata__: tensor([1]) }), { message: /cannot have the name/ })
  t.throws(() => toSafetensors({}, { a: 1 as never }), { message: /metadata must be strings/ })
  for (const x of [null, undefined, 5, 'x', [1, 2], {}, new Float32Array(4)])
    t.throws(() => fromSafetensors(x as never), { instanceOf: OptionError })
})
