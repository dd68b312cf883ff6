/**
 * Where an export is imported from, in its comment, if that is not `nabla`.
 */
import { CommentTag, type ProjectReflection } from 'typedoc'
import ts from 'typescript'
import { entries } from '../../scripts/entries.mjs'

/** Adds `import { Dataset } from 'nabla/data'`. */
export function nameEntries(project: ProjectReflection, program: ts.Program): void {
  const { nabla, ...others } = entries
  const core = exportsOf(program, nabla)
  for (const [entry, file] of Object.entries(others)) {
    const names = exportsOf(program, file)
    for (const child of project.children ?? []) {
      if (!names.has(child.name) || core.has(child.name)) continue
      const text = `\`import { ${names.get(child.name)}${child.name} } from '${entry}'\``
      for (const { comment } of child.signatures ?? [child])
        comment?.blockTags.unshift(new CommentTag('@import', [{ kind: 'text', text }]))
    }
  }
}

/** The exports of a file, each with what stands before it in an import: `type ` or nothing. */
function exportsOf(program: ts.Program, file: string): Map<string, string> {
  const checker = program.getTypeChecker()
  const source = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(`/${file}`)) as ts.SourceFile
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol)
  const original = (s: ts.Symbol) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s)
  return new Map(symbols.map((s) => [s.name, original(s).flags & ts.SymbolFlags.Value ? '' : 'type ']))
}
