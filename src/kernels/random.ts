/**
 * Seeded random numbers: the same ones in every engine and on every machine. The bits come from pure-rand's xoroshiro128+; all
 * that is done with them is `+ - * /`, `sqrt` and integer operations, which IEEE 754 and JavaScript define to the last bit.
 * (`Math.log` and `Math.cos` are not defined so exactly, hence the polar method and a logarithm of our own.)
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { OptionError } from '../errors.js'

/**
 * A stream of random numbers that a seed determines.
 *
 * @param seed A whole number, at most 2^53 in size; neighbouring seeds give unrelated streams.
 * @throws OptionError when the seed is anything else.
 */
export function generator(seed: number): Generator {
  return new Generator(seed)
}

/** A stream of random numbers; see {@link generator}. */
export class Generator {
  private bits: RandomGenerator
  /** The second number of the polar method's last pair. */
  private spare: number | null = null

  constructor(readonly seed: number) {
    if (!Number.isSafeInteger(seed))
      throw new OptionError(`random: the seed must be a whole number, received ${String(seed)}. Pass 42, for example.`)
    this.bits = xoroshiro128plusFromState(scramble(seed))
  }

  /** The place that the stream is at: four words of 32 bits, and the spare normal number where there is one. */
  get state(): number[] {
    return [...this.bits.getState(), ...(this.spare === null ? [] : [this.spare])]
  }

  /** @throws OptionError for what is not the state of a stream */
  set state(state: readonly number[]) {
    const isState =
      Array.isArray(state) &&
      (state.length === 4 || (state.length === 5 && Number.isFinite(state[4]))) &&
      state.slice(0, 4).every((word) => Number.isInteger(word) && word === (word | 0)) &&
      state.slice(0, 4).some((word) => word !== 0)
    if (!isState)
      throw new OptionError(
        'random: the state must be four whole numbers of 32 bits, or five. Pass one that was saved.',
      )
    this.bits = xoroshiro128plusFromState(state.slice(0, 4))
    this.spare = state[4] ?? null
  }

  /** A number in [0, 1): a multiple of 2^-53, each equally likely. */
  uniform(): number {
    const high = this.bits.next() >>> 5
    return (high * 2 ** 26 + (this.bits.next() >>> 6)) * 2 ** -53
  }

  /** A number in [0, 1) that float32 holds exactly, so that it stays below 1 there: a multiple of 2^-24. */
  uniform32(): number {
    return (this.bits.next() >>> 8) * 2 ** -24
  }

  /** A number from the normal distribution of mean 0 and variance 1, by Marsaglia's polar method. */
  normal(): number {
    if (this.spare !== null) {
      const y = this.spare
      this.spare = null
      return y
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const s = u * u + v * v
      if (s === 0 || s >= 1) continue
      const scale = Math.sqrt((-2 * log(s)) / s)
      this.spare = v * scale
      return u * scale
    }
  }

  /** A whole number in 0 … n - 1, each exactly equally likely; n is at most 2^32. */
  int(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32))
      throw new OptionError(
        `random: int(n) takes a whole number from 1 to 2^32, received ${n}. Pass how many there are.`,
      )
    const share = Math.floor(2 ** 32 / n)
    let x = this.bits.next() >>> 0
    while (x >= share * n) x = this.bits.next() >>> 0
    return Math.floor(x / share)
  }

  /** The numbers 0 … n - 1 in random order. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i))
  }

  /** Puts the items into random order, in place (Fisher and Yates). */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const item = items[i]
      items[i] = items[j]
      items[j] = item
    }
    return items
  }
}

/** Four unrelated words from a seed (never all zero): neighbouring seeds must not give neighbouring first numbers. */
function scramble(seed: number): number[] {
  const low = seed | 0
  const high = Math.floor(seed / 2 ** 32) | 0
  return [1, 2, 3, 4].map((i) => mix(mix(low + Math.imul(i, 0x9e3779b9)) ^ mix(high + Math.imul(i, 0x85ebca77))) | i)
}

/** A bijection of 32-bit words in which every bit of the input moves about half of the output's (murmur3's last step). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

const sqrtHalf = Math.SQRT1_2
const ln2 = Math.LN2
/** 2/3, 2/5, … 2/23: of the series log((1 + z) / (1 - z)) = 2z + 2z³/3 + 2z⁵/5 + …, from the highest power to the lowest. */
const series = [2 / 23, 2 / 21, 2 / 19, 2 / 17, 2 / 15, 2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3]

/** The natural logarithm of x in (0, 1), from exactly rounded operations only; within 3 ulp. */
function log(x: number): number {
  let exponent = 0
  while (x < sqrtHalf) {
    x *= 2
    exponent--
  }
  const z = (x - 1) / (x + 1)
  const z2 = z * z
  let sum = 0
  for (const c of series) sum = (sum + c) * z2
  return exponent * ln2 + (2 + sum) * z
}
