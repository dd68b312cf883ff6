/**
 * Whether a value is what the documentation says it is.
 */

/**
 * What is wrong with a value behind `// =>`, or nothing. Texts must be equal up to white space; a number with a decimal point
 * must be right to the digits written, any other number must be right exactly; `…` at the end stands for the rest. (A rounding
 * of float32 more or less, which is what engines with and without fused multiply-add differ by, does not matter.)
 */
export function mismatch(actual: unknown, expected: string): string | undefined {
  const shown = show(actual, expected)
  return agree(tokens(shown), tokens(expected)) ? undefined : `is\n${shown}\ninstead of\n${expected}`
}

/** The value as text, in the way that the expected text is written. */
function show(value: unknown, expected: string): string {
  if (typeof value === 'string') return /^['"]/.test(expected) ? quoted(value, expected[0]) : value
  if (isTensor(value)) return expected.startsWith('[') || isNumber(expected) ? literal(value.toArray()) : String(value)
  if (ArrayBuffer.isView(value) && /^\w+Array/.test(expected)) return `${value.constructor.name} ${literal(value)}`
  return literal(value)
}

const isTensor = (value: unknown): value is { toArray(): unknown } =>
  typeof (value as { toArray?: unknown } | null)?.toArray === 'function'
const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text.replace('…', '')))

/** A string as one writes it in JavaScript. */
function quoted(text: string, quote: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote
}

/** A value as one writes it in JavaScript. */
function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value, "'")
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as unknown as ArrayLike<unknown>, literal).join(', ')}]`
  if (isTensor(value)) return literal(value.toArray())
  if (!isPlain(value)) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, v]) => `${key}: ${literal(v)}`)
    .join(', ')} }`
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** Numbers, words and signs, without the white space between them. */
function tokens(text: string): string[] {
  return text.match(/-?\d+(\.\d+)?(e[+-]?\d+)?…?|\w+|…$|[^\s\w]/gi) ?? []
}

function agree(actual: string[], expected: string[]): boolean {
  const open = expected.at(-1) === '…'
  const wanted = open ? expected.slice(0, -1) : expected
  if (open ? actual.length < wanted.length : actual.length !== wanted.length) return false
  return wanted.every((token, i) => token === actual[i] || sameNumber(actual[i], token))
}

function sameNumber(actual: string, expected: string): boolean {
  const [, digits, exponent = '0', cut] = /^-?\d+\.(\d+)(?:e([+-]?\d+))?(…)?$/i.exec(expected) ?? []
  if (!digits) return Number(actual) === Number(expected)
  const unit = 10 ** (Number(exponent) - digits.length)
  const wanted = Number(expected.replace('…', ''))
  return Math.abs(Number(actual) - wanted) <= (cut ? 1 : 0.5) * unit + Math.abs(wanted) * 2 ** -22
}
