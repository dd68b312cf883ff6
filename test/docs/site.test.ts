/**
 * The documentation site is built, without a warning, and looked at in a browser. That everything exported is described, parameters
 * and options included, is a matter of the build: what is not described is a warning, and a warning is an error.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { Browser, Page } from 'playwright-core'
import { Comment, type DeclarationReflection, type ProjectReflection, ReflectionKind } from 'typedoc'
import { buildSite } from '../../docs/build.js'
import { equivalents } from '../../docs/equivalents.js'
import { categoryOf, categoryOrder } from '../../docs/plugin/categories.js'
import { namesSource } from '../../docs/plugin/references.js'
import { references } from '../../docs/references.js'
import { launch, serve } from './browser.js'
import { brokenLinks } from './crawl.js'

const folder = `${mkdtempSync(join(tmpdir(), 'nabla-site-'))}/`
let project: ProjectReflection
let browser: Browser
let site: Awaited<ReturnType<typeof serve>>
/** What went wrong on any page. */
const complaints: string[] = []

test.before(async (t) => {
  t.timeout(300_000)
  const built = await buildSite(folder)
  if (!built) throw new Error('The site has warnings: run npm run docs to see them.')
  project = built
  browser = await launch()
  site = await serve(folder)
})

test.after.always(async () => {
  await browser?.close()
  site?.server.close()
  rmSync(folder, { recursive: true })
})

async function open(path: string, options: { width?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
  const { width = 1280, colorScheme = 'light' } = options
  const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme })
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${path}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`${path}: ${error.message}`))
  page.on('request', (request) => request.url().startsWith(site.url) || complaints.push(`${path}: ${request.url()}`))
  await page.goto(site.url + path)
  await page.locator('.col-content, .source').first().waitFor()
  return page
}

const files = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => statSync(folder + file).isFile())

test('every link leads to a page and an anchor that are there', (t) => {
  t.true(files().length > 400)
  t.deepEqual(brokenLinks(folder, files()), [])
})

test('every export is in a chapter, and no chapter is empty', (t) => {
  const titles = project.categories?.map(({ title }) => title) ?? []
  t.false(titles.includes('Other'))
  const expected = categoryOrder.filter((title) => title !== 'Operations') // for what is in none of the finer ones
  t.deepEqual(titles, expected)
})

test('every operation has its names elsewhere, and nothing else has', (t) => {
  const operations = functionsOf(project).filter(({ sources }) =>
    isOperation(categoryOf(sources?.[0].fullFileName ?? '')),
  )
  const names = operations.map(({ name }) => name)
  t.deepEqual(
    names.filter((name) => !Object.hasOwn(equivalents, name)),
    [],
    'add them to docs/equivalents.ts',
  )
  t.deepEqual(
    Object.keys(equivalents).filter((name) => !names.includes(name)),
    [],
  )
})

function functionsOf({ children = [] }: ProjectReflection): DeclarationReflection[] {
  return children.filter((child) => child.kindOf(ReflectionKind.Function))
}

function isOperation(chapter: string): boolean {
  return chapter === 'Tensor' || chapter.startsWith('Operations')
}

/** Functions of the chapters of operations that compute nothing, but bring tensors from and to elsewhere. */
const withoutMathematics = ['fromMathjs', 'toMathjs']

test('an operation without a row names the operations that it is made of', (t) => {
  const rule = (name: string) =>
    /id="the-rule"[\s\S]*?<\/p>/.exec(readFileSync(`${folder}functions/${name}.html`, 'utf8'))?.[0] ?? ''
  t.regex(
    rule('stack'),
    /no row in the table, as it is made of <a href="concat\.html"[\s\S]*<a href="expandDims\.html"/,
  )
  t.regex(rule('variance'), /<a href="square\.html"/)
  t.notRegex(rule('tanh'), /no row/)
  t.is(rule('argMax').includes('made of'), false, 'it has a kernel of its own')
})

test('every operation shows its formula and its gradient', (t) => {
  const chapter = (f: DeclarationReflection) => categoryOf(f.sources?.[0].fullFileName ?? '')
  const all = functionsOf(project).filter((f) => chapter(f).startsWith('Operations'))
  const operations = all.filter(({ name }) => !withoutMathematics.includes(name))
  t.is(operations.length, all.length - withoutMathematics.length)
  t.true(operations.length > 130)
  for (const f of operations) {
    const html = readFileSync(`${folder}functions/${f.name}.html`, 'utf8')
    t.regex(
      html,
      /<math display="block"/,
      `${f.name}: a row in src/tensor/operations/ops.ts or lines in docs/mathematics.ts`,
    )
    t.regex(html, /id="gradient"/, f.name)
    const isFormula = ['Operations: elementwise', 'Operations: activations'].includes(chapter(f))
    if (isFormula) t.regex(html, /source\/src\/tensor\/operations\/ops\.ts\.html/, f.name)
  }
})

/** What is nabla's own idea, or only data. */
const ownIdeas = ['AnyOptimizer', 'Explanation', 'History', 'RecordLogger', 'SymbolicTensor']

test('activations, layers, losses, optimizers and schedules say where they come from', (t) => {
  const chapters = ['Operations: activations', 'Layers', 'Training', 'Optimizers', 'Schedules']
  const things = (project.children ?? []).filter(
    (child) =>
      child.kindOf([ReflectionKind.Class, ReflectionKind.Function]) &&
      chapters.includes(categoryOf(child.sources?.[0].fullFileName ?? '')),
  )
  t.true(things.length > 70)
  const isSourced = ({ comment, signatures }: DeclarationReflection) => {
    const own = signatures?.[0].comment ?? comment
    return own !== undefined && namesSource(own)
  }
  t.deepEqual(
    things
      .filter((thing) => !isSourced(thing))
      .map(({ name }) => name)
      .sort(),
    ownIdeas,
    'add a @see, or a line to docs/references.ts',
  )
  const names = project.children?.map(({ name }) => name) ?? []
  t.deepEqual(
    Object.keys(references).filter((name) => !names.includes(name)),
    [],
  )
})

test('every option that may be left out says what happens then', (t) => {
  const interfaces = (project.children ?? []).filter(({ name, children }) => name.endsWith('Options') && children)
  const options = interfaces.flatMap(({ children = [] }) => children).filter(({ flags }) => flags.isOptional)
  t.true(options.length > 150)
  const words = ({ comment }: DeclarationReflection) => Comment.combineDisplayParts(comment?.summary)
  t.deepEqual(
    options.filter((option) => !/default|without|none|null/i.test(words(option))).map((option) => option.getFullName()),
    [],
  )
})

test('llms.txt and api.json list what there is', (t) => {
  const text = readFileSync(`${folder}llms.txt`, 'utf8')
  const api = JSON.parse(readFileSync(`${folder}api.json`, 'utf8')) as { children: { name: string }[] }
  for (const { name } of api.children) t.true(text.includes(`[${name}](`), name)
  t.true(text.includes('(classes/AdamW.html): Adam with weight decay'))
  t.true(text.includes('(guides/06-adamw.html)'))
})

/** What readers look for, and what has to be among the first so many results. */
const searches: [words: string, target: string, among: number][] = [
  ['adamw', 'classes/AdamW.html', 1],
  ['AdamW', 'classes/AdamW.html', 1],
  ['matmul', 'functions/matmul.html', 1],
  ['fit', 'classes/Model.html#fit', 5],
  ['hyperbolic', 'functions/tanh.html', 10],
  ['dilemma', 'guides/06-adamw.html', 10],
  ['resume', 'guides/04-first-network.html', 3],
  ['checkpoint', 'guides/04-first-network.html', 5],
  ['nan', 'guides/02-gradients.html', 3],
  ['nan', 'guides/05-training.html', 3],
  ['why is the loss nan', 'guides/05-training.html', 3],
  ['save', 'guides/04-first-network.html', 3],
  ['save a model', 'guides/04-first-network.html', 3],
  ['load weights', 'guides/04-first-network.html', 3],
  ['resume training', 'guides/07-clipping-ema-schedules.html', 3],
  ['overfitting', 'guides/05-training.html', 3],
  ['early stopping', 'guides/05-training.html', 3],
  ['exploding gradients', 'guides/07-clipping-ema-schedules.html', 3],
  ['learning rate', 'guides/07-clipping-ema-schedules.html', 3],
  ['memory leak', 'decisions/no-dispose.html', 3],
  ['out of memory', 'decisions/no-dispose.html', 3],
  ['a custom optimizer', 'guides/08-your-own-optimizer.html', 3],
  ['webgpu', 'guides/10-gpu.html', 3],
]

test.serial('search finds classes and functions by name, and guides by the words of readers', async (t) => {
  const page = await open('index.html')
  await page.click('#tsd-search-trigger')
  const links = page.locator('#tsd-search-results a')
  const results = () => links.evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).href))
  for (const [words, target, among] of searches) {
    await page.evaluate(() => document.querySelector('#tsd-search-results')?.replaceChildren())
    await page.fill('#tsd-search-input', words)
    await links.first().waitFor({ timeout: 20_000 })
    const found = await results()
    t.true(
      found.slice(0, among).some((url) => url.endsWith(target)),
      `${words}: ${target} is not among ${found}`,
    )
  }
  await page.fill('#tsd-search-input', 'AdamW')
  await page.locator('#tsd-search-results a[href$="classes/AdamW.html"]').first().click()
  await page.waitForURL('**/classes/AdamW.html')
  t.is(await page.locator('h1').textContent(), 'Class AdamW')
  await page.close()
})

test.serial('formulas are drawn', async (t) => {
  const page = await open('functions/gelu.html')
  const fraction = await page.locator('math mfrac').first().boundingBox()
  const letter = await page.locator('math mi').first().boundingBox()
  t.true(fraction !== null && letter !== null && fraction.height > 1.5 * letter.height)
  await page.close()
})

test.serial('formulas have the font that the site brings, and exponents are small and raised', async (t) => {
  const page = await open('functions/gelu.html')
  const loaded = await page.evaluate(async () => {
    await document.fonts.ready
    return [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)
  })
  t.true(loaded.includes('STIX2'))
  const [base, exponent] = await Promise.all(
    ['> :first-child', '> :last-child'].map((part) => page.locator(`math msup ${part}`).first().boundingBox()),
  )
  t.true(base !== null && exponent !== null && exponent.height < 0.85 * base.height)
  t.true(base !== null && exponent !== null && exponent.y < base.y && exponent.y + exponent.height > base.y)
  await page.close()
})

test.serial('dark mode switches, and stays', async (t) => {
  const page = await open('classes/AdamW.html')
  const brightness = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const sum = (color: string) => (color.match(/\d+/g) ?? []).slice(0, 3).reduce((total, x) => total + Number(x), 0)
  t.true(sum(await brightness()) > 700)
  await page.locator('.tsd-theme-toggle summary, #tsd-theme').first().waitFor({ state: 'attached' })
  await page.evaluate(() => document.querySelector('#tsd-theme')?.closest('details')?.setAttribute('open', ''))
  await page.selectOption('#tsd-theme', 'dark')
  t.true(sum(await brightness()) < 150)
  await page.goto(`${site.url}source/src/optim/adamw.ts.html`)
  t.true(sum(await brightness()) < 150)
  await page.close()
  const dark = await open('index.html', { colorScheme: 'dark' })
  t.true(sum(await dark.evaluate(() => getComputedStyle(document.body).backgroundColor)) < 150)
  await dark.close()
})

/** Pages of every kind. */
const kinds = [
  'index.html',
  'classes/AdamW.html',
  'classes/LearningRateSchedule.html',
  'classes/OptimizerMap.html',
  'classes/Tensor.html',
  'decisions/one-tensor-class.html',
  'functions/atan2.html',
  'functions/matmul.html',
  'functions/optimizers.get.html',
  'guides/02-gradients.html',
  'guides/05-training.html',
  'guides/06-adamw.html',
  'guides/09-cpu-kernels.html',
  'guides/coming-from-keras.html',
  'guides/gpu-operations.html',
  'guides/performance.html',
  'hierarchy.html',
  'interfaces/FitOptions.html',
  'modules/optimizers.html',
  'playground/backends.html',
  'source/src/tensor/operations/ops.ts.html',
  'types/TensorLike.html',
]

/** Elements that are cut: what overflows them neither scrolls, with a shadow that shows it, nor ends in an ellipsis. */
function cutElements(): string[] {
  const wide = [...document.querySelectorAll('body *')].filter(
    ({ clientWidth, scrollWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 4,
  )
  const cut = wide.filter((element) => {
    const { overflowX, backgroundImage, textOverflow } = getComputedStyle(element)
    if (overflowX === 'visible') return false // then its ancestor is cut, or none
    const scrolls = overflowX === 'auto' && backgroundImage.includes('gradient')
    return !scrolls && textOverflow !== 'ellipsis'
  })
  return cut.map((element) => `${element.outerHTML.slice(0, 60)} ${element.textContent}`)
}

/** Blocks of code that scroll. */
function wideBlocks(): string[] {
  const blocks = [...document.querySelectorAll('pre, .tsd-signature')]
  return blocks.filter((block) => block.scrollWidth > block.clientWidth + 1).map((block) => block.textContent ?? '')
}

test.serial('pages of every kind fit phones and laptops, and what is wider scrolls and shows it', async (t) => {
  const page = await open('index.html')
  for (const path of kinds) {
    await page.goto(site.url + path)
    for (const width of [360, 390, 1280]) {
      await page.setViewportSize({ width, height: 844 })
      const at = `${path} at ${width}`
      t.true((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, at)
      t.deepEqual(await page.evaluate(cutElements), [], at)
      if (width === 1280 && !path.startsWith('source/')) t.deepEqual(await page.evaluate(wideBlocks), [], at)
    }
    t.true(Number.parseFloat(await page.evaluate(() => getComputedStyle(document.body).fontSize)) >= 16, path)
  }
  await page.close()
})

test.serial('on a phone, formulas of guides break, and cells of tables name their columns', async (t) => {
  const page = await open('guides/02-gradients.html', { width: 390 })
  const widths = (selector: string) =>
    page.locator(selector).evaluateAll((all) => all.map((element) => element.scrollWidth - element.clientWidth))
  t.true((await widths('.formula')).every((excess) => excess <= 0))
  t.is(await page.locator('.formula:has-text("2x") math, .formula math:has-text("2x")').count(), 3)
  await page.goto(`${site.url}guides/coming-from-keras.html`)
  t.true((await widths('.table')).every((excess) => excess <= 4))
  const label = await page.evaluate(() => {
    const cells = document.querySelectorAll('.table tr:nth-child(2) td')
    return [...cells].slice(0, 2).map((cell) => getComputedStyle(cell, '::before').content)
  })
  t.deepEqual(label, ['"Keras "', '"nabla "'])
  await page.close()
})

test.serial('no gap stands behind a root, nor between code and a comma', async (t) => {
  const page = await open('guides/06-adamw.html')
  const gaps = await page.locator('msqrt').evaluateAll((roots) =>
    roots.flatMap((root) => {
      const [inside, next] = [root.lastElementChild, root.nextElementSibling]
      if (!inside || !next) return []
      const gap = next.getBoundingClientRect().left - inside.getBoundingClientRect().right
      return [gap / Number.parseFloat(getComputedStyle(root).fontSize)]
    }),
  )
  t.true(gaps.length > 0)
  t.true(Math.max(...gaps) < 0.35, String(gaps))
  const edge = await page
    .locator('p code')
    .first()
    .evaluate((code) => {
      const { paddingRight, marginRight } = getComputedStyle(code)
      return Number.parseFloat(paddingRight) + Number.parseFloat(marginRight)
    })
  t.is(edge, 0)
  await page.close()
})

test.serial('no page complained, and none asked for anything from elsewhere', (t) => {
  t.deepEqual(complaints, [])
})
