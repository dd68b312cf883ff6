/**
 * `npm run docs`: the documentation site, from the comments of `src/` and the pages of this folder, to `docs/site/`.
 * With `--check`, which `npm run types` uses, it only reads the comments and reports what is not described.
 */
import { join } from 'node:path'
import { Application, type ProjectReflection, TSConfigReader, TypeDocReader } from 'typedoc'

const site = join(import.meta.dirname, 'site')

/** Builds the site. A warning is an error, unless it `isDraft`; null when there was one. */
export async function buildSite(out = site, isDraft = false): Promise<ProjectReflection | null> {
  const { app, isGood, project } = await describe(out, isDraft)
  if (project && isGood()) await app.generateOutputs(project)
  return project && isGood() ? project : null
}

/** Reads the comments; TypeDoc prints a warning for each export, member, option or parameter that has none. */
async function describe(out: string, isDraft: boolean) {
  const config = join(import.meta.dirname, 'typedoc.config.mjs')
  const options = { options: config, out, json: join(out, 'api.json') }
  const app = await Application.bootstrapWithPlugins(options, [new TypeDocReader(), new TSConfigReader()])
  const isGood = () => !app.logger.hasErrors() && (isDraft || !app.logger.hasWarnings())
  const project = isGood() ? await app.convert() : undefined
  if (project) app.validate(project)
  return { app, isGood, project }
}

/** True if every comment that the site needs is there. */
async function isDescribed(): Promise<boolean> {
  const { project, isGood } = await describe(site, false)
  return project !== undefined && isGood()
}

if (process.argv[1] === import.meta.filename) {
  const isDraft = process.argv.includes('--draft')
  const isDone = process.argv.includes('--check') ? await isDescribed() : (await buildSite(site, isDraft)) !== null
  if (!isDone) process.exitCode = 1
}
