/**
 * `npm run docs`: the documentation site, from the comments of `src/` and the pages beside this file, to `docs/site/`.
 */
import { join } from 'node:path'
import { Application, TSConfigReader, TypeDocReader } from 'typedoc'

const site = join(import.meta.dirname, 'site')

/** Builds the site. Warnings count as errors, unless `isDraft`. */
export async function buildSite(out = site, isDraft = false): Promise<boolean> {
  const config = join(import.meta.dirname, 'typedoc.config.mjs')
  const app = await Application.bootstrapWithPlugins({ options: config, out, json: join(out, 'api.json') }, [
    new TypeDocReader(),
    new TSConfigReader(),
  ])
  if (app.logger.hasErrors()) return false
  const project = await app.convert()
  if (!project) return false
  app.validate(project)
  const isGood = () => !app.logger.hasErrors() && (isDraft || !app.logger.hasWarnings())
  if (isGood()) await app.generateOutputs(project)
  return isGood()
}

const isMain = process.argv[1] === import.meta.filename
if (isMain && !(await buildSite(site, process.argv.includes('--draft')))) process.exitCode = 1
