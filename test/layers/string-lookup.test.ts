/**
 * StringLookup: words to integers and back.
 */
import test from 'ava'
import { Dense, DTypeError, OptionError, StringLookup } from '../../src/index.js'

test('words become integers in the order of the vocabulary, after padding and the unknown one', (t) => {
  const plain = new StringLookup({ vocabulary: ['a', 'b'] })
  t.deepEqual(
    plain
      .apply([
        ['b', 'a'],
        ['x', 'a'],
      ])
      .toArray(),
    [
      [2, 1],
      [0, 1],
    ],
  )
  t.is(plain.apply('b').item(), 2)
  t.is(plain.apply(['a']).dtype, 'int32')
  const padded = new StringLookup({ vocabulary: ['a', 'b'], maskToken: '' })
  t.deepEqual(padded.vocabulary, ['', '[UNK]', 'a', 'b'])
  t.deepEqual(padded.apply(['', 'x', 'a', 'b']).toArray(), [0, 1, 2, 3])
  t.deepEqual(
    padded.wordsOf([
      [0, 3],
      [1, 2],
    ]),
    [
      ['', 'b'],
      ['[UNK]', 'a'],
    ],
  )
})

test('adapt takes the most frequent words first, and those of equal frequency in reverse order, as Keras does', (t) => {
  const lookup = new StringLookup().adapt([
    ['b', 'a', 'c'],
    ['c', 'd', 'a'],
  ])
  t.deepEqual(lookup.vocabulary, ['[UNK]', 'c', 'a', 'd', 'b'])
  const few = new StringLookup({ maxTokens: 3 }).adapt(['b', 'b', 'a', 'c', 'c', 'c'])
  t.deepEqual(few.vocabulary, ['[UNK]', 'c', 'b'])
})

test('its configuration holds the vocabulary', (t) => {
  const lookup = new StringLookup({ maskToken: '-' }).adapt(['b', 'a', 'a'])
  const again = StringLookup.fromConfig(JSON.parse(JSON.stringify(lookup.getConfig())))
  t.deepEqual(again.vocabulary, ['-', '[UNK]', 'a', 'b'])
  t.is(lookup.getConfig().num_oov_indices, 1)
})

test('unknown words, other things than strings, and a place in a model are errors', (t) => {
  const strict = new StringLookup({ vocabulary: ['a'], numOovIndices: 0, name: 'words' })
  t.throws(() => strict.apply(['b']), { instanceOf: OptionError, message: /^words: the word "b" is unknown/ })
  t.throws(() => strict.apply([1] as never), { instanceOf: DTypeError, message: /^words: 1 is not a string/ })
  t.throws(() => strict.wordsOf([5]), { instanceOf: OptionError, message: /^words: 5 is not the integer of a word/ })
  t.throws(() => strict.call(new Dense(1).apply([[1]])), { instanceOf: DTypeError })
  t.throws(() => new StringLookup({ vocabulary: ['a', 'a'] }), { message: /array of different words/ })
})
