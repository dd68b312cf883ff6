/**
 * What the operations without a row of their own are made of: the operations that they call, themselves or through the helpers of
 * their file. Those that hand numbers to a kernel or an array themselves are not only made of others, and are left out.
 */
import ts from 'typescript'

/** The parts that a function is made of, by its name, in order of appearance; none if it also works on numbers itself. */
export type PartsOf = (name: string) => string[]

/** A function that mentions one of these works on numbers. */
const atoms = ['backend', 'run', 'place', 'wrap', 'elementwise', 'newValues', 'alongLast', 'viewOf', 'snapshot']

/**
 * Reads it from the source.
 * @param program the program of the package
 * @param isOperation whether an exported function is an operation
 */
export function readParts(program: ts.Program, isOperation: (name: string) => boolean): PartsOf {
  const checker = program.getTypeChecker()
  const exported = exportedFunctions(program, checker)
  const names = new Map([...exported].map(([name, f]) => [f, name]))

  /** The function that a name stands for. */
  const declared = (node: ts.Node): ts.FunctionDeclaration | undefined =>
    functionOf(checker.getSymbolAtLocation(node), checker)

  const isTensor = (node: ts.Expression) =>
    ['Tensor', 'Variable'].includes(checker.getTypeAtLocation(node).symbol?.name ?? '')

  /** Adds the functions called below a node; returns true if it does nothing else. */
  const collect = (node: ts.Node, found: Set<string>, seen: Set<ts.Node>): boolean => {
    if (ts.isPropertyAccessExpression(node)) {
      if (isTensor(node.expression) && isOperation(node.name.text)) found.add(node.name.text)
    } else if (ts.isIdentifier(node)) {
      if (atoms.includes(node.text)) return false
      const f = declared(node)
      const name = f && names.get(f)
      if (name && isOperation(name)) found.add(name)
      else if (f?.body && f.getSourceFile() === node.getSourceFile() && !seen.has(f))
        return collect(f.body, found, seen.add(f))
    }
    return !ts.forEachChild(node, (child) => !collect(child, found, seen))
  }

  return (name) => {
    const f = exported.get(name)
    const found = new Set<string>()
    if (!f?.body || !collect(f.body, found, new Set([f]))) return []
    found.delete(name)
    return [...found]
  }
}

/** The functions that `src/index.ts` exports. */
function exportedFunctions(program: ts.Program, checker: ts.TypeChecker): Map<string, ts.FunctionDeclaration> {
  const index = program.getSourceFiles().find(({ fileName }) => fileName.endsWith('/src/index.ts'))
  const symbols = index ? checker.getExportsOfModule(checker.getSymbolAtLocation(index) as ts.Symbol) : []
  return new Map(
    symbols.flatMap((symbol) => {
      const f = functionOf(symbol, checker)
      return f ? [[symbol.name, f] as const] : []
    }),
  )
}

function functionOf(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): ts.FunctionDeclaration | undefined {
  const original = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return original?.declarations?.filter(ts.isFunctionDeclaration).find(({ body }) => body)
}
