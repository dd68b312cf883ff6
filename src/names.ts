/**
 * Names that last. Configurations, paths of weights and messages name classes (`Adam`, `dense_1`, `ShapeError`), but whoever minifies
 * an application renames them. What the package exports keeps its public name.
 */

/** Gives every exported function and class the name it is exported under. */
export function nameExports(exports: object): void {
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === 'function' && value.name !== name) Object.defineProperty(value, 'name', { value: name })
  }
}
