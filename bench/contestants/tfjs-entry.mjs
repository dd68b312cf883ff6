/** What TensorFlow.js consists of here. npm's ready-made file for Node lacks the gradients, so `run.mjs` bundles this one. */
export * from '@tensorflow/tfjs-core'

import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
import '@tensorflow/tfjs-backend-cpu'

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
