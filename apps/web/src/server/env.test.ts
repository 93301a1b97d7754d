import { expect, test } from "vitest"
import { readEnvironment } from "./env.js"

test("nothing set: port 3000 on loopback, the usual run directory, production", () => {
  expect(readEnvironment({})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    runDirectory: "/run/plimsoll",
    development: false,
    logLevel: "info",
  })
})

test("an empty variable counts as not set", () =>
  expect(readEnvironment({ PORT: "", HOST: "" })).toMatchObject({ port: 3000, host: "127.0.0.1" }))

test.each([
  [{ PORT: "80a" }, "PORT"],
  [{ PORT: "70000" }, "PORT"],
  [{ PLIMSOLL_RUN_DIR: "relative" }, "PLIMSOLL_RUN_DIR"],
  [{ NODE_ENV: "prod" }, "NODE_ENV"],
  [{ PLIMSOLL_PUBLIC_ORIGINS: "console.example" }, "PLIMSOLL_PUBLIC_ORIGINS must list origins"],
  [{ PLIMSOLL_TRUSTED_PROXIES: "127.0.0.1, proxy.example" }, "PLIMSOLL_TRUSTED_PROXIES must list addresses"],
])("%j is refused, naming the variable", (variables, name) => expect(() => readEnvironment(variables)).toThrow(name))
