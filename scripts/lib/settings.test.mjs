import { describe, expect, it } from "vitest"
import { readSettings } from "./settings.mjs"

describe("settings", () => {
  it("takes the system directories as root", () => {
    expect(readSettings({}, 0)).toEqual({
      root: true,
      dataDirectory: "/var/lib/plimsoll",
      runDirectory: "/run/plimsoll",
      host: "127.0.0.1",
      port: 3000,
      unnamedOrigin: false,
      url: "http://127.0.0.1:3000",
    })
  })

  it("knows when others could connect but would be refused, since no name of it is listed", () => {
    expect(readSettings({ HOST: "0.0.0.0" }, 0).unnamedOrigin).toBe(true)
    expect(readSettings({ HOST: "0.0.0.0", PLIMSOLL_PUBLIC_ORIGINS: "https://console.example" }, 0).unnamedOrigin).toBe(false)
  })

  it("moves to the user's own directories without root, so that it starts all the same", () => {
    const settings = readSettings({ XDG_DATA_HOME: "/home/a/.data", XDG_RUNTIME_DIR: "/run/user/1000" }, 1000)
    expect(settings).toMatchObject({ root: false, dataDirectory: "/home/a/.data/plimsoll", runDirectory: "/run/user/1000/plimsoll-1000" })
  })

  it("prints an address that a browser on this host can open, whatever it listens at", () => {
    expect(readSettings({ HOST: "0.0.0.0", PORT: "80" }, 0).url).toBe("http://127.0.0.1:80")
    expect(readSettings({ HOST: "::1" }, 0).url).toBe("http://[::1]:3000")
  })

  it.each(["0", "65536", "http", "3000.5"])("refuses PORT=%s in plain words", (PORT) => {
    expect(() => readSettings({ PORT }, 0)).toThrow("PORT must be a number from 1 to 65535")
  })
})
