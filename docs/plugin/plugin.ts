/**
 * What the site has beyond TypeDoc: chapters, methods of tensors, what the table knows about each operation, pages of the source,
 * and the file for programs that read. Each is a file beside this one.
 */
import { type Application, Converter, type ProjectReflection } from 'typedoc'
import { assignCategories } from './assign.ts'
import { linkFiles } from './documents.ts'
import { describeInherited } from './inherited.ts'
import { writeLlms } from './llms.ts'
import { describeMethods } from './methods.ts'
import { describeOperations } from './operations.ts'
import { describeOptions } from './options.ts'
import { checkParameters, describeParameters } from './parameters.ts'
import { polish } from './polish.ts'
import { SiteRouter } from './router.ts'
import { linkSources } from './sources.ts'
import { fillTables } from './tables.ts'

/** TypeDoc calls it. */
export function plugin(app: Application): void {
  app.internationalization.addTranslations('en', {
    tag_options: 'Options',
    tag_gradient: 'Gradient',
    tag_row: 'The rule',
    tag_equivalents: 'Elsewhere',
    theme_defined_in: 'Source:',
  } as never)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => enrich(project), 100)
  app.on('validateProject' as never, (project: ProjectReflection) => checkParameters(project, app.logger))
  app.renderer.defineRouter('site', SiteRouter as never)
  polish(app)
  linkSources(app)
  writeLlms(app)
}

function enrich(project: ProjectReflection): void {
  describeOperations(project)
  describeMethods(project)
  describeInherited(project)
  describeOptions(project)
  describeParameters(project)
  fillTables(project)
  linkFiles(project)
  assignCategories(project)
}
