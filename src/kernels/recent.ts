/** A cache that forgets what was not used recently, so that it can be garbage-collected. */
export class Recent<Key, Value> {
  private young = new Map<Key, Value>()
  private old = new Map<Key, Value>()

  /** Keeps the `least` values that were used last, and at most twice as many. */
  constructor(private readonly least: number) {}

  /** Returns the value of a key, or undefined. */
  get(key: Key): Value | undefined {
    const value = this.young.get(key)
    if (value !== undefined) return value
    const older = this.old.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  /** Keeps a value, which must not be undefined. */
  set(key: Key, value: Value): void {
    if (this.young.size >= this.least) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }
}
