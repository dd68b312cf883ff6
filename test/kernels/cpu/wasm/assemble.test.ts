import test from 'ava'
import { compile } from 'watr'
import { assemble } from '../../../../src/kernels/cpu/wasm/assemble.js'
import { type Immediate, instructions } from '../../../../src/kernels/cpu/wasm/instructions.js'

const immediates: Record<Immediate, string> = {
  none: '',
  local: '$a',
  function: '$f',
  label: '$l',
  memory: '',
  address: 'offset=300',
  lanes: '1',
  constant: '1',
}

test('every instruction has the bytes that watr gives it', (t) => {
  t.true(instructions().size > 300)
  for (const [name, { immediate }] of instructions()) {
    if (name.includes('-')) continue
    const words = {
      'v128.const': 'i32x4 1 2 3 4',
      'i8x16.shuffle': '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15',
    }[name]
    const lane = immediate === 'address' && name.endsWith('_lane') ? ' 1' : ''
    const text = `(module (import "m" "n" (memory 1)) (func $f (param $a i32) (block $l (${name} ${words ?? immediates[immediate] + lane}))))`
    t.deepEqual(assemble(text), compile(text), text)
  }
})

const modules: Record<string, string> = {
  'an empty function': '(func)',
  'unnamed parameters': '(func (param i32 i64) (result f32) (f32.convert_i32_s (local.get 0)))',
  'locals of several types':
    '(func $f (export "f") (param $a f64) (local $b i32) (local $c i32 v128 v128) (local $d f64) (local.set $d (local.get $a)))',
  'equal types once': '(func (param $a i32)) (func (param $b i32)) (func (result i32) (i32.const 1))',
  'a function called before it is written': '(func $a (call $b)) (func $b (export "b") (call $a))',
  'imported functions':
    '(import "Math" "exp" (func $exp (param f64) (result f64))) (func (export "f") (param $x f64) (result f64) (call $exp (local.get $x)))',
  'blocks, loops and branches':
    '(func (param $i i32) (block $out (loop $again (br_if $out (local.get $i)) (block (br_if 1 (local.get $i))) (br $again))))',
  conditions:
    '(func (param $i i32) (result f32) (if (result f32) (i32.eqz (local.get $i)) (then (f32.const 1)) (else (f32.const 2))))',
  'a branch out of a condition':
    '(func (param $i i32) (block $out (if (local.get $i) (then (br $out)) (else (return)))))',
  integers: `(func ${[0, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), '0x7f800000'].map((n) => `(drop (i32.const ${n}))`).join(' ')})`,
  'long integers': `(func ${[0n, -1n, 2n ** 62n, -(2n ** 63n), '0x3fe6a09e667f3bcd'].map((n) => `(drop (i64.const ${n}))`).join(' ')})`,
  floats: `(func ${[0, -0.5, 1e-45, 3.4e38, 0.1, 'inf', '-inf', 'nan'].map((n) => `(drop (f32.const ${n})) (drop (f64.const ${n}))`).join(' ')})`,
  vectors:
    '(func (drop (v128.const f32x4 0.1 -1 inf nan)) (drop (v128.const f64x2 1e-7 -inf)) (drop (v128.const i64x2 0x000fffffffffffff -1)))',
  addresses:
    '(func (param $p i32) (v128.store16_lane offset=200 3 (local.get $p) (v128.load offset=70000 (local.get $p))))',
}
for (const [what, fields] of Object.entries(modules)) {
  test(`${what}: the bytes are watr's`, (t) => {
    for (const memory of ['1', '1 65536 shared']) {
      const text = `(module (import "nabla" "memory" (memory ${memory})) ${fields})`
      t.deepEqual(assemble(text), compile(text))
    }
  })
}

test('what it does not know is refused', (t) => {
  const refused = (body: string, message: RegExp) =>
    t.throws(() => assemble(`(module (import "m" "n" (memory 1)) (func ${body}))`), { message })
  refused('(i32.plus (i32.const 1))', /unknown instruction i32\.plus/)
  refused('(local.get $x)', /unknown local \$x/)
  refused('(call $x)', /unknown function \$x/)
  refused('(br $x)', /unknown label \$x/)
  refused('(param $x i33)', /unknown type i33/)
  refused('(if (i32.const 1) (when))', /expected then, found when/)
})
