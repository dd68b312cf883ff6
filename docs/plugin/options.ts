/**
 * The options of a class as a table on its own page: `AdamW` shows what `AdamWOptions` lists.
 */
import { Comment, CommentTag, type DeclarationReflection, type ProjectReflection, ReflectionKind } from 'typedoc'

/** Shared by all optimizers; named, not repeated. */
const shared = 'OptimizerOptions'

/** Adds the tables. */
export function describeOptions(project: ProjectReflection): void {
  for (const owner of project.children ?? []) {
    const options = project.children?.find(({ name }) => name === `${owner.name}Options`)
    const isMade = owner.children?.some((member) => member.kindOf(ReflectionKind.Constructor))
    if (owner.kindOf(ReflectionKind.Class) && isMade && owner.comment && options?.children) {
      owner.comment.blockTags.unshift(new CommentTag('@options', [{ kind: 'text', text: table(project, options) }]))
    }
  }
}

function table(project: ProjectReflection, options: DeclarationReflection): string {
  const all = options.children ?? []
  const repeated = repeatedNames(project, options)
  const others = all.filter(({ name }) => repeated.has(name)).map(({ name }) => `\`${name}\``)
  const end = others.length === 0 ? '' : `\n\nAnd those of every optimizer (\`${shared}\`): ${others.join(', ')}.`
  const rows = all.filter(({ name }) => !repeated.has(name)).map(row)
  return `| Option | |\n|---|---|\n${rows.join('\n')}${end}`
}

/** The options that the interface takes over from the shared ones. */
function repeatedNames(project: ProjectReflection, options: DeclarationReflection): Set<string> {
  const base = project.getChildByName([shared]) as DeclarationReflection | undefined
  const file = base?.sources?.[0].fullFileName
  const inherited = (options.children ?? []).filter((option) => option.sources?.[0].fullFileName === file)
  return new Set(options === base ? [] : inherited.map(({ name }) => name).filter((name) => name !== 'learningRate'))
}

function row({ name, comment, flags }: DeclarationReflection): string {
  const words = Comment.combineDisplayParts(comment?.summary).replaceAll('\n', ' ').replaceAll('|', '\\|')
  return `| \`${name}\`${flags.isOptional ? '' : ' (required)'} | ${words} |`
}
