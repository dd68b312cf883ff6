/** The comparison of all threads with half of them, on a clock of its own. */
import test from 'ava'
import { Trial } from '../../../../src/kernels/cpu/threads/trial.js'

/** The verdict on so many threads, where one unit of work takes `half` on half of them and `all` on all. */
function verdictOf(threads: number, half: number, all: number, comparisons = 9) {
  let [time, limited] = [0, threads]
  const limits: number[] = []
  const limit = (n: number) => {
    limits.push(n)
    limited = n
  }
  const trial = new Trial(threads, limit, () => time)
  const done: number[][] = []
  for (let i = 0; i < comparisons; i++)
    trial.run(40, 100, (from, to) => {
      done.push([from, to])
      time += (to - from) * (limited === threads ? all : half) * (i === 0 ? 100 : 1)
    })
  return { verdict: trial.verdict, limits, done }
}

test('work is done in two parts, of which the second is for all threads', (t) => {
  const { done, limits } = verdictOf(2, 2, 1, 1)
  t.deepEqual(done, [
    [0, 40],
    [40, 100],
  ])
  t.deepEqual(limits, [1, 2])
})

test('there is no verdict before the last comparison', (t) => {
  t.is(verdictOf(2, 2, 1, 8).verdict, undefined)
})

test('threads that have a core each are worth it, and others are not', (t) => {
  t.is(verdictOf(2, 2, 1).verdict, 2)
  t.is(verdictOf(2, 1, 1).verdict, 1)
  t.is(verdictOf(2, 1, 1.3).verdict, 1)
  t.is(verdictOf(8, 1.1, 1).verdict, 8)
  t.is(verdictOf(8, 1.01, 1).verdict, 4)
  t.is(verdictOf(3, 1, 1).verdict, 2)
})
