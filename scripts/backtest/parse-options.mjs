/** A whole number of `--name`. Throws an error that says the bounds. */
export function wholeNumber(name, text, lowest, highest) {
  const number = Number(text)
  if (text.trim() === "" || !Number.isInteger(number) || number < lowest || number > highest)
    throw new Error(`--${name} must be a whole number from ${lowest} to ${highest}, not “${text}”.`)
  return number
}

/** A share of one of `--name`. */
export function share(name, text) {
  const number = Number(text)
  if (text.trim() === "" || !(number >= 0 && number <= 1)) throw new Error(`--${name} must be a number from 0 to 1, not “${text}”.`)
  return number
}

/** One of the words that `--name` knows. */
export function oneOf(name, word, known) {
  if (!known.includes(word)) throw new Error(`--${name} has no “${word}”. There are: ${known.join(", ")}.`)
  return word
}
