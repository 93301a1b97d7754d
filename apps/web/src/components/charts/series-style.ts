/** Colour of a place in the palette, which colour-blind people can tell apart too. */
export function seriesColour(place: number): string {
  return `var(--series${((place - 1) % 6) + 1})`
}

const dashes = ["none", "none", "5 3", "2 2.5", "8 3 2 3", "1.5 3"]

/** Lines differ in their dashes too, from the third on: the first two are told apart by colour in every kind of colour blindness. */
export function dashOf(index: number): string {
  return dashes[index % dashes.length] ?? "none"
}
