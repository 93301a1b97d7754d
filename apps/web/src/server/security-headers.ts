import { randomBytes } from "node:crypto"

/** A nonce for one page: 128 bits, base64. */
export function createNonce(): string {
  return randomBytes(16).toString("base64")
}

/**
 * The policy of a page. Scripts run only with this page's nonce (and what those load); nothing is loaded from elsewhere, no
 * frame may hold the console. Style elements are allowed without a nonce because xterm.js and the toasts make theirs at run
 * time; styles cannot run code. Development adds what hot reloading needs.
 */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ")
}

/** Headers of every answer of the front door, the proxied ones included. */
export const commonHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
