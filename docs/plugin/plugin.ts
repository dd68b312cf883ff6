/**
 * What the site has beyond TypeDoc: chapters, methods of tensors, the table's rows of the operations, pages of the source,
 * and the file for programs that read. Each is a file of this folder.
 */
import { type Application, Converter, type ProjectReflection } from 'typedoc'
import type ts from 'typescript'
import { assignCategories } from './assign.js'
import { linkFiles, linkFilesOfHome } from './documents.js'
import { nameEntries } from './entries.js'
import { inlineFigures } from './figures.js'
import { connectHierarchy } from './hierarchy.js'
import { describeInherited } from './inherited.js'
import { removeInternals } from './internal.js'
import { writeLlms } from './llms.js'
import { describeMethods } from './methods.js'
import { describeOperations } from './operations.js'
import { describeOptions } from './options.js'
import { checkParameters, describeParameters } from './parameters.js'
import { copyPlayground } from './playground.js'
import { polish } from './polish.js'
import { addReferences } from './references.js'
import { SiteRouter } from './router.js'
import { rankSearch } from './search.js'
import { linkSources } from './sources.js'
import { fillTables } from './tables.js'

/** TypeDoc calls it. */
export function plugin(app: Application): void {
  app.internationalization.addTranslations('en', {
    tag_options: 'Options',
    tag_gradient: 'Gradient',
    tag_row: 'The rule',
    tag_equivalents: 'Elsewhere',
    tag_import: 'Import',
    theme_defined_in: 'Source:',
  } as never)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project, programs }) => enrich(project, programs[0]), 100)
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => linkFilesOfHome(project))
  app.on('validateProject' as never, (project: ProjectReflection) => checkParameters(project, app.logger))
  app.renderer.defineRouter('site', SiteRouter as never)
  polish(app)
  inlineFigures(app)
  linkSources(app)
  copyPlayground(app)
  writeLlms(app)
  rankSearch(app)
}

function enrich(project: ProjectReflection, program: ts.Program): void {
  removeInternals(project)
  connectHierarchy(project)
  addReferences(project)
  describeOperations(project, program)
  describeMethods(project)
  describeInherited(project)
  nameEntries(project, program)
  describeOptions(project)
  describeParameters(project)
  fillTables(project)
  linkFiles(project)
  assignCategories(project)
}
