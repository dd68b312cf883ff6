/**
 * A workspace for computations: the tensors they create are freed when it ends. See `Backend.inWorkspace` for how each back end does it.
 */
import { checkFunction } from '../options.js'
import { backend } from './backend.js'
import { notAsync } from './not-async.js'

/**
 * Runs something and then frees what it computed, except the tensors in its result: one, or those in an array, map,
 * set or plain object, nested as you like. Tensors in an instance of a class or in a closure are not found: they are freed, and
 * reading them throws. `fit` does so for every step. A loop written by hand is a little faster with it on the CPU, because results stay
 * in WebAssembly memory and need not be copied out, and on the GPU it keeps memory from growing until the garbage collector comes.
 *
 * Gradients that `backward` leaves in `grad` are freed, too: take the optimizer's step inside. Variables stay valid, wherever they are
 * kept; one that nobody refers to any more is freed as it is outside of `tidy`.
 *
 * @param run not async
 * @returns what `run` returns
 * @throws OptionError when it returns a promise; BackendError when a tensor is read after it was freed, or when the results need more than WebAssembly's memory (4 GiB)
 * @example
 * tidy(() => tensor([1, 2, 3]).square().sum()).item() // => 14
 */
export function tidy<T>(run: () => T): T {
  checkFunction('tidy', run)
  return backend.inWorkspace(() => notAsync('tidy', run()))
}
