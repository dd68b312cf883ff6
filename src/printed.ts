/** A mark of the classes of this copy of nabla, which those of a second copy in the same program lack. */
export const thisCopy = Symbol('this copy of nabla')

/**
 * Objects that Node's console prints as `toString` does.
 *
 * A class with a computed name of a method is kept by bundlers whether it is used or not, so this small one has the only such method.
 */
export abstract class Printed {
  /**
   * The mark of this copy of nabla.
   * @internal
   */
  static readonly copy = thisCopy

  /** The object as a string. */
  abstract toString(): string

  /** Returns the string that Node's console prints. Default: `toString()`. */
  protected forConsole(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.forConsole()
  }
}
