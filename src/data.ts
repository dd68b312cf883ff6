/**
 * The entry `nabla/data`: from files, arrays and generators to tensors. It stands on `nabla`, and shares its tensors.
 */
import './index.js'

export { type BatchesOptions, batches } from './data/batches.js'
export type { Batched, Numeric } from './data/collate.js'
export type { ColumnType } from './data/csv/columns.js'
export { readJsonLines, streamJsonLines } from './data/csv/json-lines.js'
export type { MissingFill, MissingPolicy, MissingValue } from './data/csv/missing.js'
export { type CsvOptions, readCsv, streamCsv, streamCsvTables } from './data/csv/read-csv.js'
export type { BadLine, TableOptions } from './data/csv/reader.js'
export { type ColumnValues, type Row, Table } from './data/csv/table.js'
export type { TextSource } from './data/csv/text-source.js'
export { Dataset, type DatasetFold, type DatasetShuffleOptions, type SampleOptions } from './data/dataset.js'
export { type FromPixelsOptions, fromPixels, type ImageSource, type Pixels, toPixels } from './data/images.js'
export { Imputer, type ImputerJson, type ImputerOptions, imputer } from './data/preprocessing/imputer.js'
export { type Label, LabelEncoder, type LabelEncoderJson, labelEncoder } from './data/preprocessing/label-encoder.js'
export { minMaxScale, Scaler, type ScalerJson, standardize } from './data/preprocessing/scaler.js'
export type { Items } from './data/sources.js'
export {
  type IndexSplit,
  type KFoldOptions,
  kFold,
  type Labels,
  type TrainTestSplit,
  type TrainTestSplitOptions,
  trainTestSplit,
} from './data/splits.js'
export type { WindowOptions } from './data/stages.js'
