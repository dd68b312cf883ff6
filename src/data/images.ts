/**
 * Pictures to tensors and back: what a canvas, a photo or a camera shows, as numbers from 0 to 1.
 */
import { DTypeError, OptionError, ShapeError } from '../errors.js'
import { resolve } from '../options.js'
import { wrap } from '../tensor/creation.js'
import { received } from '../tensor/received.js'
import { formatShape } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'

/** Pixels as `ImageData` holds them: red, green, blue and opacity from 0 to 255, row by row. */
export interface Pixels {
  /** The number of pixels in a row. */
  readonly width: number
  /** The number of rows. */
  readonly height: number
  /** 4 · width · height bytes. */
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/** Anything with pixels: `ImageData`, or what a page shows: a canvas, an image, an `ImageBitmap`, a video. */
export type ImageSource = Pixels | CanvasImageSource

/** Options of `fromPixels`. */
export interface FromPixelsOptions {
  /** 1 (grey), 3 (red, green, blue) or 4 (and opacity). Default 3. */
  channels?: 1 | 3 | 4
}

const rules = {
  defaults: { channels: 3 },
  ranges: { channels: (x: unknown) => ([1, 3, 4].includes(x as number) ? undefined : '1, 3 or 4') },
} as const

/**
 * Turns a picture into a float32 tensor [height, width, channels] of numbers from 0 to 1, as `Conv2D` takes them. With `channels: 1` each
 * pixel is its brightness, 0.299 red + 0.587 green + 0.114 blue.
 *
 * @param image `ImageData` or an object like it, a canvas, an image, an `ImageBitmap` or a video
 * @throws OptionError for what has no pixels, such as an image that is not loaded yet
 * @example
 * const red = { width: 1, height: 1, data: new Uint8ClampedArray([255, 0, 0, 255]) }
 * fromPixels(red).toArray() // => [[[1, 0, 0]]]
 * @see Rec. ITU-R BT.601 for the brightness, https://www.itu.int/rec/R-REC-BT.601
 */
export function fromPixels(image: ImageSource, options: FromPixelsOptions = {}): Tensor {
  const { channels } = resolve('fromPixels', options, rules)
  const { width, height, data } = pixelsOf(image)
  const values = new Float32Array(width * height * channels)
  for (let i = 0; i < width * height; i++) {
    if (channels === 1) values[i] = (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255
    else for (let c = 0; c < channels; c++) values[i * channels + c] = data[4 * i + c] / 255
  }
  return wrap('fromPixels', values, 'float32', [height, width, channels])
}

/**
 * Turns a tensor into pixels that a canvas takes: `context.putImageData(toPixels(x), 0, 0)`. Where there is no `ImageData`, as in Node, it
 * is an object with the same properties.
 *
 * @param x [height, width] or [height, width, 1] (grey), [height, width, 3] or [height, width, 4]; floats from 0 to 1, or int32 from 0 to
 *   255. Numbers outside of that are cut off.
 * @throws ShapeError for other shapes
 * @example
 * toPixels(tensor([[0, 0.5, 1]])).data
 * // => [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255]
 */
export function toPixels(x: Tensor): Pixels {
  const [height, width, channels] = sizesOf(x)
  const values = x.dataSync()
  const scale = x.dtype === 'int32' ? 1 : 255
  const data = new Uint8ClampedArray(4 * width * height).fill(255)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < Math.max(3, channels); c++) {
      data[4 * i + c] = scale * (channels === 1 ? values[i] : values[i * channels + c])
    }
  }
  return typeof ImageData === 'undefined' ? { width, height, data } : new ImageData(data, width, height)
}

function sizesOf(x: Tensor): [height: number, width: number, channels: number] {
  if (!(x instanceof Tensor))
    throw new OptionError(`toPixels: expected a tensor, received ${received(x)}. Write toPixels(tensor(…)).`)
  if (x.dtype === 'bool') throw new DTypeError('toPixels: the tensor is bool. Cast it: x.cast("float32").')
  const [height, width, channels = 1] = x.shape
  if ((x.rank === 2 || x.rank === 3) && [1, 3, 4].includes(channels) && height * width > 0)
    return [height, width, channels]
  throw new ShapeError(
    `toPixels: received ${formatShape(x.shape)}. Pass one picture, [height, width] or [height, width, channels] with 1, 3 or 4 channels.`,
  )
}

function pixelsOf(image: ImageSource): Pixels {
  const { width, height, data } = isPixels(image) ? image : drawn(image)
  if (data.length === 4 * width * height) return { width, height, data }
  throw new OptionError(
    `fromPixels: ${data.length} bytes are not ${width} × ${height} pixels of 4. Pass red, green, blue and opacity of each pixel.`,
  )
}

const isPixels = (x: unknown): x is Pixels => ArrayBuffer.isView((x as Pixels | null)?.data)

/** The pixels of what a page shows, by way of a canvas. */
function drawn(image: Exclude<ImageSource, Pixels>): Pixels {
  const [width, height] = sizeOnScreen(image)
  if (typeof OffscreenCanvas === 'undefined' || !(width > 0 && height > 0))
    throw new OptionError(
      `fromPixels: received ${received(image)}, which has no pixels here. Pass ImageData, a canvas, or an image that is loaded (await image.decode()).`,
    )
  const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D
  context.drawImage(image, 0, 0, width, height)
  return context.getImageData(0, 0, width, height)
}

/** The size in pixels; images and videos also have one on the page. */
function sizeOnScreen(image: unknown): [width: number, height: number] {
  const { naturalWidth, videoWidth, width, naturalHeight, videoHeight, height } = Object(image)
  return [naturalWidth ?? videoWidth ?? width, naturalHeight ?? videoHeight ?? height]
}
