/** How well `text` answers `query`: higher is better, 0 not at all. The beginning beats a word's beginning beats anywhere. Every word of the query has to be there. */
export function matchScore(text: string, query: string): number {
  const words = query
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  if (words.length === 0) return 1
  const target = text.toLowerCase()
  let score = 0
  for (const word of words) {
    const at = target.indexOf(word)
    if (at === -1) return 0
    score += at === 0 ? 3 : /[^\p{L}\p{N}]/u.test(target[at - 1] ?? "") ? 2 : 1
  }
  return score / words.length
}

/** The best `limit` of `items`, best first; equals keep their order. */
export function bestMatches<Item>(
  items: readonly Item[],
  query: string,
  options: { textOf: (item: Item) => string; limit: number },
): Item[] {
  return items
    .map((item) => ({ item, score: matchScore(options.textOf(item), query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, options.limit)
    .map(({ item }) => item)
}
