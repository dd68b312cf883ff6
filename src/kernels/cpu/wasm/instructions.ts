/**
 * The WebAssembly instructions that kernels are written in: their bytes, and what follows the bytes.
 */

/** What stands between an instruction and its operands. */
export type Immediate = 'none' | 'local' | 'function' | 'label' | 'memory' | 'address' | 'lanes' | 'constant'

/** An instruction. */
export interface Instruction {
  readonly bytes: readonly number[]
  readonly immediate: Immediate
  /** For those that address memory: the logarithm of the bytes they move. */
  readonly alignment: number
}

const int32 = 'clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'
const float32 = 'abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign'
const compareInts = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'
const compareFloats = 'eq ne lt gt le ge'
const intLanes = (type: string, half: string) =>
  `${type} abs neg - all_true bitmask - - extend_low_${half}_s extend_high_${half}_s extend_low_${half}_u extend_high_${half}_u shl shr_s shr_u add - - sub - - - mul`
const floatLanes = 'abs neg - sqrt add sub mul div min max pmin pmax'

/**
 * For each prefix: where a run of opcodes begins, the type in its instructions' names, and what comes after the dot. `-` stands
 * for opcodes that mean nothing or that kernels do without.
 */
const runs: Record<number, Record<number, string>> = {
  0: {
    12: '* br br_if',
    15: '* return call',
    26: '* drop select',
    32: 'local get set tee',
    40: 'i32 load',
    41: 'i64 load',
    42: 'f32 load',
    43: 'f64 load',
    44: 'i32 load8_s load8_u load16_s load16_u',
    48: 'i64 load8_s load8_u load16_s load16_u load32_s load32_u',
    54: 'i32 store',
    55: 'i64 store',
    56: 'f32 store',
    57: 'f64 store',
    58: 'i32 store8 store16',
    60: 'i64 store8 store16 store32',
    65: 'i32 const',
    66: 'i64 const',
    67: 'f32 const',
    68: 'f64 const',
    69: `i32 eqz ${compareInts}`,
    80: `i64 eqz ${compareInts}`,
    91: `f32 ${compareFloats}`,
    97: `f64 ${compareFloats}`,
    103: `i32 ${int32}`,
    121: `i64 ${int32}`,
    139: `f32 ${float32}`,
    153: `f64 ${float32}`,
    167: 'i32 wrap_i64 trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u',
    172: 'i64 extend_i32_s extend_i32_u',
    178: 'f32 convert_i32_s convert_i32_u convert_i64_s convert_i64_u demote_f64',
    183: 'f64 convert_i32_s convert_i32_u convert_i64_s convert_i64_u promote_f32',
    188: 'i32 reinterpret_f32',
    189: 'i64 reinterpret_f64',
    190: 'f32 reinterpret_i32',
    191: 'f64 reinterpret_i64',
  },
  252: {
    0: 'i32 trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u',
    10: 'memory copy fill',
  },
  253: {
    0: 'v128 load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat load16_splat load32_splat load64_splat store const',
    13: 'i8x16 shuffle swizzle splat',
    16: 'i16x8 splat',
    17: 'i32x4 splat',
    18: 'i64x2 splat',
    19: 'f32x4 splat',
    20: 'f64x2 splat',
    21: 'i8x16 extract_lane_s extract_lane_u replace_lane',
    24: 'i16x8 extract_lane_s extract_lane_u replace_lane',
    27: 'i32x4 extract_lane replace_lane',
    29: 'i64x2 extract_lane replace_lane',
    31: 'f32x4 extract_lane replace_lane',
    33: 'f64x2 extract_lane replace_lane',
    35: `i8x16 ${compareInts}`,
    45: `i16x8 ${compareInts}`,
    55: `i32x4 ${compareInts}`,
    65: `f32x4 ${compareFloats}`,
    71: `f64x2 ${compareFloats}`,
    77: 'v128 not and andnot or xor bitselect any_true load8_lane load16_lane load32_lane load64_lane store8_lane store16_lane store32_lane store64_lane load32_zero load64_zero',
    94: 'f32x4 demote_f64x2_zero',
    95: 'f64x2 promote_low_f32x4',
    96: 'i8x16 abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u',
    103: 'f32x4 ceil floor trunc nearest',
    107: 'i8x16 shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u',
    116: 'f64x2 ceil floor',
    118: 'i8x16 min_s min_u max_s max_u',
    122: 'f64x2 trunc',
    128: intLanes('i16x8', 'i8x16'),
    148: 'f64x2 nearest',
    150: 'i16x8 min_s min_u max_s max_u',
    160: `${intLanes('i32x4', 'i16x8')} min_s min_u max_s max_u dot_i16x8_s`,
    192: `${intLanes('i64x2', 'i32x4')} eq ne lt_s gt_s le_s ge_s`,
    224: `f32x4 ${floatLanes}`,
    236: `f64x2 ${floatLanes}`,
    248: 'i32x4 trunc_sat_f32x4_s trunc_sat_f32x4_u',
    250: 'f32x4 convert_i32x4_s convert_i32x4_u',
    252: 'i32x4 trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero',
    254: 'f64x2 convert_low_i32x4_s convert_low_i32x4_u',
    256: 'i8x16 relaxed_swizzle',
    261: 'f32x4 relaxed_madd relaxed_nmadd',
    263: 'f64x2 relaxed_madd relaxed_nmadd',
  },
}

let table: Map<string, Instruction> | undefined

/** Every instruction by its name. The control instructions with instructions inside are not among them. */
export function instructions(): ReadonlyMap<string, Instruction> {
  table ??= new Map(Object.entries(runs).flatMap(([prefix, codes]) => namesOf(Number(prefix), codes)))
  return table
}

function namesOf(prefix: number, codes: Record<number, string>): [string, Instruction][] {
  return Object.entries(codes).flatMap(([first, run]) => {
    const [type, ...names] = run.split(' ')
    return names.map((name, i): [string, Instruction] => {
      const full = type === '*' ? name : `${type}.${name}`
      return [full, { bytes: bytesOf(prefix, Number(first) + i), ...immediateOf(full) }]
    })
  })
}

/** The opcode behind a prefix is a number of seven bits a byte. */
function bytesOf(prefix: number, code: number): number[] {
  if (prefix === 0) return [code]
  return code < 128 ? [prefix, code] : [prefix, (code & 127) | 128, code >> 7]
}

const immediates: readonly (readonly [RegExp, Immediate])[] = [
  [/^local/, 'local'],
  [/^call/, 'function'],
  [/^br/, 'label'],
  [/^memory/, 'memory'],
  [/\.(load|store)/, 'address'],
  [/lane|shuffle/, 'lanes'],
  [/const/, 'constant'],
]

function immediateOf(name: string): Pick<Instruction, 'immediate' | 'alignment'> {
  const immediate = immediates.find(([pattern]) => pattern.test(name))?.[1] ?? 'none'
  return { immediate, alignment: immediate === 'address' ? Math.log2(bytesMoved(name)) : 0 }
}

/** `i32.load8_u` moves 1 byte, `f64.store` 8, `v128.load16x4_s` 4 × 2. */
function bytesMoved(name: string): number {
  const [, type, bits, times = '1'] = /^\w(\d+)\.[a-z]+(\d+)?(?:x(\d+))?/.exec(name)!
  return (Number(bits ?? type) * Number(times)) / 8
}
