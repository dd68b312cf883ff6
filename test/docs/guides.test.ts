/**
 * The guides keep their rhythm: why, the maths, from scratch, nabla's version, exercises.
 */
import test from 'ava'
import { filesBelow, read } from '../source.js'

const rhythm = ['Why', 'The maths', 'From scratch', "nabla's version", 'Exercises']
const guides = filesBelow('docs/guides', '.md').filter((file) => /\/\d\d-/.test(file))

test('there are twelve guides, each linked to the next', (t) => {
  t.is(guides.length, 12)
  guides.slice(0, -1).forEach((file, i) => {
    const next = guides[i + 1].split('/').at(-1)
    t.true(read(file).trimEnd().endsWith(`](${next}).`), file)
  })
})

for (const file of guides)
  test(`${file} goes from the question to the exercise`, (t) => {
    const headings = [...read(file).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    t.deepEqual(
      headings.filter((heading) => rhythm.includes(heading)),
      rhythm,
    )
    const [scratch, version] = rhythm.slice(2, 4).map((heading) => read(file).indexOf(`## ${heading}`))
    t.regex(read(file).slice(scratch, version), /```ts/)
    t.regex(read(file).slice(version), /import \{[^}]*\} from 'nabla'/)
  })
