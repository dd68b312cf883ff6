/**
 * What Node's console prints for objects with a text of their own.
 *
 * A class with a computed name of a method is kept by bundlers whether it is used or not, so this small one has the only such method.
 */
export abstract class Printed {
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
