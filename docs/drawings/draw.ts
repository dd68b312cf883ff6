/**
 * How figures look: Observable Plot without a browser, in colours that can be read on light and on dark pages. Text and axes take
 * the page's scheme where the SVG is part of the page, and the system's where it is an image.
 */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** Colours for lines, each with a contrast of about 3 to white and to black. */
export const colors = {
  blue: '#3d85e0',
  orange: '#d9752b',
  green: '#2f9e63',
  purple: '#9468d8',
  red: '#d9506a',
  teal: '#219a9f',
} as const

/** Axes for a curve over the steps. */
export const stepAxis = { label: 'step', labelAnchor: 'center', labelArrow: 'none' } as const

const style = `.nabla-figure{color:#57606a;font-family:system-ui,sans-serif;overflow:visible;max-width:100%;height:auto}
@media(prefers-color-scheme:dark){.nabla-figure{color:#b1bac4}}
:root[data-theme=light] .nabla-figure{color:#57606a}
:root[data-theme=dark] .nabla-figure{color:#b1bac4}`

/** Draws a plot as the text of an SVG file; `title` describes it for those who cannot see it. */
export function draw(title: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<html></html>')
  const plot = Plot.plot({ document: document as unknown as Document, className: 'nabla-figure', ...options })
  for (const old of plot.querySelectorAll('style')) old.remove()
  const [, , width, height] = (plot.getAttribute('viewBox') as string).split(' ')
  return `<svg xmlns="http://www.w3.org/2000/svg" class="nabla-figure" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" fill="currentColor" font-size="12" text-anchor="middle" role="img">
<title>${title}</title>
<style>${style}</style>
${rounded(plot.innerHTML)}
</svg>
`
}

/** Names at the ends of lines, in their colours; `facet` names the plot of several that each belongs to. */
export function labels(
  ends: readonly { x: number; y: number; name: string; color: string }[],
  facet: { fx?: string } = {},
): Plot.Markish {
  return Plot.text(ends, {
    ...facet,
    x: 'x',
    y: 'y',
    text: 'name',
    fill: 'color',
    dx: 6,
    textAnchor: 'start',
    fontWeight: 600,
  })
}

/** A tenth of a pixel is enough. Texts stay as they are. */
function rounded(svg: string): string {
  const short = (number: string) => String(Number(Number(number).toFixed(1)))
  return svg.replace(/"[^"]*"/g, (attribute) => attribute.replace(/-?\d+\.\d{2,}/g, short))
}
