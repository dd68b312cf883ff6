/**
 * `llms.txt` at the root of the site: what there is, a line each, for programs that read.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Application, Comment, type Reflection, RendererEvent } from 'typedoc'

const header = `# nabla

> A small autodiff framework in pure TypeScript, made to be read: tensors, gradients, layers and Keras's optimizers. Every
> elementwise operation is a one-line formula that runs as WebAssembly SIMD.

The whole reference as data: [api.json](api.json), in TypeDoc's format.
`

/** Writes it after the pages. */
export function writeLlms(app: Application): void {
  app.renderer.on(RendererEvent.END, ({ project, outputDirectory }: RendererEvent) => {
    const sections = (project.categories ?? []).map(({ title, children }) => {
      return `## ${title}\n\n${children.map((child) => line(app, child)).join('\n')}\n`
    })
    writeFileSync(join(outputDirectory, 'llms.txt'), `${header}\n${sections.join('\n')}`)
  })
}

function line(app: Application, reflection: Reflection): string {
  const words = summaryOf(reflection)
  return `- [${reflection.name}](${app.renderer.router?.getFullUrl(reflection)})${words ? `: ${words}` : ''}`
}

/** The first sentence. */
function summaryOf(reflection: Reflection): string {
  const described = reflection.isDeclaration() ? (reflection.signatures?.[0] ?? reflection) : reflection
  const text = Comment.combineDisplayParts(described.comment?.getShortSummary(true)).replaceAll(/\s+/g, ' ').trim()
  return /^.*?[.:;](?= [A-Z]|$)/.exec(text)?.[0] ?? text
}
