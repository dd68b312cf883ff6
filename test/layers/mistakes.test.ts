/**
 * Mistakes in making layers, each with an error that says what to do.
 */
import test from 'ava'
import {
  Activation,
  Dense,
  Dropout,
  Flatten,
  Layer,
  Model,
  NablaError,
  OptionError,
  ones,
  Sequential,
  type Tensor,
  variable,
  zeros,
} from '../../src/index.js'

class Plain extends Layer {
  override call(x: Tensor): Tensor {
    return x
  }
}

const any = (x: unknown) => x as never

/** What is made wrongly, and what the error says. */
const wrong: Record<string, [make: () => unknown, message: RegExp]> = {
  'a number as the input shape': [
    () => new Dense(3, { inputShape: any(2) }),
    /^Dense: inputShape must be the shape of one example, without the batch axis \(inputShape: \[2\]\), received 2\.$/,
  ],
  "Keras's batch axis in the input shape": [
    () => new Dense(3, { inputShape: any([null, 4]) }),
    /^Dense: inputShape must be .*\(inputShape: \[4\]\), received \[null, 4\]\.$/,
  ],
  'an unknown size in the input shape': [() => new Flatten({ inputShape: [-1, 4] }), /inputShape: \[4\]/],
  'text as the input shape': [
    () => new Plain({ inputShape: any('2') }),
    /^Plain: inputShape must be .*\[2\]\), received "2"\.$/,
  ],
  'an input shape of a model': [() => new Sequential([new Dense(1)], { inputShape: any(3) }), /^Sequential: .*\[3\]/],
  'a name that is not a string': [
    () => new Dense(3, { name: any(3) }),
    /^Dense: name must be a non-empty string, received 3/,
  ],
  'an empty name': [() => new Plain({ name: '' }), /name must be a non-empty string, received ""/],
  'a layer as a name': [() => new Plain({ name: any(new Dense(2)) }), /received Dense\(2\)/],
  'trainable that is text': [
    () => new Dense(3, { trainable: any('no') }),
    /trainable must be true or false, received "no"/,
  ],
  'trainable set to a number': [() => Object.assign(new Dense(3), { trainable: 1 }), /true or false, received 1/],
  'a fraction of a unit': [() => new Dense(0.5), /^Dense: units must be a whole number above 0, received 0\.5\.$/],
  'text as units': [() => new Dense(any('3')), /^Dense: units must be a whole number above 0, received "3"\.$/],
  'no units': [() => new Dense(any(undefined)), /^Dense: units must be a whole number above 0, received undefined\.$/],
  "TensorFlow.js's units": [
    () => new Dense(any({ units: 3 })),
    /^Dense: units must be a whole number above 0, received \{"units":3\}\.$/,
  ],
  'infinitely many units': [
    () => new Dense(Infinity),
    /^Dense: units must be a whole number above 0, received Infinity\.$/,
  ],
  'a rate that is text': [() => new Dropout(any('0.5')), /^Dropout: rate must be in \[0, 1\), received "0\.5"\.$/],
  'a rate in per cent': [() => new Dropout(50), /^Dropout: rate must be in \[0, 1\), received 50\.$/],
  'a rate that is NaN': [() => new Dropout(NaN), /^Dropout: rate must be in \[0, 1\), received NaN\.$/],
  'a negative rate': [() => new Dropout(-0.1), /^Dropout: rate must be in \[0, 1\), received -0\.1\.$/],
  'no rate': [() => new Dropout(any(undefined)), /^Dropout: rate must be in \[0, 1\), received undefined\.$/],
  'no activation': [() => new Activation(any(undefined)), /^Activation: unknown activation undefined\. /],
  'a list as activation': [() => new Dense(3, { activation: any(['relu']) }), /unknown activation \["relu"\]\. /],
  'a number as activation': [() => new Dense(3, { activation: any(3) }), /unknown activation 3\. /],
  'a layer as activation': [
    () => new Dense(3, { activation: any(new Activation('relu')) }),
    /activation Activation\(relu\)/,
  ],
  'useBias that is text': [
    () => new Dense(3, { useBias: any('no') }),
    /^Dense: useBias must be true or false, received "no"/,
  ],
  'an unknown constraint': [
    () => new Dense(3, { kernelConstraint: any('nonNegative') }),
    /^Dense: unknown constraint nonNegative\. /,
  ],
  'a number as constraint': [
    () => new Dense(3, { biasConstraint: any(3) }),
    /^Dense: unknown constraint 3\. Choose one of nonNeg, .*pass a function/,
  ],
  'a single number for Flatten': [() => new Flatten().apply(3), /^flatten\w*: the input is a single number\. /],
  'a single number for Dense': [() => new Dense(2).apply(3), /^dense\w*: the examples are single numbers\. /],
  'a number as the shape to build for': [() => new Dense(2).buildFor(any(3)), /^dense\w*\.buildFor: 3 is not a shape/],
  'more units than memory': [
    () => new Dense(1e10).apply([[1, 2]]),
    /^dense\w*: 20000000000 numbers of float32 do not fit/,
  ],
  'a list as initializer': [
    () => new Dense(3, { kernelInitializer: any(['zeros']) }),
    /unknown initializer \["zeros"\]/,
  ],
  'an initializer that forgets the shape': [
    () => new Dense(3, { kernelInitializer: () => zeros([3]), inputShape: [2] }).apply(ones([1, 2])),
    /initializer of kernel must return a tensor of shape \[2, 3\], but returned a tensor of shape \[3\]/,
  ],
  'an initializer that returns nothing': [
    () => new Dense(3, { biasInitializer: any(() => {}), inputShape: [2] }).apply(ones([1, 2])),
    /initializer of bias must return a tensor of shape \[3\], but returned undefined/,
  ],
}

for (const [what, [make, message]] of Object.entries(wrong))
  test(`${what} is an error`, (t) => {
    t.throws(make, { instanceOf: NablaError, message })
  })

test("addWeight says how it is called, also to those who write it as Keras's", (t) => {
  class Weighted extends Plain {
    constructor(...args: unknown[]) {
      super({ name: 'w' })
      this.addWeight(...(args as [string, number[]]))
    }
  }
  for (const [args, message] of [
    [
      [{ name: 'kernel', shape: [2] }],
      /^w\.addWeight: name must be a non-empty string, received \{.*\}\. Pass name, shape and options: addWeight\('kernel', \[2, 3\]/,
    ],
    [[[2, 3]], /^w\.addWeight: name must be a non-empty string, received \[2, 3\]/],
    [['kernel', 3], /^w\.addWeight: 3 is not a shape/],
    [['kernel'], /^w\.addWeight: undefined is not a shape/],
    [
      ['kernel', [2], 'zeros'],
      /^w\.addWeight: options must be an object, received "zeros"\. Write \{ initializer: … \}/,
    ],
    [['kernel', [2], { init: 'zeros' }], /^w\.addWeight: unknown option init\./],
    [
      ['kernel', [2], { dtype: 'float' }],
      /^w\.addWeight: dtype must be one of bool, int32, float32, float64, received "float"/,
    ],
    [['kernel', [2], { constraint: 'nonNegative' }], /^w\.addWeight: unknown constraint nonNegative\. /],
    [['kernel', [2], { initializer: 'zero' }], /^w: unknown initializer zero\. Did you mean zeros\?/],
  ] as const)
    t.throws(() => new Weighted(...args), { instanceOf: NablaError, message })
  const [kernel] = new Weighted('kernel', [30, 20]).variables
  t.true(kernel.abs().max().item() <= Math.sqrt(6 / 50), "Keras's default is glorotUniform")
  t.not(kernel.abs().max().item(), 0)
})

test('layers, variables and arrays do not fit into properties that a layer needs itself', (t) => {
  const properties: [string, unknown][] = [
    ...['name', 'built', 'inputShape', 'apply', 'call', 'build', 'variables', 'fit', 'optimizer', 'toString'].map(
      (key): [string, unknown] => [key, new Dense(2)],
    ),
    ['name', variable(1)],
    ['variables', [variable(1)]],
    ['call', [new Dense(2)]],
    ['compile', { a: new Dense(2) }],
  ]
  for (const [key, value] of properties) {
    class Net extends Model {
      constructor() {
        super()
        Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true })
      }
      override call(x: Tensor): Tensor {
        return x
      }
    }
    for (const use of [(l: Layer) => l.variables, (l: Layer) => l.toJSON()])
      t.throws(() => use(Object.assign(new Plain(), { inner: new Net() })), {
        instanceOf: OptionError,
        message: new RegExp(`^Net: .* is assigned to ${key}, a property that every layer has\\. .*this\\.my`),
      })
  }
  class Field extends Plain {
    constructor() {
      super()
      Object.defineProperty(this, 'trainable', { value: false, enumerable: true })
    }
  }
  t.throws(() => new Field().apply(ones([1])), {
    message: /^Field: the field trainable hides.*super\(\{ trainable: false/,
  })
  t.throws(() => Object.assign(new Plain(), { trainable: new Dense(2) }), {
    message: /true or false, received Dense\(2\)/,
  })
  const held = Object.assign(new Plain(), { givesProbabilities2: true, inner: new Dense(2), trainables: [], names: {} })
  t.is(held.variables.length, 0)
})

test('classes without a name, or with an odd one, have names', (t) => {
  const nameless = () =>
    class extends Layer {
      override call(x: Tensor): Tensor {
        return x
      }
    }
  const [a, b] = [new (nameless())(), new (nameless())()]
  t.regex(a.name, /^layer(_\d+)?$/)
  t.not(a.name, b.name)
  t.is(String(a), 'Layer()')
  t.is(a.toJSON().class, 'Layer')
  const Straße = class extends Plain {}
  t.regex(new (class extends Dense {})(2).name, /^dense(_\d+)?$/)
  for (const [Class, name] of [
    [Straße, 'straße'],
    [class Ω extends Plain {}, 'ω'],
    [class $ extends Plain {}, '$'],
  ] as const)
    t.is(new Class().name, name)
})

test('weights that do not fit a model which is not built say how to build it', (t) => {
  class Net extends Model {
    out = new Dense(1)
    override call(x: Tensor): Tensor {
      return this.out.apply(x)
    }
  }
  t.throws(() => new Net({ name: 'net' }).setWeights([ones([2, 1]), zeros([1])]), {
    instanceOf: OptionError,
    message:
      'setWeights: net has 0 weights, since it is not built yet; received 2 arrays. Call it once, which builds it: apply(zeros([1, …])), with the shape of an example.',
  })
  const net = new Net()
  net.apply(zeros([1, 2]))
  net.setWeights([ones([2, 1]), zeros([1])])
  t.deepEqual(net.apply([[1, 2]]).toArray(), [[3]])
})

test('the summary marks what is frozen', (t) => {
  const model = new Sequential(
    [new Dense(3, { name: 'a' }), new Dropout(0.5, { name: 'b' }), new Dense(1, { name: 'c' })],
    {
      inputShape: [2],
    },
  )
  const frozen = () => [...model.summary(() => {}).matchAll(/^(\w+): .*\(frozen\)/gm)].map(([, name]) => name)
  t.deepEqual(frozen(), [])
  model.layers[0].trainable = false
  t.deepEqual(frozen(), ['a'])
  model.trainable = false
  t.deepEqual(frozen(), ['a', 'c'])
  model.trainable = true
  for (const v of model.layers[2].variables) v.trainable = false
  t.deepEqual(frozen(), ['c'])
  t.deepEqual(
    [...new Sequential([new Dense(1, { name: 'd', trainable: false })]).summary(() => {}).matchAll(/frozen/g)].length,
    1,
  )
})

test('what is a million objects deep is found, and has a name of bounded length', (t) => {
  // Paths as long as the depth would hold 10¹² characters together
  let held: object = { end: variable(1) }
  for (let i = 0; i < 1_000_000; i++) held = { next: held }
  const net = Object.assign(new Plain({ name: 'deep' }), { held })
  t.is(net.variables.length, 1)
  t.true(net.variables[0].path.length < 400)

  interface Node {
    value: unknown
    next: Node | null
  }
  let list: Node | null = null
  for (let i = 0; i < 5000; i++) list = { value: variable(i), next: list }
  const paths = Object.assign(new Plain({ name: 'list' }), { list }).variables.map((v) => v.path)
  t.is(new Set(paths).size, 5000)
  t.is(paths[1], 'list/list/next/value')
  t.true(paths.every((path) => path.length < 400))
})
