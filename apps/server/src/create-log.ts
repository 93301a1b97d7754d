import { type DestinationStream, type Logger, pino } from "pino"
import type { ServerConfiguration } from "./env.js"

/** Where secrets could be in what is logged. Request headers and bodies are not logged at all. */
const SECRET = [
  "password",
  "*.password",
  // In the options of a call that an error brings along.
  "*.*.password",
  "*.*.*.password",
  "newPassword",
  "*.newPassword",
  "currentPassword",
  "*.currentPassword",
  "cookie",
  "*.cookie",
  "headers.cookie",
  "*.headers.cookie",
  "*.headers.authorization",
  '*.headers["set-cookie"]',
  "token",
  "*.token",
  "ticket",
  "*.ticket",
  "endpoint",
  "*.endpoint",
  "privateKey",
  "*.privateKey",
  "passphrase",
  "*.passphrase",
  "secret",
  "*.secret",
  "environment",
  "*.environment",
  "*.facts.environment",
]

/** One JSON object a line on standard output. */
export function createLog(level: ServerConfiguration["logLevel"], destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { process: "server" },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: SECRET, censor: "[secret]" },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
