/**
 * CSV and JSON lines: what is read equals what d3-dsv reads, however it comes; what is missing or broken is reported by line and column.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { dsvFormat } from 'd3-dsv'
import fc from 'fast-check'
import { parseNumber } from '../../src/data/csv/numbers.js'
import { readCsv, readJsonLines, streamCsv, streamCsvTables, streamJsonLines } from '../../src/data.js'
import { DTypeError, OptionError } from '../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'nabla-csv-'))
test.after.always(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** A text in pieces of these lengths, over and over. */
function* inPieces(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const end = start + lengths[i % lengths.length]
    yield bytes.subarray(start, end)
    start = end
  }
}

const cell = fc.string({
  unit: fc.constantFrom('a', 'ü', '😀', '"', ',', ';', '\n', '\r', '\r\n', ' ', '7'),
  maxLength: 6,
})
const records = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 })

test('any records of text are what d3-dsv reads, whatever the delimiter, the line breaks and the pieces', async (t) => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      lengths,
      async (rows, delimiter, end, sizes) => {
        const { formatRows, parseRows } = dsvFormat(delimiter)
        // d3 leaves a carriage return outside of quotes
        const text = rows.map((row) => formatRows([row]).replace(/^\r|\r$/g, '')).join(end) + end
        const expected = parseRows(text).filter((row) => row.length === 3)
        const options = {
          delimiter,
          names: ['a', 'b', 'c'],
          columns: { a: 'text', b: 'text', c: 'text' },
          missingValues: [],
          badLines: 'drop',
        } as const
        const bytes = new TextEncoder().encode(text)
        const table = await readCsv(inPieces(bytes, sizes), options)
        t.deepEqual(
          [...table].map(({ a, b, c }) => [a, b, c]),
          expected,
        )
        t.deepEqual([...(await readCsv(bytes, options))], [...table])
        const streamed = await streamCsv([text], options).toArray()
        t.deepEqual(streamed, [...table])
      },
    ),
    { seed: 8, numRuns: 150 },
  )
})

test('numbers are read as Number reads them, to the last bit, and nothing else is a number', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }), (x, digits) => {
      for (const text of [
        String(x),
        x.toExponential(),
        Math.abs(x) < 1e15 ? x.toFixed(digits) : '1',
        `+${Math.abs(x)}`,
        ` ${x} `,
      ])
        t.is(parseNumber(text), Number(text), text)
    }),
    { seed: 4, numRuns: 500 },
  )
  t.is(parseNumber('-0'), -0)
  t.is(parseNumber('.5'), 0.5)
  t.is(parseNumber('5.'), 5)
  t.is(parseNumber('Infinity'), Infinity)
  t.is(parseNumber('-inf'), -Infinity)
  for (const text of ['', ' ', '-', '.', '1.2.3', '0x10', '1e', '1_000', '1,5', 'NaN', '12a', '--1', '1 2'])
    t.true(Number.isNaN(parseNumber(text)), text)
})

const flowers = 'sepal,petal,kind,wild\n5.1,1.4,setosa,true\n4.9,1.3,"vir, ginica",false\n'

test('types are inferred, and columns become tensors', async (t) => {
  const table = await readCsv(flowers)
  t.deepEqual(table.types, { sepal: 'number', petal: 'number', kind: 'text', wild: 'boolean' })
  t.is(table.size, 2)
  t.deepEqual(table.tensor(['petal', 'sepal'], { dtype: 'float64' }).toArray(), [
    [1.4, 5.1],
    [1.3, 4.9],
  ])
  t.deepEqual(table.tensor().shape, [2, 3])
  t.deepEqual(table.tensor('wild').toArray(), [1, 0])
  t.deepEqual(table.column('kind'), ['setosa', 'vir, ginica'])
  t.deepEqual([...table][1], { sepal: 4.9, petal: 1.3, kind: 'vir, ginica', wild: false })
  t.deepEqual(table.without('kind', 'wild').names, ['sepal', 'petal'])
  t.throws(() => table.tensor('kind'), {
    instanceOf: DTypeError,
    message: /column kind is text \("setosa", …\)\. Encode it/,
  })
  t.throws(() => table.column('sepall'), {
    instanceOf: OptionError,
    message: /no column sepall\. Did you mean sepal\?/,
  })
})

test('types can be given, and columns skipped', async (t) => {
  const table = await readCsv('zip,n\n01234,1\n98765,2\n', { columns: { zip: 'text', n: 'skip' } })
  t.deepEqual(table.types, { zip: 'text' })
  t.deepEqual(table.column('zip'), ['01234', '98765'])
  await t.throwsAsync(readCsv('a\nx\n', { columns: { b: 'text' } }), {
    message: /columns names b, which is not a column\./,
  })
})

test('headers may be missing or replaced, and one that looks wrong is named', async (t) => {
  t.deepEqual((await readCsv('1,2\n3,4\n', { header: false })).names, ['column1', 'column2'])
  t.deepEqual((await readCsv('1,2\n', { names: ['x', 'y'] })).tensor().toArray(), [[1, 2]])
  t.deepEqual((await readCsv('a,b\n1,2\n', { names: ['x', 'y'], header: true })).tensor('y').toArray(), [2])
  t.deepEqual((await readCsv('\n\n a , \n1,2\n\n3,4\n')).names, ['a', 'column2'])
  await t.throwsAsync(readCsv('1,2\n3,4\n'), {
    instanceOf: OptionError,
    message: /first line, 1, 2, holds numbers.*header: false/,
  })
  await t.throwsAsync(readCsv('a;b\n1;2\n'), { message: /"a;b", is a single value\. Pass delimiter: ";"/ })
  await t.throwsAsync(readCsv('a,a\n1,2\n'), { message: /two columns have the name a/ })
  await t.throwsAsync(readCsv('\n\n'), { message: /the text is empty/ })
  t.deepEqual((await readCsv('1\n2\n', { header: true })).names, ['1'])
})

test('decimal commas, byte order marks, encodings and old line breaks are read', async (t) => {
  t.deepEqual((await readCsv('a;b\n1,5;2\n', { delimiter: ';', decimal: ',' })).tensor().toArray(), [[1.5, 2]])
  t.deepEqual((await readCsv('\ufeffa,b\r\n1,2\r\n')).tensor('a').toArray(), [1])
  t.deepEqual((await readCsv(new TextEncoder().encode('\ufeffa\n1\n'))).names, ['a'])
  t.deepEqual((await readCsv('a,b\r1,2\r3,4\r')).tensor('b').toArray(), [2, 4])
  const latin = new Uint8Array([97, 10, 0xfc, 10])
  t.deepEqual((await readCsv(latin, { encoding: 'windows-1252' })).column('a'), ['ü'])
  await t.throwsAsync(readCsv(file('latin.csv', latin)), { message: /latin\.csv is not utf-8\. Pass the encoding/ })
  await t.throwsAsync(readCsv(latin, { encoding: 'klingon' }), {
    instanceOf: OptionError,
    message: /klingon is not an encoding/,
  })
})

test('files, URLs, blobs, responses, streams and pieces are read; a stream once', async (t) => {
  const path = file('flowers.csv', flowers)
  const expected = [...(await readCsv(flowers))]
  const bytes = new TextEncoder().encode(flowers)
  for (const source of [
    path,
    pathToFileURL(path),
    bytes,
    bytes.buffer as ArrayBuffer,
    new Blob([flowers]),
    new Response(flowers),
    [...flowers],
  ])
    t.deepEqual([...(await readCsv(source))], expected)
  const stream = streamCsv(new Blob([flowers]).stream())
  t.deepEqual(await stream.toArray(), expected)
  await t.throwsAsync(() => stream.toArray(), { instanceOf: OptionError, message: /stream was read before/ })
  const again = streamCsv(path)
  t.deepEqual([await again.toArray(), await again.toArray()], [expected, expected])
  await t.throwsAsync(readCsv(join(folder, 'none.csv')), {
    instanceOf: OptionError,
    message: /cannot read none\.csv .*ENOENT.*Check the path/,
  })
  await t.throwsAsync(readCsv(5 as never), { message: /cannot read 5\. Pass text/ })
})

const holes = 'age,city\n31,Rome\n,Oslo\n29,\nNA,Rome\n'

test('a missing value is an error with its line and column, unless a policy deals with it, which is noted', async (t) => {
  await t.throwsAsync(readCsv(file('holes.csv', holes)), {
    instanceOf: OptionError,
    message:
      /^readCsv: holes\.csv, line 3, column age: the value is missing\. Choose what to do, .*\{ age: 'median' \}/,
  })
  const ages = async (age: object | string) => [
    ...(await readCsv(holes, { missing: { age, city: 'keep' } as never })).column('age'),
  ]
  t.deepEqual(await ages('mean'), [31, 30, 29, 30])
  t.deepEqual(await ages('median'), [31, 30, 29, 30])
  t.deepEqual(await ages('mostFrequent'), [31, 29, 29, 29])
  t.deepEqual(await ages({ fill: -1 }), [31, -1, 29, -1])
  t.deepEqual(await ages('keep'), [31, Number.NaN, 29, Number.NaN])
  t.deepEqual(await ages('drop'), [31, 29])
  const table = await readCsv(holes, { missing: { age: 'drop', city: 'mostFrequent' } })
  t.deepEqual(table.column('city'), ['Rome', 'Rome'])
  t.deepEqual(table.missing, [
    { line: 3, column: 'age', filled: null, dropped: true },
    { line: 4, column: 'city', filled: 'Rome', dropped: false },
    { line: 5, column: 'age', filled: null, dropped: true },
  ])
  t.regex(
    String(table),
    /^Table \[2 rows, 2 columns\]\nage {2}city\n31 {3}Rome\n29 {3}Rome\nage: missing, row left out \(lines 3, 5\)\ncity: missing, filled with Rome \(line 4\)$/,
  )
})

test('a policy for all columns holds for those that can follow it', async (t) => {
  const table = await readCsv('n,s\n1,a\n,b\n3,c\n', { missing: 'median' })
  t.deepEqual([...table.column('n')], [1, 2, 3])
  await t.throwsAsync(readCsv(holes, { missing: 'median' }), { message: /line 4, column city: the value is missing/ })
  t.deepEqual((await readCsv(holes, { missing: 'drop' })).size, 1)
  await t.throwsAsync(readCsv(holes, { missing: { city: 'mean' } }), {
    message: /column city is text and cannot be filled with "mean"/,
  })
  await t.throwsAsync(readCsv(holes, { missing: 'meedian' as 'median' }), {
    message: /unknown policy.*Did you mean median/,
  })
  await t.throwsAsync(readCsv('a,b\n1,\n2,\n', { missing: 'mean', columns: { b: 'number' } }), {
    message: /column b has no values/,
  })
})

test('other words for missing values can be given', async (t) => {
  const table = await readCsv('x\n1\n-999\n', { missingValues: ['-999'], missing: { x: { fill: 0 } } })
  t.deepEqual([...table.column('x')], [1, 0])
  t.deepEqual((await readCsv('c,n\nNA,1\nDE,2\n', { missingValues: [''] })).column('c'), ['NA', 'DE'])
})

test('a broken line is an error with its line and value, or left out and noted', async (t) => {
  const text = 'x,note\n1,"two\nlines"\n2\nabc,ok\n4,fine\n'
  const path = file('broken.csv', text)
  await t.throwsAsync(readCsv(path), {
    message: /^readCsv: broken\.csv, line 4 has 1 values, not 2 \(x, note\)\. Correct it/,
  })
  const columns = { x: 'number' } as const
  await t.throwsAsync(readCsv('x\n1\nabc\n', { columns }), {
    message: /^readCsv: line 3, column x: "abc" is not a number\. Correct it/,
  })
  await t.throwsAsync(
    readCsv('x\n1\n2\nabc\n'),
    { message: /line 4, column x: "abc" is not a number/ },
    'most are numbers',
  )
  const table = await readCsv(path, { badLines: 'drop', columns })
  t.deepEqual([...table.column('x')], [1, 4])
  t.deepEqual(table.badLines, [
    { line: 4, problem: 'has 1 values, not 2 (x, note)' },
    { line: 5, problem: 'column x: "abc" is not a number' },
  ])
  t.regex(String(table), /left out: column x: "abc" is not a number \(line 5\)/)
})

test('quotes that are not closed, or closed too early, are errors with their line', async (t) => {
  await t.throwsAsync(readCsv('a,b\n1,2\n3,"4\n5,6\n'), {
    instanceOf: OptionError,
    message: /line 3: a quote is not closed, in the record that begins with "3,\\"4/,
  })
  await t.throwsAsync(readCsv('a,b\n"x\ny",2\n"4"5,6\n'), { message: /line 4: a quoted value is followed by "5,6/ })
  t.deepEqual((await readCsv('pipe,n\n5" wide,1\n')).column('pipe'), ['5" wide'])
  t.deepEqual((await readCsv('a\n"say ""hi"""')).column('a'), ['say "hi"'])
})

test('a large file streams in parts, with types from its beginning, and the lines of its end are right', async (t) => {
  const rows = Array.from({ length: 150_000 }, (_, i) => `${i},${i % 3 ? 'odd' : 'even'},${i / 4}`)
  const path = file('large.csv', `id,kind,value\n${rows.join('\n')}\n7,x,broken\n`)
  const parts: number[] = []
  const read = async () => {
    for await (const table of streamCsvTables(path)) parts.push(table.size)
  }
  await t.throwsAsync(read, { message: /^streamCsv: large\.csv, line 150002, column value: "broken" is not a number/ })
  t.true(parts.length > 1)
  let [count, sum] = [0, 0]
  for await (const table of streamCsvTables(path, { badLines: 'drop' })) {
    count += table.size
    sum += table.column('id').at(-1) as number
  }
  t.is(count, 150_000)
  t.true(sum > 0)
  t.deepEqual(await streamCsv(path).take(2).toArray(), [
    { id: 0, kind: 'even', value: 0 },
    { id: 1, kind: 'odd', value: 0.25 },
  ])
  t.throws(() => streamCsv(path, { missing: 'mean' }), {
    instanceOf: OptionError,
    message: /mean for missing values needs all rows/,
  })
})

test('options that cannot be used are named', async (t) => {
  await t.throwsAsync(readCsv('a\n1\n', { delimeter: ';' } as object), { message: /Did you mean delimiter/ })
  await t.throwsAsync(readCsv('a\n1\n', { delimiter: ';;' }), { message: /delimiter is ";;"\. Give one character/ })
  await t.throwsAsync(readCsv('a\n1\n', { decimal: ',' }), { message: /decimal is ",", delimiter ","/ })
})

test('JSON lines become tables like those of CSV, or are streamed as they are', async (t) => {
  const text = '{"x": 1.5, "y": "a", "z": true}\n\n{"y": "b", "x": 2}\r\n{"x": null, "y": "c", "z": false}'
  const table = await readJsonLines(text, { missing: { x: 'mean', z: 'keep' } })
  t.deepEqual([...table.column('x')], [1.5, 2, 1.75])
  t.deepEqual(table.types, { x: 'number', y: 'text', z: 'boolean' })
  t.deepEqual([...table.column('z')], [1, Number.NaN, 0])
  t.deepEqual(
    table.missing.map(({ line, column }) => [line, column]),
    [
      [3, 'z'],
      [4, 'x'],
    ],
  )
  const lines = await streamJsonLines('[1, 2]\n{"a": {"b": 3}}\n').toArray()
  t.deepEqual(lines, [[1, 2], { a: { b: 3 } }])
  await t.throwsAsync(readJsonLines('{"x": 1}\n{"x": 2\n'), {
    instanceOf: OptionError,
    message: /line 2 is not JSON: "\{\\"x\\": 2" \(.*\)\. Each line/,
  })
  await t.throwsAsync(readJsonLines('[1]\n'), { message: /line 1 is \[1\], not an object/ })
})
