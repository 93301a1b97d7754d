import { passkey } from "@better-auth/passkey"
import { hash, verify } from "@node-rs/argon2"
import { APIError, betterAuth } from "better-auth"
import { prismaAdapter } from "better-auth/adapters/prisma"
import { twoFactor, username } from "better-auth/plugins"
import { bounds } from "../../contract/bounds.js"
import type { Database } from "../../db/open-database.js"

/** Argon2id with OWASP's first recommendation (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const SESSION_SECONDS = 7 * 24 * 60 * 60
/** As authenticator apps and password managers show it. */
const ISSUER = "Plimsoll"

export interface AuthOptions {
  database: Pick<Database, "prisma" | "provider">
  secret: string
  /** Differs between instances: browsers share cookies between ports of one host. */
  cookiePrefix: string
  /** The browser speaks https with the front door. */
  secure: boolean
}

/**
 * The auth library as the console uses it: user name and password, codes of an authenticator app and recovery codes, passkeys, sessions in the
 * database, sign-up closed. What passkeys are bound to is the host name of the request's address, as the HTTP room gives it.
 */
export function createAuth({ database, secret, cookiePrefix, secure }: AuthOptions) {
  return betterAuth({
    secret,
    basePath: "/api/auth",
    database: prismaAdapter(database.prisma, { provider: database.provider }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: bounds.passwordMinimumLength,
      maxPasswordLength: bounds.passwordMaximumLength,
      password: { hash: (password) => hash(password, ARGON2), verify: ({ hash: stored, password }) => verify(stored, password) },
    },
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    plugins: [
      username(),
      // Both kinds of codes are encrypted with the secret. Wrong ones are counted together with wrong passwords: see lockout.ts.
      twoFactor({ issuer: ISSUER, accountLockout: { enabled: false } }),
      passkey({
        rpName: ISSUER,
        // It stands for password and code together, so the device must have asked who holds it (WebAuthn Level 3, 6.2.3).
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        registration: { afterVerification: ({ verification }) => requireVerifiedUser(verification.registrationInfo?.userVerified) },
        authentication: { afterVerification: ({ verification }) => requireVerifiedUser(verification.authenticationInfo.userVerified) },
      }),
    ],
    telemetry: { enabled: false },
    // The HTTP room logs and words what goes wrong inside.
    onAPIError: { throw: true },
    // The HTTP room limits sign-ins for both schemes together.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix,
      useSecureCookies: secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/" },
      ipAddress: { ipAddressHeaders: ["x-forwarded-for"] },
    },
    // Every failed sign-in and refused origin is in the request log already.
    logger: { disabled: true },
  })
}

function requireVerifiedUser(isVerified: boolean | undefined): void {
  if (isVerified === true) return
  throw new APIError("BAD_REQUEST", {
    code: "USER_NOT_VERIFIED",
    message: "This device did not ask who holds it. Use a passkey with a PIN, a fingerprint or a face.",
  })
}

export type Auth = ReturnType<typeof createAuth>

/** One for browsers that speak https, one for plain http on loopback: names and attributes of their cookies differ. */
export type AuthByScheme = Record<"http" | "https", Auth>

export function createAuthByScheme(options: Omit<AuthOptions, "secure">): AuthByScheme {
  return { http: createAuth({ ...options, secure: false }), https: createAuth({ ...options, secure: true }) }
}
