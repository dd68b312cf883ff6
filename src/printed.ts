/** What the classes of this copy of nabla have in common, and those of another copy have not. */
export const thisCopy = Symbol('this copy of nabla')

/**
 * What Node's console prints for objects with a text of their own.
 *
 * A class with a computed name of a method is kept by bundlers whether it is used or not, so this small one has the only such method.
 */
export abstract class Printed {
  /**
   * Tells this copy of nabla from another one that is loaded beside it.
   * @internal
   */
  static readonly copy = thisCopy

  /** What it is, as a text. */
  abstract toString(): string

  /** What Node's console prints. Default: `toString()`. */
  protected forConsole(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.forConsole()
  }
}
