import { describe, expect, it } from "vitest"
import { hostsFile, reachableFromContainer } from "./etc-files.js"
import { testRecord } from "./test-record.js"

describe("hostsFile", () => {
  it("names the container by hostname, name, domain and aliases at its address", () => {
    const record = testRecord({
      spec: { image: "x", domainname: "example.org", extraHosts: { db: "10.9.9.9", host: "host-gateway" } },
      resolved: { ...testRecord().resolved, hostname: "h", network: { kind: "network", network: "bridge", aliases: ["api"] } },
      connections: [
        {
          attachment: {
            network: "bridge",
            interfaceName: "eth0",
            macAddress: "02:00:00:00:00:01",
            address: "10.88.0.5",
            prefixLength: 16,
            gateway: "10.88.0.1",
          },
          aliases: [],
        },
      ],
    })
    const lines = hostsFile(record).split("\n")
    expect(lines).toContain("127.0.0.1\tlocalhost")
    expect(lines).toContain("10.88.0.5\th.example.org h web api")
    expect(lines).toContain("10.9.9.9\tdb")
    expect(lines).toContain("10.88.0.1\thost")
  })

  it("names a container without a network at a loopback address", () => {
    expect(hostsFile(testRecord())).toContain("127.0.1.1\tweb\n")
  })
})

describe("reachableFromContainer", () => {
  it("drops servers on the host's loopback and what is no resolver setting", () => {
    expect(
      reachableFromContainer("# comment\nnameserver 127.0.0.53\nnameserver ::1\nnameserver 192.0.2.1\nsearch example.org\nsortlist x\n"),
    ).toBe("nameserver 192.0.2.1\nsearch example.org\n")
  })
})
