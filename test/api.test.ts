/**
 * The public API as a list of names and signatures: a change of it is seen. `RECORD_API=1 npx ava test/api.test.ts` records a wanted one.
 */
import { writeFileSync } from 'node:fs'
import test from 'ava'
import ts from 'typescript'
import { entries } from '../scripts/entries.mjs'
import { read, root } from './source.js'

const recorded = 'test/golden/api.txt'
const { NoTruncation, InTypeAlias, UseAliasDefinedOutsideCurrentScope } = ts.TypeFormatFlags
const format = NoTruncation | UseAliasDefinedOutsideCurrentScope

const files = Object.values(entries)
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent({ ...config, include: files }, ts.sys, root)
const program = ts.createProgram(
  files.map((file) => root + file),
  { ...options, noEmit: true },
)
const checker = program.getTypeChecker()

function exportsOf(file: string): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol
  return checker.getExportsOfModule(module)
}

const original = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** An export, a line for itself and one for each public member. */
function describe(symbol: ts.Symbol, prefix = ''): string[] {
  const target = original(symbol)
  const name = prefix + symbol.name
  const declaration = target.declarations?.[0] as ts.Declaration
  if (target.flags & ts.SymbolFlags.ValueModule) {
    return checker.getExportsOfModule(target).flatMap((member) => describe(member, `${name}.`))
  }
  if (target.flags & ts.SymbolFlags.Class) return [`class ${name}${heritage(declaration)}`, ...membersOf(target)]
  if (target.flags & ts.SymbolFlags.Interface)
    return [`interface ${name}${heritage(declaration)}`, ...membersOf(target)]
  if (target.flags & ts.SymbolFlags.TypeAlias) return describeAlias(name, target)
  const type = checker.getTypeOfSymbolAtLocation(target, declaration)
  return signaturesOf(type).map((signature) => `function ${name}${signature}`)
}

function signaturesOf(type: ts.Type): string[] {
  return type.getCallSignatures().map((signature) => checker.signatureToString(signature, undefined, format))
}

/** A type alias: one line, or a line for each member where it is an object of many methods. */
function describeAlias(name: string, symbol: ts.Symbol): string[] {
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  const members = type.getProperties()
  const isManyMethods = !type.isUnion() && members.length > 20 && members.every(isMethod)
  if (!isManyMethods) return [`type ${name} = ${checker.typeToString(type, undefined, format | InTypeAlias)}`]
  return [`type ${name}`, ...members.flatMap(describeMethod).sort()]
}

const isMethod = (member: ts.Symbol) => signaturesOf(checker.getTypeOfSymbol(member)).length > 0

function describeMethod(member: ts.Symbol): string[] {
  return signaturesOf(checker.getTypeOfSymbol(member)).map((signature) => `  ${member.name}${signature}`)
}

function heritage(declaration: ts.Declaration): string {
  const { typeParameters, heritageClauses = [] } = declaration as ts.ClassDeclaration
  const parameters = typeParameters ? `<${typeParameters.map((parameter) => parameter.getText()).join(', ')}>` : ''
  return [parameters, ...heritageClauses.map((clause) => ` ${clause.getText()}`)].join('')
}

/** What the class or interface declares itself, in alphabetical order, without what is private or internal. */
function membersOf(symbol: ts.Symbol): string[] {
  const statics = [...(symbol.exports?.values() ?? [])].map((member) => describeMember(member, 'static '))
  const own = [...(symbol.members?.values() ?? [])].map((member) => describeMember(member, ''))
  return [...statics, ...own].flat().sort()
}

/** Whether it is a `#field`. */
function isPrivateName(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration)
  return name !== undefined && ts.isPrivateIdentifier(name)
}

function describeMember(member: ts.Symbol, prefix: string): string[] {
  const declaration = member.declarations?.[0]
  if (!declaration) return [] // `prototype`
  const flags = ts.getCombinedModifierFlags(declaration)
  const isHidden = flags & ts.ModifierFlags.Private || isPrivateName(declaration) || isInternal(member)
  if (isHidden || member.flags & ts.SymbolFlags.TypeParameter) return []
  const words = `  ${flags & ts.ModifierFlags.Protected ? 'protected ' : ''}${prefix}`
  if (member.flags & ts.SymbolFlags.Constructor) return constructorsOf(declaration).map((text) => words + text)
  const name = member.name.startsWith('__') ? '' : member.name
  const type = checker.getTypeOfSymbolAtLocation(member, declaration)
  const optional = member.flags & ts.SymbolFlags.Optional ? '?' : ''
  if (member.flags & ts.SymbolFlags.Method) {
    return signaturesOf(checker.getNonNullableType(type)).map((signature) => `${words}${name}${optional}${signature}`)
  }
  if (name === '') return signaturesOf(checker.getDeclaredTypeOfSymbol(parentOf(member))).map((text) => words + text)
  return [`${words}${name}${optional}: ${checker.typeToString(type, undefined, format)}`]
}

function constructorsOf({ parent }: ts.Declaration): string[] {
  const type = checker.getTypeOfSymbol(
    checker.getSymbolAtLocation((parent as ts.ClassDeclaration).name as ts.Identifier) as ts.Symbol,
  )
  return type.getConstructSignatures().map((s) => `new ${checker.signatureToString(s, undefined, format)}`)
}

function parentOf(member: ts.Symbol): ts.Symbol {
  return (member as ts.Symbol & { parent: ts.Symbol }).parent
}

function isInternal(member: ts.Symbol): boolean {
  return ts.displayPartsToString(member.getDocumentationComment(checker)).startsWith('Internal:')
}

/** The exports of an entry that no entry before it has; those of other entries than `nabla` under its name. */
function linesOf(entry: string, i: number): string[] {
  const before = new Set(files.slice(0, i).flatMap((file) => exportsOf(root + file).map(original)))
  const lines = exportsOf(root + entries[entry])
    .filter((symbol) => !before.has(original(symbol)))
    .map((symbol) => describe(symbol))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
  return i === 0 ? lines : ['', `from '${entry}'`, ...lines]
}

test('the public API is the recorded one', (t) => {
  const lines = Object.keys(entries).flatMap(linesOf)
  const text = `${lines.join('\n').replaceAll(root, '')}\n`
  if (process.env.RECORD_API) writeFileSync(root + recorded, text)
  t.true(lines.length > 500)
  const before = new Set(read(recorded).split('\n'))
  const now = new Set(text.split('\n'))
  const changes = [
    ...[...before].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !before.has(line)).map((line) => `+ ${line}`),
  ]
  t.deepEqual(changes, [], 'if this is wanted: RECORD_API=1 npx ava test/api.test.ts')
  t.is(text, read(recorded))
})
