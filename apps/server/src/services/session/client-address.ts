/** Who asks, as the front door says, which alone can connect to the socket beside root; `null`: nobody came through it. */
export function clientAddressOf(headers: Headers): string | null {
  const [address = ""] = (headers.get("x-forwarded-for") ?? "").split(",")
  return address.trim() === "" ? null : address.trim()
}
