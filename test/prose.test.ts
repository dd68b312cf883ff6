/**
 * Plain English: messages, doc comments and pages are written as a technical writer would write them. Refuses the worst habits of
 * texts that were thought in another language; how many places remain in each folder is recorded, and may only fall.
 */
import { writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import test from 'ava'
import { filesBelow, read, root } from './source.js'

/** What to look for → what to write instead. A space stands for any white space, also from one line of a comment to the next. */
const habits: readonly [pattern: RegExp, instead: string][] = [
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|better\b|worse\b)\w+/, '"is not a …", "must be …"'],
  [/\ba text\b(?! (?:node|file|format|field))/, '"a string"'],
  [/\b(?:is|are) told\b|\btells\b/, '"takes", "receives"; "returns", "reports"'],
  [/\bsays\b/, '"returns", "throws", "shows", "names"'],
  [/\bknows\b/, '"has", "takes", "reads", "supports"'],
  [/\bbut for\b/, '"except"'],
  [/\bbesides?\b/, '"next to", "also", "other than"'],
  [/\binside of\b/, '"in"'],
  [/\bof which below\b/, '"(see below)"'],
  [/\bneeds? be\b/, '"must", "if needed"'],
  [/\ball the same\b/, '"anyway"'],
  [/\b(?:a|the|its|their) like\b/, '"similar", "and so on"'],
  [/\bof your own\b/, '"custom", "your own …"'],
  [/\bby (?:itself|themselves)\b/, '"automatically"'],
  [/\bwhoever\b/, '"anyone who", or the imperative'],
  [/\bsees? to it\b/, '"ensures", "enforces"'],
  [/\b(?:is|are) welcome\b/, '"accepts …"'],
  [/\bwhere (?:it|they) (?:lies?|lay)\b/, '"where it is"'],
  [/\bof late\b/, '"recently"'],
  // Doc comments of members and functions; that of a file, which comes first, may be a title
  [
    /(?<=.\/\*\*\s+)(?:Whether|What|How|Which|Where|Who)\b/,
    'a sentence with a verb: "Returns …", "Sets …", "True if …"',
  ],
]

/** A bad habit in a text. */
interface Place {
  readonly where: string
  readonly words: string
  readonly instead: string
}

/** The habits in a text, as they come. */
function placesIn(file: string, text: string): Place[] {
  const flat = text.replace(/\s*\n\s*(?:\*(?!\/) ?|\/\/ ?|> ?)?/g, (gap) => ' '.repeat(gap.length))
  return habits.flatMap(([pattern, instead]) =>
    [...flat.matchAll(everywhere(pattern))].map(({ index, 0: words }) => ({
      where: `${file}:${text.slice(0, index).split('\n').length}`,
      words: words.replace(/\s+/g, ' '),
      instead,
    })),
  )
}

const everywhere = ({ source }: RegExp) => new RegExp(source.replaceAll(' ', '\\s+'), 'gi')

const record = 'test/golden/prose.json'
const files = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...filesBelow('docs', '.md').filter((file) => !file.startsWith('docs/site/')),
  ...['docs', 'src', 'examples'].flatMap((folder) => filesBelow(folder, '.ts')),
]

/** `src/optim/adam.ts` → `src/optim`, at most three folders deep. */
const folderOf = (file: string) => posix.dirname(file).split('/').slice(0, 3).join('/')

test('no folder has more bad habits than are recorded, and none that is not recorded has any', (t) => {
  t.true(files.length > 0)
  const found: Record<string, Place[]> = {}
  for (const file of files) {
    const places = placesIn(file, read(file))
    const folder = folderOf(file)
    if (places.length > 0) found[folder] = [...(found[folder] ?? []), ...places]
  }
  if (process.env.RECORD_PROSE) writeRecord(found)
  const recorded: Record<string, number> = JSON.parse(read(record))
  for (const [folder, places] of Object.entries(found).sort()) {
    const list = places.map(({ where, words, instead }) => `${where}: "${words}"; instead: ${instead}`)
    const most = recorded[folder] ?? 0
    if (process.env.SHOW_PROSE) t.log(list.join('\n'))
    t.true(places.length <= most, `${places.length} instead of ${most}:\n${list.join('\n')}`)
  }
})

function writeRecord(found: Record<string, Place[]>): void {
  const counts = Object.entries(found)
    .map(([folder, { length }]) => [folder, length] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(root + record, `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`)
}

test('each habit is seen, also across the lines of a comment', (t) => {
  const bad = [
    'x is no list',
    'name must be a text, received 3',
    'a layer is told its input',
    'the error says so',
    'the row knows it',
    'all but for one',
    'what it can do besides',
    'inside of a function',
    'a cache, of which below',
    'if need be',
    'slower all the same',
    'layers and the like',
    'an optimizer of your own',
    'counted by themselves',
    'whoever adds one',
    'a test sees to it',
    'arrays are welcome',
    'from where it lies',
    'used of late',
    'x\n/** Whether it is so. */',
  ]
  t.deepEqual(
    bad.map((text) => placesIn('x.ts', text).length),
    habits.map(() => 1),
  )
  t.is(placesIn('x.ts', '/**\n * The names, which are\n * no\n * keywords.\n */')[0].where, 'x.ts:2')
  for (const fine of [
    'there is no GPU',
    'is no longer there',
    'a text file',
    '/** What a tensor is. */',
    'x // not in b',
  ])
    t.deepEqual(placesIn('x.ts', fine), [])
})
