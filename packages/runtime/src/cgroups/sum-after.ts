/** Sum of all the numbers that follow `word` in a statistics file: its total over all devices. */
export function sumAfter(text: string, word: string): number {
  let sum = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const start = at + word.length
    sum += Number.parseInt(text.slice(start, start + 20), 10)
  }
  return sum
}
