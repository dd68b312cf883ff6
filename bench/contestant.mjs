/** A contestant as its parent sees it: a child process that is asked in JSON lines, and started again where it has died. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export class Contestant {
  /** `command` is the program and its arguments; nothing is started before the first question. A `yardstick` is no framework. */
  constructor({ name, command, yardstick = false }) {
    this.name = name
    this.yardstick = yardstick
    this.command = command
  }

  /** The answer to one request; rejects with the child's own words when it could not do it. */
  async ask(request) {
    this.child ??= start(this.command)
    const { child, lines } = this.child
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    if (done) throw await this.lastWords()
    const answer = JSON.parse(value)
    if (answer.error) throw new Error(answer.error)
    return answer
  }

  /** Ends the child; a later question starts a new one. */
  async stop() {
    const { child } = this.child ?? {}
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.stdin.end()
    await once(child, 'exit')
  }

  async lastWords() {
    const { child, errors } = this.child
    this.child = undefined
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return new Error(`ended with ${child.signalCode ?? child.exitCode}: ${errors.join('').trim().slice(-600)}`)
  }
}

function start([program, ...args]) {
  const child = spawn(program, args, { stdio: 'pipe' })
  const errors = []
  child.stderr.setEncoding('utf8').on('data', (text) => errors.push(text))
  child.stdin.on('error', () => {}) // a dead child is noticed where its answer is awaited
  child.on('error', (error) => errors.push(String(error)))
  return { child, errors, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}
