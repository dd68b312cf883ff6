/**
 * Constants out of loops. Not every engine does it automatically (Node 20 does, Node 24 does not); for functions with twenty constants
 * written in place it halves the time.
 */
import { type Code, type Instruction, rewrite, type Variable } from '../wasm/code.js'
import { get, set } from '../wasm/control.js'
import { literal } from '../wasm/print.js'

/** Code of a loop without constants, and what they became. */
export interface Hoisted {
  readonly code: Code
  /** The locals that hold them. */
  readonly locals: readonly Variable[]
  /** Statements that set these locals, to go before the loop. */
  readonly prologue: Code
}

/** Replaces every v128 constant by a local, the same one for the same constant. */
export function hoistConstants(code: Code): Hoisted {
  const prologue = new Map<string, Instruction>()
  const locals: Variable[] = []
  const hoist = (constant: Instruction): Instruction => {
    const key = constant.immediates.map(literal).join(' ')
    let setting = prologue.get(key)
    if (!setting) {
      const name = `constant.${locals.length}`
      locals.push({ name, type: 'v128' })
      setting = set(name, constant)
      prologue.set(key, setting)
    }
    return get(setting.immediates[0] as string)
  }
  const hoisted = rewrite(code, (leaf) => (leaf.op.immediate === 'v128' ? hoist(leaf) : leaf))
  return { code: hoisted, locals, prologue: [...prologue.values()] }
}
