import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest()

/**
 * A passkey in memory (WebAuthn Level 3, 6.1 and 6.5): one ES256 key that answers the options of a site as a browser would. `verifiesUser` false: a
 * key that anybody who holds it can use.
 */
export class SoftwareAuthenticator {
  readonly #id = randomBytes(32)
  readonly #key: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  #uses = 0

  constructor(private readonly options: { origin: string; verifiesUser?: boolean }) {}

  register({ challenge, rp }: { challenge: string; rp: { id: string } }) {
    const clientDataJSON = this.#clientData("webauthn.create", challenge)
    const { x = "", y = "" } = this.#key.publicKey.export({ format: "jwk" })
    const point = (text: string) => Buffer.from(text, "base64url")
    // COSE key: kty EC2, alg ES256, crv P-256, x, y (RFC 9052, 7).
    const coseKey = Buffer.concat([Buffer.from("a5010203262001215820", "hex"), point(x), Buffer.from("225820", "hex"), point(y)])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(this.#id.length)
    const authData = Buffer.concat([this.#authData(rp.id, HAS_CREDENTIAL), Buffer.alloc(16), length, this.#id, coseKey])
    const attestationObject = Buffer.concat([
      Buffer.from("a3", "hex"),
      ...[text("fmt"), text("none"), text("attStmt"), Buffer.from("a0", "hex"), text("authData")],
      Buffer.from([0x58, authData.length]),
      authData,
    ])
    return this.#credential({
      clientDataJSON: clientDataJSON.toString("base64url"),
      attestationObject: attestationObject.toString("base64url"),
      transports: ["internal"],
    })
  }

  authenticate({ challenge, rpId }: { challenge: string; rpId: string }) {
    const clientDataJSON = this.#clientData("webauthn.get", challenge)
    const authenticatorData = this.#authData(rpId, 0)
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), this.#key.privateKey)
    return this.#credential({
      clientDataJSON: clientDataJSON.toString("base64url"),
      authenticatorData: authenticatorData.toString("base64url"),
      signature: signature.toString("base64url"),
    })
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.options.origin, crossOrigin: false }))
  }

  #authData(rpId: string, flags: number): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(++this.#uses)
    const verified = this.options.verifiesUser === false ? 0 : USER_VERIFIED
    return Buffer.concat([sha256(rpId), Buffer.from([flags | USER_PRESENT | verified]), count])
  }

  #credential<T extends object>(response: T) {
    const id = this.#id.toString("base64url")
    return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response }
  }
}

/** CBOR of a short text (RFC 8949, 3.1). */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
}
