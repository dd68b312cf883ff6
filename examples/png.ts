/**
 * Grey pictures as PNG, to put into a page.
 */
import { deflateSync } from 'node:zlib'

/** A `data:` URL of a square picture: 0 is white (paper), 1 is black (ink). */
export function pngUrl(image: ArrayLike<number>): string {
  const side = Math.sqrt(image.length)
  const rows = Buffer.alloc(side * (side + 1))
  for (let i = 0; i < image.length; i++) rows[Math.floor(i / side) + i + 1] = 255 - Math.round(255 * image[i])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 8 // bits a pixel; all else 0: grey, deflate, no interlacing
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return `data:image/png;base64,${Buffer.concat([signature, ...chunks]).toString('base64')}`
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** The checksum of PNG; `node:zlib` has it from Node 22 on. */
function crc32(bytes: Buffer): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
