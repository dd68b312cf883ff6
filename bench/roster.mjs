/** Who races: every contestant's name, what it is, and the command that starts it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Contestant } from './contestant.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const javascript = {
  nabla: ['nabla.mjs', 'model'],
  'nabla ×2': ['nabla.mjs', 'model 2'],
  'nabla loop': ['nabla.mjs', 'loop'],
  'nabla tidy': ['nabla.mjs', 'tidy'],
  'jax-js': ['jax.mjs'],
  'tfjs wasm': ['tfjs.mjs', 'wasm'],
  'tfjs cpu': ['tfjs.mjs', 'cpu'],
}

const yardsticks = {
  'Math loop': ['plain.mjs', 'loop'],
  memcpy: ['plain.mjs', 'memcpy'],
  'wasm peak': ['plain.mjs', 'peak'],
}

/** Whether this is what nabla is compared with, and no framework. */
export const isYardstick = (name) => name in yardsticks

/** All contestants of this machine; PyTorch only where `python` has it. `node` runs the JavaScript ones. */
export function contestants({ node, python }) {
  const scripted = ([name, [file, ...args]]) => ({
    name,
    yardstick: isYardstick(name),
    command: [node, here('serve.mjs'), here(`contestants/${file}`), ...args],
  })
  const torch = (threads) => ({ name: `PyTorch ×${threads}`, command: [python, here('torch.py'), threads] })
  const frameworks = [...Object.entries(javascript).map(scripted), ...(hasTorch(python) ? [1, 2].map(torch) : [])]
  return [...frameworks, ...Object.entries(yardsticks).map(scripted)].map((one) => new Contestant(one))
}

const hasTorch = (python) => spawnSync(python, ['-c', 'import torch']).status === 0
