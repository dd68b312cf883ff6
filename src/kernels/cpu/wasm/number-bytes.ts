/**
 * Numbers as a module has them: whole numbers in seven bits a byte, the lowest first; floats as memory has them.
 */
import type { ValueType } from './code.js'

export function unsigned(n: number): number[] {
  if (n < 128) return [n]
  const bytes: number[] = []
  let rest = n
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return bytes
}

export function signed(n: number): number[] {
  const bytes: number[] = []
  let rest = n | 0
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest & 127)
  return bytes
}

const buffer = new DataView(new ArrayBuffer(16))

/** The bytes of a constant; those of a vector are given with the shape before them. */
export function constant(type: ValueType, values: readonly (string | number | bigint)[]): number[] {
  if (type === 'i32') return signed(values[0] as number)
  const [shape, ...lanes] = type === 'v128' ? values : [type, ...values]
  const bytes = type === 'v128' ? 16 / lanes.length : Number(type.slice(1)) / 8
  lanes.forEach((value, i) => {
    write((shape as string).slice(0, 3), value, i * bytes)
  })
  return [...new Uint8Array(buffer.buffer, 0, bytes * lanes.length)]
}

function write(type: string, value: string | number | bigint, at: number): void {
  if (type === 'i64') buffer.setBigInt64(at, value as bigint, true)
  else if (type === 'i32') buffer.setInt32(at, value as number, true)
  else if (type === 'f32') buffer.setFloat32(at, value as number, true)
  else buffer.setFloat64(at, value as number, true)
}
