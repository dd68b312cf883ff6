/**
 * What the documentation tells people to type, and the page that README shows: the blocks that are neither TypeScript nor output.
 */
import { existsSync } from 'node:fs'
import test from 'ava'
import { filesBelow, read, root } from '../source.js'
import { foreignBlocks, languagesUsed, markdownFiles } from './blocks.js'
import { launch, serve } from './browser.js'

const project: { name: string; version: string; scripts: Record<string, string> } = JSON.parse(read('package.json'))
const archive = `${project.name}-${project.version}.tgz`

/** The commands of a line of a shell, without its comment. */
const commandsOf = (line: string) =>
  line
    .replace(/#.*/, '')
    .split('&&')
    .map((text) => text.trim())
    .filter(Boolean)

/** What is wrong with a command, or nothing. */
function objection(command: string): string | undefined {
  const [program, verb, ...rest] = command.split(/\s+/)
  if (program === 'npx') return commandOfNpx(verb, rest)
  if (program !== 'npm') return 'it is no command of npm'
  if (verb === 'ci') return existsSync(`${root}package-lock.json`) ? undefined : 'there is no lock file'
  if (verb === 'pack') return undefined
  if (verb === 'install') return rest[0]?.endsWith(`/${archive}`) ? undefined : `the archive is ${archive}`
  const script = verb === 'run' ? rest[0] : verb
  return Object.hasOwn(project.scripts, script) ? undefined : `package.json has no script ${script}`
}

function commandOfNpx(program: string, [file]: string[]): string | undefined {
  if (program !== 'ava' && program !== 'tsx') return `${program} is not installed`
  return existsSync(root + file) ? undefined : `${file} does not exist`
}

const shell = foreignBlocks('sh').flatMap(({ where, code }) =>
  code.split('\n').flatMap((line) => commandsOf(line).map((command) => ({ where, command }))),
)

test('every block is code that is run, a page that is opened, commands that are checked, output, or a change to make', (t) => {
  t.deepEqual(languagesUsed(), ['diff', 'html', 'sh', 'text', 'ts'])
})

test('every command in a block of the shell is one that there is', (t) => {
  t.true(shell.length >= 7)
  t.deepEqual(
    shell.flatMap(({ where, command }) => (objection(command) ? [`${where}: ${command}: ${objection(command)}`] : [])),
    [],
  )
  t.is(objection('npm run nonsense'), 'package.json has no script nonsense')
  t.is(objection('npm install ../nabla-0.0.0.tgz'), `the archive is ${archive}`)
  t.is(objection('pnpm test'), 'it is no command of npm')
})

test('every command between the lines is one that there is', (t) => {
  const inline = [...markdownFiles(), ...filesBelow('src', '.ts')].flatMap((file) =>
    [...read(file).matchAll(/`((?:npm|npx) [^`]*)`|\((npm run [\w:]*\w)/g)].map(([, quoted, spoken]) => ({
      file,
      text: quoted ?? spoken,
    })),
  )
  t.true(inline.length >= 12)
  const wrong = inline.flatMap(({ file, text }) =>
    text
      .replace(/^RECORD_\w+=1 /, '')
      .split('&&')
      .map((command) => command.trim().replace(/^RECORD_\w+=1 /, ''))
      .flatMap((command) => (objection(command) ? [`${file}: ${command}: ${objection(command)}`] : [])),
  )
  t.deepEqual(wrong, [])
})

test('continuous integration does what README says', (t) => {
  if (!existsSync(`${root}.ci/run`)) {
    t.log('there is no .ci/run')
    t.pass()
    return
  }
  const [lines] = [
    foreignBlocks('sh')
      .find(({ where }) => where.startsWith('README.md'))
      ?.code.split('\n') ?? [],
  ]
  const second = commandsOf(lines[1]).join(' && ')
  t.is(second, 'npm ci && npm test')
  const run = read('.ci/run')
    .split('\n')
    .filter((line) => line.startsWith('npm '))
  t.is(run.length, 1)
  t.true(run[0].startsWith(`${second} `))
})

test('the numbers that README names are those of the tests and guides', (t) => {
  const text = read('README.md')
  t.regex(text, /`npm run tiny` runs the twenty tests\s+that matter/)
  t.is([...read('test/tiny.test.ts').matchAll(/^test\(/gm)].length, 20)
  t.regex(text, /twelve \[guides\]/)
  t.is(filesBelow('docs/guides', '.md').filter((file) => /\/\d\d-/.test(file)).length, 12)
})

test('the page in README shows what it says, also under the policy that README names', async (t) => {
  const pages = foreignBlocks('html')
  t.is(pages.length, 1, 'a page of its own for each is opened here')
  const browser = await launch()
  const site = await serve(root)
  /** The page's text, and what it complains of, when it lies beside the built file. */
  const open = async (policy?: string) => {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    const headers: Record<string, string> = policy ? { 'content-security-policy': policy } : {}
    await page.route('**/dist/readme.html', (route) =>
      route.fulfill({ contentType: 'text/html', headers, body: pages[0].code }),
    )
    await page.goto(`${site.url}dist/readme.html`)
    await page.waitForLoadState('networkidle')
    return { text: (await page.textContent('body')) ?? '', complaints }
  }
  const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"
  try {
    for (const shown of [await open(), await open(`${policy} 'wasm-unsafe-eval'`)]) {
      t.deepEqual(shown.complaints, [])
      t.regex(shown.text, /Tensor \[3\] float32\s+\[1, 4, 9\]/)
    }
    const refused = await open(policy)
    t.notRegex(refused.text, /1, 4, 9/)
    t.regex(refused.complaints.join(), /cpu: compiling WebAssembly is forbidden here.*'wasm-unsafe-eval'/)
  } finally {
    await browser.close()
    site.server.close()
  }
})
