/** Whether everybody computes the same: losses of the first steps, or the first numbers of a result. */

/** One line for each contestant whose values are off the median of all by more than 3 in 10,000. `{ name: number[] }`. */
export function disagreements(values) {
  const judged = Object.entries(values).filter(([, numbers]) => numbers)
  const agreed = judged[0]?.[1].map((_, i) => middle(judged.map(([, numbers]) => numbers[i])))
  return judged
    .filter(([, numbers]) => numbers.some((x, i) => !(Math.abs(x - agreed[i]) <= 3e-4 * Math.abs(agreed[i]) + 1e-7)))
    .map(
      ([name, numbers]) =>
        `${name} computes something else: ${numbers.join(', ')} where most have ${agreed.join(', ')}`,
    )
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
