/**
 * A layer as it should be, and for each check of `contract-checks.ts` one that is wrong in this respect.
 */
import * as nabla from '../../src/index.js'
import {
  type DType,
  Layer,
  type LayerOptions,
  ones,
  type Shape,
  type Tensor,
  type Variable,
  variable,
  zeros,
} from '../../src/index.js'
import type { Case } from './contract-checks.js'

/** A layer as it should be, to be made wrong: y = x · scale. */
class Scale extends Layer {
  readonly dtype: DType
  scale!: Variable
  constructor(options: LayerOptions = {}) {
    for (const name of Object.keys(options))
      if (!['name', 'trainable', 'inputShape', 'dtype'].includes(name))
        throw new nabla.OptionError(`Scale: unknown option ${name}. Did you mean trainable?`)
    super(options)
    this.dtype = options.dtype ?? 'float32'
  }
  override build(inputShape: Shape): void {
    this.scale = this.addWeight('scale', inputShape, { initializer: 'ones', dtype: this.dtype })
  }
  override call(x: Tensor): Tensor {
    this.check(x)
    return x.mul(this.scale)
  }
  protected check(x: Tensor): void {
    const want = this.inputShape?.join()
    if (!(x instanceof nabla.Tensor) || x.shape.slice(1).join() !== want || x.rank === 0)
      throw new nabla.ShapeError(`${this.name}: wrong shape. Pass [batch, ${want}].`)
  }
}

const scale = (Class: typeof Scale): Case => ({
  make: (options) => new Class(options),
  input: [3],
  example: { x: [[1, 2, 3]], weights: [[2, 3, 4]], y: [[2, 6, 12]] },
})

/** For each check, a layer that is wrong in this respect. */
export const wrong: Record<string, Case> = {
  'computes what was worked out by hand': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).add(1e-6)
      }
    },
  ),
  'has the output shape that it says': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).sum(1, { keepDims: true })
      }
      override outputShape(shape: Shape): Shape {
        return shape
      }
    },
  ),
  'treats each example alike, whatever the others are': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).sub(x.mean(0))
      }
    },
  ),
  'takes an empty batch': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        const y = super.call(x)
        return x.size === 0 ? zeros([1, 3]) : y
      }
    },
  ),
  'refuses shapes that do not fit in its own name': scale(
    class extends Scale {
      protected override check(): void {}
    },
  ),
  'computes in float64 where its weights are float64': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).cast('float32').cast(x.dtype)
      }
    },
  ),
  'has the gradients of central differences, to its input and weights, in use and in training': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).add(x.detach().square())
      }
    },
  ),
  'is the same in each call outside of training, which is the default': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).mul(nabla.randomUniform([1], { dtype: 'float64' }))
      }
    },
  ),
  'leaves its input alone, and hands out none of its variables': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        const y = super.call(x)
        if (x instanceof nabla.Variable) x.assign(x.detach().add(1))
        return y
      }
    },
  ),
  'is frozen and set free, as an option and later': scale(
    class extends Scale {
      override get trainableVariables(): Variable[] {
        return this.variables
      }
    },
  ),
  'has weights that are saved and set, which decide what it computes': scale(
    class extends Scale {
      readonly #hidden = Math.random()
      override call(x: Tensor): Tensor {
        return super.call(x).add(this.#hidden)
      }
    },
  ),
  'has a configuration in JSON, from which a like layer is made': scale(
    class extends Scale {
      override call(x: Tensor): Tensor {
        return super.call(x).add(this.name === 'one' ? 1 : 0)
      }
      override getConfig(): nabla.Config {
        return { ...super.getConfig(), name: 'two' }
      }
    },
  ),
  'is described by JSON': scale(
    class extends Scale {
      override toJSON(): ReturnType<Layer['toJSON']> {
        return { ...super.toJSON(), name: 'two' }
      }
    },
  ),
  'has a name, and weights with names of their own below it': scale(
    class extends Scale {
      override build(): void {
        this.scale = variable(ones([3], { dtype: this.dtype }), { name: 'variable_scale' })
      }
    },
  ),
  'knows its options, and names the nearest one': {
    ...scale(Scale),
    make: ({ dtype }) => new Scale({ dtype }),
  },
}

/** The layer as it should be. */
export const right = scale(Scale)
