/**
 * Convolutions and pooling on the GPU: every element of a result looks up what belongs to it. Images are [batch, height, width, channels].
 */
import type { Convolution, DataBuffer, MatmulEpilogue, Windows } from '../backend.js'
import type { Buffers } from './buffers.js'
import { kernelSource } from './kernel-source.js'

const windowNames = [
  ...['channels', 'height', 'width', 'rows', 'columns', 'windowHeight', 'windowWidth'],
  ...['strideY', 'strideX', 'dilationY', 'dilationX', 'top', 'left'],
]
const convolutionNames = [...windowNames, 'filters', 'depth', 'own', 'zero', 'outside']

const windowScalars = ({ channels, input, output, window, strides, dilation, padding }: Windows): number[] => [
  channels,
  ...[...input, ...output, ...window, ...strides, ...dilation, ...padding],
]

/**
 * After those of the windows: all filters, and the channels and filters of a group; the number around an image, which compilers must not know, since
 * they take 0 · NaN for 0; and how many of its channels are multiplied: none where each channel has a kernel of its own, as on the CPU.
 */
function convolutionScalars(size: Convolution): number[] {
  const { channels, filters, groups } = size
  const isDepthwise = groups > 1 && groups === channels && filters === channels
  const depth = channels / groups
  return [...windowScalars(size), filters, depth, filters / groups, 0, isDepthwise ? 0 : depth]
}

const pixels = (batch: number, [height, width]: readonly [number, number]) => batch * height * width

/** See `Backend.convolve`. */
export function convolve(
  buffers: Buffers,
  x: DataBuffer,
  kernel: DataBuffer,
  size: Convolution,
  { bias, relu = false }: MatmulEpilogue = {},
): DataBuffer {
  const source = bias ? (relu ? withBiasAndRelu : withBias) : relu ? withRelu : plain
  const count = pixels(size.batch, size.output) * size.filters
  return buffers.compute(source, count, bias ? [x, kernel, bias] : [x, kernel], convolutionScalars(size), 'float32')
}

/** See `Backend.convolveInput`. */
export function convolveInput(buffers: Buffers, g: DataBuffer, kernel: DataBuffer, size: Convolution): DataBuffer {
  const count = pixels(size.batch, size.input) * size.channels
  return buffers.compute(inputGradient, count, [g, kernel], convolutionScalars(size), 'float32')
}

/** See `Backend.convolveKernel`. */
export function convolveKernel(buffers: Buffers, x: DataBuffer, g: DataBuffer, size: Convolution): DataBuffer {
  const count = (size.window[0] * size.window[1] * size.channels * size.filters) / size.groups
  return buffers.compute(kernelGradient, count, [x, g], [...convolutionScalars(size), size.batch], 'float32')
}

/** See `Backend.maxPool`. */
export const maxPool = (buffers: Buffers, x: DataBuffer, size: Windows): DataBuffer =>
  buffers.compute(largest, pixels(size.batch, size.output) * size.channels, [x], windowScalars(size), 'float32')

/** See `Backend.maxPoolPick`. */
export const maxPoolPick = (buffers: Buffers, h: DataBuffer, x: DataBuffer, size: Windows): DataBuffer =>
  buffers.compute(atLargest, pixels(size.batch, size.output) * size.channels, [x, h], windowScalars(size), 'float32')

/** See `Backend.maxPoolGradient`. */
export const maxPoolGradient = (buffers: Buffers, g: DataBuffer, x: DataBuffer, size: Windows): DataBuffer =>
  buffers.compute(toLargest, pixels(size.batch, size.input) * size.channels, [x, g], windowScalars(size), 'float32')

/** See `Backend.averagePool`. */
export const averagePool = (buffers: Buffers, x: DataBuffer, size: Windows): DataBuffer =>
  buffers.compute(average, pixels(size.batch, size.output) * size.channels, [x], windowScalars(size), 'float32')

/** See `Backend.averagePoolGradient`. */
export const averagePoolGradient = (buffers: Buffers, g: DataBuffer, size: Windows): DataBuffer =>
  buffers.compute(toAverage, pixels(size.batch, size.input) * size.channels, [g], windowScalars(size), 'float32')

/** Statements that find the last axis, column, row and image of element `i` of [images, height, width, last]. */
const place = (height: string, width: string, last: string) => `
    const pixel = quotient(i, ${last});
    const c = i - pixel * ${last};
    const line = quotient(pixel, ${width});
    const column = pixel - line * ${width};
    const image = quotient(line, ${height});
    const row = line - image * ${height};`

/** Runs the body for every number of the window of output [row, column] that is inside the image: at [y, x], in the window at [ky, kx]. */
const eachInWindow = (body: string, outside = '') => `
    for (let ky = 0; ky < windowHeight; ky++) {
      for (let kx = 0; kx < windowWidth; kx++) {
        const y = row * strideY - top + ky * dilationY;
        const x = column * strideX - left + kx * dilationX;
        if (y >= 0 && y < height && x >= 0 && x < width) {${body}
        }${outside}
      }
    }`

/** Runs the body for every output [oy, ox] whose window has the number [row, column] of the image, at [ky, kx]. */
const eachWindowOf = (body: string) => `
    for (let ky = 0; ky < windowHeight; ky++) {
      for (let kx = 0; kx < windowWidth; kx++) {
        const y = row + top - ky * dilationY;
        const x = column + left - kx * dilationX;
        const oy = quotient(y, strideY);
        const ox = quotient(x, strideX);
        if (oy >= 0 && oy < rows && ox >= 0 && ox < columns && oy * strideY === y && ox * strideX === x) {${body}
        }
      }
    }`

const plain = forward(2, 'sum')
const withRelu = forward(2, 'sum <= 0 ? 0 : sum')
const withBias = forward(3, 'sum + a2[c]')
const withBiasAndRelu = forward(3, 'sum + a2[c] <= 0 ? 0 : sum + a2[c]')

function forward(arrays: number, result: string) {
  const body = `
          const from = ((image * height + y) * width + x) * channels + first;
          const weight = (ky * windowWidth + kx) * depth * filters + c;
          for (let d = 0; d < depth; d++) { sum = sum + a0[from + d] * a1[weight + d * filters]; }`
  const beyond = ` else {
          const weight = (ky * windowWidth + kx) * depth * filters + c;
          for (let d = 0; d < outside; d++) { sum = sum + zero * a1[weight + d * filters]; }
        }`
  return kernelSource(
    arrays,
    convolutionNames,
    `${place('rows', 'columns', 'filters')}
    const first = quotient(c, own) * depth;
    let sum = 0;
    ${eachInWindow(body, beyond)}
    return ${result};`,
  )
}

const inputGradient = kernelSource(
  2,
  convolutionNames,
  `${place('height', 'width', 'channels')}
    const group = quotient(c, depth);
    const first = group * own;
    let sum = 0;
    ${eachWindowOf(`
          const from = ((image * rows + oy) * columns + ox) * filters + first;
          const weight = ((ky * windowWidth + kx) * depth + c - group * depth) * filters + first;
          for (let f = 0; f < own; f++) { sum = sum + a0[from + f] * a1[weight + f]; }`)}
    return sum;`,
)

const kernelGradient = kernelSource(
  2,
  [...convolutionNames, 'images'],
  `const place = quotient(i, filters);
    const f = i - place * filters;
    const position = quotient(place, depth);
    const c = quotient(f, own) * depth + place - position * depth;
    const ky = quotient(position, windowWidth);
    const kx = position - ky * windowWidth;
    let sum = 0;
    for (let image = 0; image < images; image++) {
      let part = 0;
      for (let row = 0; row < rows; row++) {
        const y = row * strideY - top + ky * dilationY;
        for (let column = 0; column < columns; column++) {
          const x = column * strideX - left + kx * dilationX;
          if (y >= 0 && y < height && x >= 0 && x < width) {
            const from = ((image * height + y) * width + x) * channels + c;
            const to = ((image * rows + row) * columns + column) * filters + f;
            part = part + a0[from] * a1[to];
          } else if (outside > 0) {
            part = part + zero * a1[((image * rows + row) * columns + column) * filters + f];
          }
        }
      }
      sum = sum + part;
    }
    return sum;`,
)

/** Statements that find the first largest number of a window, `best`, and its index. NaN is the largest. */
const findLargest = `
    let best = 0;
    let index = -1;
    ${eachInWindow(`
          const at = ((image * height + y) * width + x) * channels + c;
          const value = a0[at];
          if (index < 0 || (best === best && (value > best || !(value === value)))) { best = value; index = at; }`)}`

const largest = kernelSource(1, windowNames, `${place('rows', 'columns', 'channels')} ${findLargest} return best;`)

const atLargest = kernelSource(
  2,
  windowNames,
  `${place('rows', 'columns', 'channels')} ${findLargest} return a1[index];`,
)

/** The names of the outer loops differ from those of the inner ones. */
const toLargest = kernelSource(
  2,
  windowNames,
  `const ownPixel = quotient(i, channels);
    const c = i - ownPixel * channels;
    const ownLine = quotient(ownPixel, width);
    const ownColumn = ownPixel - ownLine * width;
    const image = quotient(ownLine, height);
    const ownRow = ownLine - image * height;
    let sum = 0;
    for (let jy = 0; jy < windowHeight; jy++) {
      for (let jx = 0; jx < windowWidth; jx++) {
        const fromTop = ownRow + top - jy * dilationY;
        const fromLeft = ownColumn + left - jx * dilationX;
        const row = quotient(fromTop, strideY);
        const column = quotient(fromLeft, strideX);
        if (row >= 0 && row < rows && column >= 0 && column < columns) {
          if (row * strideY === fromTop && column * strideX === fromLeft) {
            ${findLargest}
            if (index === i) { sum = sum + a1[((image * rows + row) * columns + column) * channels + c]; }
          }
        }
      }
    }
    return sum;`,
)

const average = kernelSource(
  1,
  windowNames,
  `${place('rows', 'columns', 'channels')}
    let sum = 0;
    let count = 0;
    ${eachInWindow(`
          sum = sum + a0[((image * height + y) * width + x) * channels + c];
          count = count + 1;`)}
    return sum / count;`,
)

/** The numbers of a window that are inside: rows times columns. Pools have no dilation. */
const countInside = `
          const fromY = oy * strideY - top;
          const fromX = ox * strideX - left;
          const insideY = Math.min(fromY + windowHeight, height) - Math.max(fromY, 0);
          const insideX = Math.min(fromX + windowWidth, width) - Math.max(fromX, 0);`

const toAverage = kernelSource(
  1,
  windowNames,
  `${place('height', 'width', 'channels')}
    let sum = 0;
    ${eachWindowOf(`${countInside}
          sum = sum + a0[((image * rows + oy) * columns + ox) * channels + c] / (insideY * insideX);`)}
    return sum;`,
)
