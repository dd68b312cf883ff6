/**
 * Draws the figures of the guides: `npm run docs:figures`. They are made by running nabla, seeded, so they come out the same every
 * time (except for the last digits, which differ where the engine has fused multiply-add), and are kept in the repository, so that the
 * guides can be read there.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { average } from './drawings/average.js'
import { growth } from './drawings/growth.js'
import { house } from './drawings/house.js'
import { rosenbrock } from './drawings/rosenbrock.js'
import { scheduleShapes } from './drawings/schedules.js'
import { learningRates, overfitting, warmUp } from './drawings/training.js'

const drawings: Readonly<Record<string, () => string | Promise<string>>> = {
  rosenbrock,
  schedules: scheduleShapes,
  ema: average,
  'learning-rates': learningRates,
  overfitting,
  'warm-up': warmUp,
  growth,
  house,
}

/** The names of the figures, which are those of their files. */
export const figureNames: readonly string[] = Object.keys(drawings)

/** Draws a figure, as the text of an SVG file. */
export async function drawFigure(name: string): Promise<string> {
  return withOwnIds(name, await drawings[name]())
}

/** Several figures may be part of one page: their ids must differ. */
function withOwnIds(name: string, svg: string): string {
  const ids = [...new Set(svg.match(/plot-clip-\d+/g))]
  return svg.replace(/plot-clip-\d+/g, (id) => `${name}-clip-${ids.indexOf(id)}`)
}

/** Draws all of them into a folder. */
export async function drawFigures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const name of figureNames) writeFileSync(`${folder}/${name}.svg`, await drawFigure(name))
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url)
  await drawFigures(process.argv[2] ?? fileURLToPath(new URL('figures', import.meta.url)))
