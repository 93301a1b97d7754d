/** From 0, guessed at once, to 4, guessed never. */
export type PasswordStrength = 0 | 1 | 2 | 3 | 4

/** What judges passwords, with its lists of known ones: large, so it is fetched only where a password is chosen. */
async function loadJudge() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}

let judge: ReturnType<typeof loadJudge> | undefined

/** How hard the password is to guess for who knows `own`, its owner's names. The server judges by itself: this only helps to choose. */
export async function passwordStrength(password: string, own: readonly string[]): Promise<PasswordStrength> {
  judge ??= loadJudge()
  const { score } = (await judge).check(password, [...own, "plimsoll"])
  return score
}
