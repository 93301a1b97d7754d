import { notFound } from "next/navigation"

/** So that an address that leads nowhere is told inside of the console, with the way to everything else around it. */
export default function Page(): never {
  notFound()
}
