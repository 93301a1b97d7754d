import type { RegistryReader } from "../registry/registry-reader.js"

/** A reader that stays open until its pull is over and no download that others have joined uses it any more. */
export class HeldReader implements RegistryReader {
  readonly readManifest: RegistryReader["readManifest"]
  readonly downloadBlob: RegistryReader["downloadBlob"]
  private users = 1

  constructor(private readonly reader: RegistryReader) {
    this.readManifest = reader.readManifest
    this.downloadBlob = reader.downloadBlob
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.users++
    try {
      return await work()
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    this.users--
    if (this.users === 0) await this.reader.close()
  }
}
