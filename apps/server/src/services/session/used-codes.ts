/** For how long a code of an authenticator app is right: its own half minute, and one before and after for clocks that differ. */
const CODE_LIFE_MS = 90_000

/** Codes that signed somebody in. Each does so once: whoever reads one over a shoulder has nothing of it. (RFC 6238, 5.2) */
export class UsedCodes {
  readonly #usedAt = new Map<string, number>()

  constructor(private readonly now: () => number) {}

  has(username: string, code: string): boolean {
    this.#forget()
    return this.#usedAt.has(`${username} ${code}`)
  }

  add(username: string, code: string): void {
    this.#usedAt.set(`${username} ${code}`, this.now())
  }

  #forget(): void {
    for (const [key, at] of this.#usedAt) if (Math.abs(this.now() - at) > CODE_LIFE_MS) this.#usedAt.delete(key)
  }
}
