/**
 * Every error nabla throws. One form: `op: what is wrong, with every shape and value received. Hint.`
 */

/** The base class of all errors thrown by nabla: `catch (e) { if (e instanceof NablaError) … }`. */
export class NablaError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Shapes, axes or sizes that do not fit together. */
export class ShapeError extends NablaError {}

/** A dtype that the operation does not take, or a value that its dtype cannot hold. */
export class DTypeError extends NablaError {}

/** Something is wrong with a gradient: no graph, a freed graph, a wrong rule. */
export class GradientError extends NablaError {}

/** An option or argument that is unknown or out of range. */
export class OptionError extends NablaError {}

/** A formula that cannot be parsed, differentiated or called as asked. */
export class FormulaError extends NablaError {}

/** The machine cannot do what was asked of it: no GPU, out of memory. */
export class BackendError extends NablaError {}
