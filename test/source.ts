/**
 * The sources of nabla as data: which files there are, what they import, their syntax trees.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { entries } from '../scripts/entries.mjs'

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** An import of a file: from which file, what, and how. */
export interface Import {
  readonly from: string
  /** The imported file, relative to the repository, or the name of a package. */
  readonly to: string
  readonly kind: 'value' | 'type' | 'dynamic'
}

/** The files below a folder whose names end as asked, relative to the repository, in alphabetical order. */
export function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(root + folder)) return []
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .sort()
}

/** The text of a file, relative to the repository. */
export function read(file: string): string {
  return readFileSync(root + file, 'utf8')
}

/** The syntax tree of a TypeScript text. */
export function syntaxTree(file: string, text = read(file)): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
}

/** Every node of a tree, parents first. */
export function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodes(child)
}

/** What a file imports, by `import`, `export … from` and `import()`. */
export function importsOf(file: string, text = read(file)): Import[] {
  const found: Import[] = []
  for (const node of nodes(syntaxTree(file, text))) {
    const target = specifier(node)
    if (target) found.push({ from: file, to: resolve(file, target), kind: kindOf(node) })
  }
  return found
}

function specifier(node: ts.Node): string | undefined {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : isDynamicImport(node)
          ? node.arguments[0]
          : undefined
  return literal && ts.isStringLiteralLike(literal) ? literal.text : undefined
}

function isDynamicImport(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
}

function kindOf(node: ts.Node): Import['kind'] {
  if (isDynamicImport(node)) return 'dynamic'
  if (ts.isImportTypeNode(node)) return 'type'
  const whole = ts.isImportDeclaration(node) ? node.importClause : (node as ts.ExportDeclaration)
  return whole && isTypeOnly(whole) ? 'type' : 'value'
}

/** `import type …`, or an import all of whose names are types. */
function isTypeOnly(clause: ts.ImportClause | ts.ExportDeclaration): boolean {
  if (clause.isTypeOnly) return true
  if (ts.isImportClause(clause) && clause.name) return false
  const names = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause
  if (!names || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly)
}

function resolve(file: string, target: string): string {
  if (!target.startsWith('.')) return target
  return posix.join(posix.dirname(file), target).replace(/\.js$/, '.ts')
}

/** The files that importing `file` loads, itself among them. */
export function loadedBy(file: string, imports: readonly Import[]): Set<string> {
  const targets = targetsOf(imports)
  const loaded = new Set([file])
  for (const seen of loaded) for (const to of targets.get(seen) ?? []) loaded.add(to)
  return loaded
}

/** Circles of imports: sets of files that all load each other. */
export function circlesIn(imports: readonly Import[]): string[][] {
  const loads = new Map([...targetsOf(imports).keys()].map((file) => [file, loadedBy(file, imports)]))
  const areMutual = (a: string, b: string) => loads.get(a)?.has(b) && loads.get(b)?.has(a)
  const circles: string[][] = []
  for (const file of loads.keys()) {
    if (circles.some((circle) => circle.includes(file))) continue
    const circle = [...loads.keys()].filter((other) => areMutual(file, other))
    if (circle.length > 1) circles.push(circle)
  }
  return circles
}

function targetsOf(imports: readonly Import[]): Map<string, string[]> {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  return targets
}

/** What a part of `src/` is, by the beginning of its files' names; the first that fits. */
const parts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(entries).map((file) => [file, 'index'])),
  'src/names.ts': 'index',
  'src/kernels/': 'kernels',
  'src/autograd/engine.ts': 'engine',
  'src/autograd/': 'transforms',
  'src/tensor/operations/': 'operations',
  'src/tensor/': 'tensor',
  'src/layers/': 'layers',
  'src/training/': 'training',
  'src/optim/': 'optim',
  'src/data/': 'data',
  'src/io/': 'io',
  'src/inspect/': 'inspect',
  'src/cli/': 'cli',
  'src/errors.ts': 'base',
  'src/options.ts': 'base',
  'src/naming.ts': 'base',
  'src/keras-names.ts': 'base',
  'src/printed.ts': 'base',
}

/** The part of `src/` that a file belongs to. */
export const partOf = (file: string): string | undefined =>
  Object.entries(parts).find(([start]) => file.startsWith(start))?.[1]
