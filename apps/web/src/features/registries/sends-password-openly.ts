interface Wished {
  registry: string
  plainHttp: boolean
  withPassword: boolean
}

/** True when a password would cross a network in the clear: over plain HTTP, to a registry that is not this machine's own loopback. */
export function sendsPasswordOpenly({ registry, plainHttp, withPassword }: Wished): boolean {
  return plainHttp && withPassword && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(registry.trim())
}
