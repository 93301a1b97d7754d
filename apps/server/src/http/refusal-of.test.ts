import { describe, expect, it } from "vitest"
import { refusalOf } from "./refusal-of.js"

const options = { publicOrigins: ["https://console.example"], changes: true }

describe("refusalOf", () => {
  it.each<Record<string, string>>([
    { host: "localhost:3000", origin: "http://localhost:3000" },
    { host: "127.0.0.1:3000", origin: "http://127.0.0.1:3000" },
    { host: "[::1]:3000", origin: "http://[::1]:3000" },
    { host: "x", "x-forwarded-host": "console.example", "x-forwarded-proto": "https", origin: "https://console.example" },
    { host: "localhost" },
    { host: "console.example", "x-forwarded-proto": "http", origin: "https://console.example" },
    { host: "localhost", "sec-fetch-site": "same-origin" },
  ])("lets %j pass", (headers) => {
    expect(refusalOf(new Headers(headers), options)).toBeUndefined()
  })

  it.each<Record<string, string>>([
    {},
    { host: "" },
    { host: "evil.example" },
    { host: "localhost.evil.example" },
    { host: "127.0.0.1.evil.example" },
    { host: "localhost@evil.example" },
    { host: "console.example:8080" },
    { host: "localhost", origin: "null" },
    { host: "localhost:3000", origin: "http://localhost:3001" },
    { host: "localhost:3000", origin: "https://localhost:3000" },
    { host: "localhost", "sec-fetch-site": "cross-site" },
    { host: "localhost", "sec-fetch-site": "same-site" },
  ])("refuses %j", (headers) => {
    expect(refusalOf(new Headers(headers), options)).toBeTypeOf("string")
  })

  it("lets another site's GET pass: its answer cannot be read there, and it changes nothing", () => {
    expect(refusalOf(new Headers({ host: "localhost", origin: "http://evil.example" }), { ...options, changes: false })).toBeUndefined()
  })
})
