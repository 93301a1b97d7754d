import { expect, it } from "vitest"
import { layersOf } from "./image-layers.js"

it("history entries that made a layer have its digest and size; settings have none, and an empty layer is told from them", () => {
  const image = { Id: "sha256:x", RootFS: { Layers: ["sha256:a", "sha256:b", "sha256:c"] } }
  const newestFirst = [
    { CreatedBy: '/bin/sh -c #(nop)  CMD ["sh"]', Size: 0, Created: 5 },
    { CreatedBy: "/bin/sh -c true", Size: 0, Created: 4 },
    { CreatedBy: "/bin/sh -c #(nop)  ENV A=1", Size: 0, Created: 3 },
    { CreatedBy: "/bin/sh -c apt-get install x", Size: 20, Created: 2 },
    { CreatedBy: "ADD rootfs", Size: 100, Created: 1 },
  ]
  const { layers, history } = layersOf(image, newestFirst)
  expect(layers.map(({ diffId, unpackedBytes }) => [diffId, unpackedBytes])).toEqual([
    ["sha256:a", 100],
    ["sha256:b", 20],
    ["sha256:c", 0],
  ])
  expect(history.map((entry) => entry.layerDigest)).toEqual(["sha256:a", "sha256:b", undefined, "sha256:c", undefined])
  expect(history[0]?.createdAt).toBe(1000)
})
