import { afterEach, expect, test, vi } from "vitest"
import { confirmTwoFactor, secretOf, startTwoFactor, WrongPassword } from "./two-factor"

afterEach(() => vi.unstubAllGlobals())

const answering = (body: unknown, status = 200) => vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status })))

test("the key is shown in groups of four", () =>
  expect(secretOf("otpauth://totp/Plimsoll:ann?secret=ABCDEFGHIJ&issuer=Plimsoll&digits=6&period=30")).toBe("ABCD EFGH IJ"))

test("a wrong code is an answer, not a failure", async () => {
  answering({ code: "INVALID_CODE", message: "Invalid code" }, 401)
  expect(await confirmTwoFactor("000000")).toBe(false)
  answering({ status: true })
  expect(await confirmTwoFactor("123456")).toBe(true)
})

test("a wrong password is told apart from all else that may be wrong", async () => {
  answering({ code: "INVALID_PASSWORD", message: "Invalid password" }, 400)
  await expect(startTwoFactor("x")).rejects.toBeInstanceOf(WrongPassword)
  answering({ code: "TOTP_ALREADY_ENABLED", message: "TOTP is already enabled" }, 400)
  await expect(startTwoFactor("x")).rejects.toThrow("TOTP is already enabled")
})

test("an answer without a key is an error, not an empty picture", async () => {
  answering({ method: "otp" })
  await expect(startTwoFactor("x")).rejects.toThrow()
})
