/**
 * Numbers as they are written in files. The common ones, such as 12.75, are read digit by digit, faster than by `Number`.
 */

/** Powers of ten that a float64 holds exactly, as far as they are needed. */
const powers = Array.from({ length: 16 }, (_, i) => 10 ** i)
const [zero, nine, minus, plus, dot] = [48, 57, 45, 43, 46]

/** The number between two places, correctly rounded; NaN for what is not a number, such as the empty string. */
export function parseNumber(text: string, start = 0, end = text.length): number {
  const first = text.charCodeAt(start)
  let [digits, value, decimals] = [0, 0, -1]
  // At most 15 digits and 10^15 are exact, so that their quotient is rounded once, as it has to be
  for (let i = first === minus || first === plus ? start + 1 : start; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c >= zero && c <= nine) {
      value = 10 * value + (c - zero)
      digits++
      if (decimals >= 0) decimals++
    } else if (c === dot && decimals < 0) decimals = 0
    else return slowly(text.slice(start, end))
  }
  if (digits === 0 || digits > 15) return slowly(text.slice(start, end))
  if (decimals > 0) value /= powers[decimals]
  return first === minus ? -value : value
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const infinite = /^[+-]?inf(?:inity)?$/i

function slowly(text: string): number {
  const trimmed = text.trim()
  if (decimal.test(trimmed)) return Number(trimmed)
  if (infinite.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity
  return Number.NaN
}
