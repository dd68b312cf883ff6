/**
 * The hierarchy of the classes without those in between that are not exported: `Optimizer` stands under `AnyOptimizer`.
 */
import { type DeclarationReflection, type ProjectReflection, ReferenceType } from 'typedoc'

/** Classes for which the nearest exported class is further up. */
const parents: Readonly<Record<string, string>> = {
  Optimizer: 'AnyOptimizer',
  LossScaleOptimizer: 'AnyOptimizer',
  Lookahead: 'AnyOptimizer',
  SAM: 'AnyOptimizer',
}

/** Connects them. */
export function connectHierarchy(project: ProjectReflection): void {
  for (const [name, parent] of Object.entries(parents)) {
    const [child, above] = [name, parent].map((n) => project.getChildByName([n]) as DeclarationReflection)
    child.extendedTypes = [ReferenceType.createResolvedReference(parent, above, project)]
  }
  // Its methods come by a mapped type, which methods.ts writes out
  const tensor = project.getChildByName(['Tensor']) as DeclarationReflection
  tensor.extendedTypes = undefined
  tensor.implementedTypes = undefined
}
