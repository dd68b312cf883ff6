/**
 * Two lines over logarithmic axes: size across, milliseconds upwards. Colours come from the style sheet.
 */

const [width, height] = [420, 250]
const margin = { left: 64, right: 48, top: 14, bottom: 34 }

/** An SVG element. `lines` are `{ name, points: [size, milliseconds][] }`, `crossover` a size or null. */
export function chart(lines, crossover, label) {
  const points = lines.flatMap((line) => line.points)
  const x = scale(
    points.map(([size]) => size),
    margin.left,
    width - margin.right,
  )
  const y = scale(
    points.map(([, time]) => time),
    height - margin.bottom,
    margin.top,
    1.3,
  )
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label })
  for (const tick of decades(points.map(([, time]) => time))) {
    svg.append(element('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }))
    svg.append(element('text', { x: margin.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, `${format(tick)} ms`))
  }
  for (const size of new Set(points.map(([n]) => n))) {
    svg.append(element('text', { x: x(size), y: height - 12, 'text-anchor': 'middle' }, short(size)))
  }
  if (crossover) {
    const at = x(crossover)
    svg.append(element('line', { class: 'crossover', x1: at, x2: at, y1: margin.top, y2: height - margin.bottom }))
  }
  for (const line of lines) svg.append(...drawn(line, x, y))
  return svg
}

function drawn({ name, points }, x, y) {
  const path = points.map(([size, time]) => `${x(size)},${y(time)}`).join(' ')
  const [size, time] = points[points.length - 1]
  return [
    element('polyline', { class: name, points: path }),
    ...points.map((p) => element('circle', { class: name, cx: x(p[0]), cy: y(p[1]), r: 3.5 })),
    element('text', { class: name, x: x(size) + 8, y: y(time) + 4 }, name.toUpperCase()),
  ]
}

/** From logarithms of values to a range of pixels, with some room at the ends. */
function scale(values, from, to, room = 1) {
  const low = Math.log(Math.min(...values) / room)
  const high = Math.log(Math.max(...values) * room)
  const span = high - low || 1
  return (value) => from + ((Math.log(value) - low) / span) * (to - from)
}

function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.ceil(Math.log10(Math.max(...values)))
  const all = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  return all.filter((tick) => tick >= Math.min(...values) / 1.3 && tick <= Math.max(...values) * 1.3)
}

/** 1000 → 1 k. */
export function short(n) {
  if (n >= 1e6) return `${n / 1e6} M`
  return n >= 1e4 ? `${n / 1e3} k` : String(n)
}

/** Milliseconds with two digits that count. */
export function format(milliseconds) {
  return Number(milliseconds.toPrecision(2)).toString()
}

function element(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text !== undefined) made.textContent = text
  return made
}
