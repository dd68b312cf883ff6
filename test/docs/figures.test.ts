/**
 * The figures of the guides.
 */
import test from 'ava'
import { parseHTML } from 'linkedom'
import { drawFigure, figureNames } from '../../docs/figures.js'
import { filesBelow, read } from '../source.js'

const files = filesBelow('docs/figures', '.svg')
const pages = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs/guides', '.md')]
const shown = pages.flatMap((file) =>
  [...read(file).matchAll(/!\[([^\]]*)\]\((?:\.\.|docs)\/(figures\/[^)]+)\)/g)].map(([, alt, path]) => ({
    file,
    alt,
    path,
  })),
)

test('every figure is kept as a file and shown on a page, with words for those who cannot see it', (t) => {
  const names = figureNames.map((name) => `figures/${name}.svg`)
  t.deepEqual(
    files.map((file) => file.replace('docs/', '')),
    names.sort(),
  )
  t.deepEqual([...new Set(shown.map(({ path }) => path))].sort(), names)
  for (const { alt, path } of shown) t.true(alt.length > 10, path)
})

test('the files are SVGs with a title, drawn from finite numbers', (t) => {
  for (const file of files) {
    const svg = parseHTML(read(file)).document.querySelector('svg')
    t.truthy(svg?.querySelector('title')?.textContent, file)
    t.true((svg?.querySelectorAll('path, rect').length ?? 0) > 2, file)
    t.false(/NaN|Infinity/.test(read(file)), file)
  }
})

test('a figure comes out the same every time', async (t) => {
  t.is(await drawFigure('schedules'), read('docs/figures/schedules.svg'))
  t.is(await drawFigure('rosenbrock'), await drawFigure('rosenbrock'))
})

test('the folders in README and CONTRIBUTING are drawn from the imports as they are now', async (t) => {
  t.deepEqual(
    shown.filter(({ path }) => path === 'figures/house.svg').map(({ file }) => file),
    ['README.md', 'CONTRIBUTING.md'],
  )
  t.is(await drawFigure('house'), read('docs/figures/house.svg'), 'npm run docs:figures draws them again')
})
