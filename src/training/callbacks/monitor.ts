/**
 * Whether a number of the logs gets better by rising or by falling, for callbacks that watch one.
 */
import { OptionError } from '../../errors.js'
import type { TrainParams } from './callback.js'

/** The direction of a number: min if less is better, max if more is; auto goes by its name. */
export type MonitorMode = 'auto' | 'min' | 'max'

const rising =
  /(^|_)(acc|accuracy|auc|precision|recall|sensitivity|specificity|f_?(\d|beta)(_?score)?|r_?2(_?score)?|similarity|correlation|io_?u)$/
const falling =
  /(^|_)(loss|error|mse|mae|mape|msle|rmse|hinge|huber|log_?cosh|crossentropy|cross_entropy|divergence|poisson)$/
/** Prefixes that turn a direction round, as in scikit-learn's `neg_mean_squared_error`. */
const turned = /(^|_)(neg|negative|minus|inverse)_/

/**
 * Returns 1 where more is better, −1 where less is. Names are those of Keras's metrics and losses in either spelling, with or
 * without `val_`, and names that end in one of them.
 * @throws OptionError for an unknown mode, or in mode auto for an unknown name
 */
export function directionOf(op: string, monitor: string, mode: MonitorMode): 1 | -1 {
  if (!['auto', 'min', 'max'].includes(mode))
    throw new OptionError(`${op}: mode is ${String(mode)}. Choose one of auto, min, max.`)
  if (mode !== 'auto') return mode === 'max' ? 1 : -1
  const name = inSnakeCase(monitor)
  if (!turned.test(name)) {
    if (rising.test(name)) return 1
    if (falling.test(name)) return -1
  }
  throw new OptionError(`${op}: whether ${monitor} should fall or rise is not known. Pass mode: 'min' or mode: 'max'.`)
}

function inSnakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

/** @throws OptionError when the logs will not contain the monitored entry */
export function checkMonitor(op: string, monitor: string, { logs }: TrainParams): void {
  if (logs.includes(monitor)) return
  const hint = monitor.startsWith('val_') ? 'Give fit validationData or a validationSplit' : 'Name it in compile'
  throw new OptionError(
    `${op}: the logs contain ${logs.join(', ')}, but not ${monitor}. ${hint}, or monitor another entry.`,
  )
}
