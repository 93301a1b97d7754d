import { expect, it } from "vitest"
import { seededRandom } from "../seeded-random.js"
import { WINDOW_SLOTS } from "../slots.js"
import { UseRing } from "../use-ring.js"
import { type SeenContainer, worstMoment } from "./worst-moment.js"

const AT_SLOT = 5_000_003

it.each([1, 2, 3, 4])("worstMoment finds in few hours what adding up every slot finds (seed %i)", (seed) => {
  const random = seededRandom(seed)
  const containers: SeenContainer[] = Array.from({ length: 12 }, (_, index) => {
    const ring = new UseRing()
    const back = AT_SLOT - Math.floor(random() * WINDOW_SLOTS)
    const away = (slot: number) => index % 3 === 0 && slot < back && slot > back - WINDOW_SLOTS / 3
    for (let slot = AT_SLOT - WINDOW_SLOTS - 5; slot <= AT_SLOT; slot++)
      if (!away(slot) && random() > 0.1) ring.push(slot, 10 * random() ** 6)
    return { id: String(index), limit: 10, ring, charge: ring.peak, steady: false }
  })
  let highest = 0
  for (let place = 0; place < WINDOW_SLOTS; place++) {
    // Of a slot in which most are missing nothing is learned.
    if (containers.filter(({ ring }) => Number.isNaN(ring.values[place])).length > containers.length / 2) continue
    const values = containers.map(({ ring, charge }) => {
      const value = ring.values[place] as number
      return Number.isNaN(value) ? charge : value
    })
    highest = Math.max(
      highest,
      values.reduce((sum, value) => sum + value, 0),
    )
  }
  const found = worstMoment(containers, AT_SLOT)
  expect(found.sum).toBeCloseTo(highest, 6)
  expect(found.seen + found.charged).toBeCloseTo(found.sum, 9)
})
