/**
 * Parameters whose name and type say it all are described once, here; the others in their `@param`. Neither is an error.
 */
import {
  Comment,
  type Logger,
  type ParameterReflection,
  type ProjectReflection,
  ReflectionKind,
  type SignatureReflection,
} from 'typedoc'

const tensorLike = 'A tensor, or anything that `tensor()` accepts.'
const broadcast = `${tensorLike} The arguments are broadcast against each other.`

/** `name: type` → its description; `*` stands for every type. */
const glossary: Readonly<Record<string, string>> = {
  'x: TensorLike': tensorLike,
  'a: TensorLike': broadcast,
  'b: TensorLike': broadcast,
  'x: Tensor': 'A tensor.',
  'xs: *': 'The arguments of the function.',
  'shape: Shape': 'The sizes per axis; `[]` for a scalar.',
  'inputShape: *': 'The shape of the input; the first axis is that of the examples.',
  'dtype: DType': '`float32`, `float64`, `int32` or `bool`.',
  'axes: *': 'One axis, several, or null for all (default). Negative ones count from the last.',
  'axis: *': 'The axis; a negative one counts from the last.',
  'options: *': 'Settings by name. An unknown one is an `OptionError` that names the nearest.',
  'f: TensorFunction': 'A function of tensors. It is called with tensors that record operations.',
  'config: Config': 'A configuration, as returned by `getConfig` or as written by Keras.',
  'this: *': 'The class to make.',
  'variables: *': 'The variables, in the order in which they were built.',
  'targets: *': 'The variables that change. Default: those that it was built for.',
  'variable: *': 'One of the variables.',
  'gradients: *': 'One for each variable, of its shape; null where the loss does not depend on it.',
  'state: OptimizerState': 'The result of `exportState`.',
  'step: number': 'The number of steps made so far; 0 is the first.',
  'step: VariableStep': 'The variable, its gradient and its slots, with methods to change them.',
  'slot: *': 'The name of a slot.',
  'inner: *': 'The optimizer whose steps these are.',
  'model: *': 'The model that is trained.',
  'epoch: *': 'The epoch, 0 for the first.',
  'batch: *': 'The batch of this epoch, 0 for the first.',
  'logs: *': 'The loss and the metrics, by name.',
  'history: *': 'The logs of all epochs.',
  'yTrue: *': 'The correct values: the labels.',
  'yPred: *': 'The predictions of the model.',
  'y: *': 'The correct values: the labels of `x`.',
  'value: *': 'The new value.',
  'message: *': 'The problem, with a hint.',
  'args: *': 'The arguments of its constructor.',
  'loss: *': 'The loss.',
  'seed: *': 'Any whole number.',
  'given: *': 'Settings by name. An unknown one is an `OptionError` that names the nearest.',
  'ranges: *': 'The ranges of the options.',
  'rules: *': 'The defaults and ranges of the options, for a class that has more of them.',
  'classes: *': 'The classes of the layers inside, if there are any.',
  'x: *': 'The input, or the inputs.',
  'inputs: *': 'The inputs.',
  'a: Tensor': 'One of the tensors.',
  'b: Tensor': 'The other tensor.',
  'batches: *': 'Batches of inputs and targets.',
  'params: *': 'The number of epochs, of steps (batches per epoch), and so on.',
  'rows: *': 'Targets, predictions and weights, row by row.',
  'given: Rows': 'Targets, predictions and weights, row by row.',
  'row: *': 'The number of the row, from 0.',
  'hits: *': 'The weight of what was predicted and is right.',
  'alarms: *': 'The weight of what was predicted and is wrong.',
  'misses: *': 'The weight of what should have been predicted and was not.',
  'gradient: *': 'The new gradient; null for none.',
  'states: *': 'The states before the step.',
  'h: *': 'The state, [batch, units].',
  'units: *': 'The size of the state.',
  'indices: *': 'Whole numbers.',
  'label: *': 'The number of the class.',
}

/** Describes those that have no description of their own. */
export function describeParameters(project: ProjectReflection): void {
  for (const parameter of parametersOf(project)) {
    if (parameter.name === '__namedParameters') parameter.name = 'options'
    parameter.name = parameter.name.replace(/^_/, '')
    const own = (parameter.parent as SignatureReflection).comment?.getIdentifiedTag(parameter.name, '@param')
    if (!own) parameter.comment ??= fromGlossary(parameter)
  }
}

/** A warning, hence an error, for each that is not described. */
export function checkParameters(project: ProjectReflection, logger: Logger): void {
  for (const parameter of parametersOf(project)) {
    if (!parameter.comment?.hasVisibleComponent()) {
      logger.validationWarning(`${parameter.getFullName()} (Parameter) is not described: write @param` as never)
    }
  }
}

function parametersOf(project: ProjectReflection): ParameterReflection[] {
  const signatures = project.getReflectionsByKind(ReflectionKind.SomeSignature) as SignatureReflection[]
  return signatures.filter(isDocumented).flatMap(({ parameters }) => parameters ?? [])
}

/** Not the signatures inside types, such as those of callbacks, nor those that are documented where they are inherited from. */
function isDocumented(signature: SignatureReflection): boolean {
  for (let parent = signature.parent.parent; parent && !parent.isProject(); parent = parent.parent) {
    if (parent.kindOf(ReflectionKind.TypeLiteral) || parent.kindOf(ReflectionKind.SomeSignature)) return false
  }
  return !signature.parent.kindOf(ReflectionKind.TypeLiteral) && !signature.inheritedFrom
}

function fromGlossary({ name, type }: ParameterReflection): Comment | undefined {
  const typeName = type?.type === 'reference' ? type.name : String(type)
  const words = glossary[`${name}: ${typeName}`] ?? glossary[`${name}: *`]
  return words === undefined ? undefined : new Comment([{ kind: 'text', text: words }])
}
