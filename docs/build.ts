/**
 * `npm run docs`: the documentation site, from the comments of `src/` and the pages beside this file, to `docs/site/`.
 */
import { join } from 'node:path'
import { Application, type ProjectReflection, TSConfigReader, TypeDocReader } from 'typedoc'

const site = join(import.meta.dirname, 'site')

/** Builds the site. A warning is an error, unless it `isDraft`; null when there was one. */
export async function buildSite(out = site, isDraft = false): Promise<ProjectReflection | null> {
  const config = join(import.meta.dirname, 'typedoc.config.mjs')
  const options = { options: config, out, json: join(out, 'api.json') }
  const app = await Application.bootstrapWithPlugins(options, [new TypeDocReader(), new TSConfigReader()])
  const isGood = () => !app.logger.hasErrors() && (isDraft || !app.logger.hasWarnings())
  const project = isGood() ? await app.convert() : undefined
  if (!project) return null
  app.validate(project)
  if (isGood()) await app.generateOutputs(project)
  return isGood() ? project : null
}

if (process.argv[1] === import.meta.filename) {
  const project = await buildSite(site, process.argv.includes('--draft'))
  if (!project) process.exitCode = 1
}
