/**
 * Draws the figures of the guides: `npm run docs:figures`. They are made by running nabla, seeded, so they come out the same every
 * time, and are kept beside the guides, so that the guides can be read where they lie.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { average } from './drawings/average.js'
import { rosenbrock } from './drawings/rosenbrock.js'
import { scheduleShapes } from './drawings/schedules.js'
import { learningRates, overfitting, warmUp } from './drawings/training.js'

/** The figures, by the names of their files. */
export const figures: Readonly<Record<string, () => string | Promise<string>>> = {
  rosenbrock,
  schedules: scheduleShapes,
  ema: average,
  'learning-rates': learningRates,
  overfitting,
  'warm-up': warmUp,
}

/** Draws all of them into a folder. */
export async function drawFigures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const [name, figure] of Object.entries(figures)) writeFileSync(`${folder}/${name}.svg`, await figure())
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url)
  await drawFigures(process.argv[2] ?? fileURLToPath(new URL('figures', import.meta.url)))
