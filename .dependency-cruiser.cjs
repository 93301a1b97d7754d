// The arrows between rooms, one rule a room, each with its reason. What a rule does not allow is forbidden.
// The picture they make is in ARCHITECTURE.md; scripts/boundaries.test.mjs plants violations and expects each rule to speak.

const runtime = (...rooms) => `^packages/runtime/src/(${rooms.join("|")})`
const server = (...rooms) => `^apps/server/src/(${rooms.join("|")})`
const web = (...rooms) => `^apps/web/src/(${rooms.join("|")})`
const OURS = "^(packages|apps|e2e|scripts|prisma)/|^@plimsoll/"
const TESTS = "\\.test\\.(ts|tsx|mjs)$"

/** Everybody in the runtime may know these: data and error codes, nothing that acts. */
const WORDS = ["spec/", "errors\\.ts$", "engine\\.ts$"]
const LEAVES = ["cgroups", "content", "registry", "snapshots", "network", "sandbox", "checkpoint"]

/** A room may reach itself and what `knows` names; of our own code nothing else. */
function room(name, comment, from, ...knows) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from, pathNot: TESTS },
    to: { path: OURS, pathNot: ["node_modules/", from, ...knows] },
  }
}

const leafRooms = LEAVES.map((leaf) =>
  room(
    `runtime-${leaf}`,
    `${leaf}/ stands on the kernel alone. Its neighbours are reached through spec data and joined in containers/, so that each can be replaced and tested by itself.`,
    runtime(`${leaf}/`),
    runtime(...WORDS, "kernel/"),
  ),
)

module.exports = {
  forbidden: [
    // ── packages/runtime ──
    room(
      "runtime-spec",
      "spec/ is pure data that both drivers and every room share: an import from it would spread into all of them.",
      runtime("spec/"),
      runtime("errors\\.ts$"),
    ),
    room("runtime-errors", "The error registry is read from everywhere; it may depend on nothing.", runtime("errors\\.ts$")),
    room(
      "runtime-engine",
      "The interface says what an engine does, never how: both drivers and a Docker API stand on it.",
      runtime("engine\\.ts$"),
      runtime("spec/", "errors\\.ts$"),
    ),
    room(
      "runtime-kernel",
      "kernel/ is mechanism without policy: what it knew of containers, every room would inherit.",
      runtime("kernel/"),
      runtime(...WORDS),
    ),
    ...leafRooms,
    room(
      "runtime-images",
      "images/ turns blobs into snapshots; it knows nothing of running containers, so that it can be used without them.",
      runtime("images/"),
      runtime(...WORDS, "kernel/", "content/", "registry/", "snapshots/"),
    ),
    room(
      "runtime-containers",
      "containers/ joins the rooms below it and is known only by the composition root.",
      runtime("containers/"),
      runtime(...WORDS, "kernel/", ...LEAVES.map((leaf) => `${leaf}/`), "images/"),
    ),
    room(
      "runtime-embedded",
      "The composition root may know every room of its own driver, but not the other driver nor the public door.",
      runtime("embedded/"),
      runtime(...WORDS, "kernel/", ...LEAVES.map((leaf) => `${leaf}/`), "images/", "containers/"),
    ),
    room(
      "runtime-docker",
      "The second driver is proof that the interface is enough: it knows interface, data, errors, dockerode and ssh2 alone.",
      runtime("docker/"),
      runtime(...WORDS),
    ),
    room(
      "runtime-docker-engine",
      "The Docker driver's composition root hands it what reads the kernel and image archives; it knows neither the embedded driver nor the public door.",
      runtime("docker-engine/"),
      runtime(...WORDS, "kernel/", ...LEAVES.map((leaf) => `${leaf}/`), "images/", "containers/", "docker/"),
    ),
    room(
      "runtime-conformance",
      "The suite judges every driver by the public interface; knowing one driver would make it that driver's test.",
      runtime("conformance/"),
      runtime(...WORDS),
    ),
    room(
      "runtime-index",
      "The public door re-exports; it holds no logic and is imported by no room.",
      runtime("index\\.ts$"),
      runtime(...WORDS, "embedded/", "docker/", "docker-engine/", "images/", "cgroups/", "registry/"),
    ),
    {
      name: "runtime-stands-alone",
      comment: "The engine is a library that works without the console, in a script of ten lines.",
      severity: "error",
      from: { path: "^packages/runtime/" },
      to: { path: "^(apps|e2e|scripts|prisma)/|^@plimsoll/(server|web)" },
    },
    {
      name: "koffi-in-kernel-only",
      comment: "System calls are made in one room, where they can be audited; everybody else calls its named functions.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: [runtime("kernel/"), TESTS] },
      to: { path: "(^|/)node_modules/koffi/|^koffi$" },
    },
    {
      name: "dockerode-in-docker-only",
      comment: "Docker's client belongs to the Docker driver; the embedded engine never asks another engine.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: [runtime("docker/"), TESTS] },
      to: { path: "(^|/)node_modules/dockerode/|^dockerode$" },
    },

    {
      name: "ssh2-in-docker-only",
      comment: "ssh carries requests to other hosts' daemons; nothing else goes out by it.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: [runtime("docker/"), TESTS] },
      to: { path: "(^|/)node_modules/ssh2/|^ssh2$" },
    },

    // ── apps/server ──
    room(
      "server-contract",
      "The contract is what browser and server share: anything it imported would be shipped to browsers.",
      server("contract/"),
      runtime("index\\.ts$"),
    ),
    {
      name: "server-contract-takes-only-types",
      comment: "The engine's types describe what crosses the wire and vanish at run time; its code must never reach a browser.",
      severity: "error",
      from: { path: server("contract/"), pathNot: TESTS },
      to: { path: "^packages/runtime/|^@plimsoll/runtime", dependencyTypesNot: ["type-only"] },
    },
    room(
      "server-env",
      "Configuration is read in one place and handed on; it depends on nothing but the contract.",
      server("env\\.ts$"),
      server("contract/"),
    ),
    room(
      "server-db",
      "db/ holds the client and queries and knows no use case.",
      server("db/"),
      server("contract/", "generated/"),
      "^prisma/",
    ),
    room(
      "server-services",
      "Services are use cases. They know no transport, so that tRPC and the Docker API share them.",
      server("services/"),
      server("db/", "contract/", "generated/"),
      "^packages/runtime/",
      "^@plimsoll/runtime$",
    ),
    {
      name: "server-load-line-is-pure",
      comment: "Predictions are computed from samples alone, so that a replay of a trace judges the very code that decides.",
      severity: "error",
      from: { path: server("services/load-line/"), pathNot: TESTS },
      to: { path: ".", pathNot: server("services/load-line/") },
    },
    room(
      "server-trpc",
      "trpc/ is the transport's frame (context, authorisation point, error mapping); routers stand on it, never the reverse.",
      server("trpc/"),
      server("contract/", "services/"),
      runtime("index\\.ts$"),
    ),
    room(
      "server-routers",
      "A procedure is authorise → parse → service → return. It sees neither Prisma nor the engine.",
      server("routers/"),
      server("contract/", "trpc/", "services/", "routers/"),
      runtime("index\\.ts$"),
    ),
    room(
      "server-http",
      "http/ is the socket's front: guards, streams and WebSockets over services and routers; it holds no use case.",
      server("http/"),
      server("contract/", "trpc/", "routers/", "services/", "env\\.ts$"),
      runtime("index\\.ts$"),
    ),
    room(
      "server-docker-api",
      "The Docker API is a second front over the same services and engine.",
      server("docker-api/"),
      server("contract/", "services/"),
      "^packages/runtime/",
      "^@plimsoll/runtime$",
    ),
    {
      name: "server-runtime-seen-by-few",
      comment:
        "Only services, docker-api and main see the engine: everything else would bypass authorisation and admission. Its types vanish at run time; trpc/error-data.ts translates its errors for the wire.",
      severity: "error",
      from: {
        path: "^apps/server/src/",
        pathNot: [server("services/", "docker-api/", "testing/", "main\\.ts$", "trpc/error-data\\.ts$"), TESTS],
      },
      to: { path: "^packages/runtime/|^@plimsoll/runtime$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "server-prisma-seen-by-few",
      comment: "Only db and services see Prisma, so that the schema can change without touching transports.",
      severity: "error",
      from: { path: "^(apps|packages)/", pathNot: [server("db/", "services/", "generated/"), TESTS] },
      to: { path: "(^|/)node_modules/(@prisma|prisma|\\.prisma)/|^@prisma/|/generated/" },
    },
    {
      name: "server-main-is-the-root",
      comment: "main.ts composes and is imported by nobody.",
      severity: "error",
      from: { path: "^(apps|packages|scripts|e2e)/" },
      to: { path: "^apps/(server|web)/src/main\\.ts$" },
    },

    // ── apps/web ──
    room(
      "web-lib",
      "lib/ is the ground: plain helpers and the connection, known by all and knowing no page.",
      web("lib/", "i18n/"),
      "^apps/web/messages/",
      "^@plimsoll/server(/contract)?$",
      "^apps/server/(src|dist)/(contract/|routers/app-router)",
    ),
    room(
      "web-components",
      "Components receive data and callbacks: they can be shown anywhere because they know no feature.",
      web("components/"),
      web("lib/", "i18n/"),
      "^@plimsoll/server/contract$",
      "^apps/server/(src|dist)/contract/",
    ),
    room(
      "web-features",
      "Features know the ground and the components; pages compose them.",
      web("features/"),
      web("lib/", "components/", "i18n/"),
      "^@plimsoll/server(/contract)?$",
      "^apps/server/(src|dist)/(contract/|routers/app-router)",
    ),
    room(
      "web-app",
      "Routes only compose features.",
      web("app/"),
      web("lib/", "components/", "features/", "i18n/"),
      "^@plimsoll/server/contract$",
      "^apps/server/(src|dist)/contract/",
    ),
    {
      name: "web-takes-only-types-from-the-server",
      comment:
        "The router is a type to the web; importing it for real would put the engine into the browser's bundle. The contract is the exception: it is browser-safe.",
      severity: "error",
      from: { path: "^apps/web/" },
      to: { path: "^@plimsoll/server$|^apps/server/", pathNot: "^apps/server/(src|dist)/contract/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "web-never-sees-the-runtime",
      comment: "The web process is unprivileged and talks to the engine through the server alone.",
      severity: "error",
      from: { path: "^apps/web/" },
      to: { path: "^packages/runtime/|^@plimsoll/runtime" },
    },

    // ── around them ──
    {
      name: "e2e-sees-the-outside",
      comment: "End-to-end tests use the product as a person does; importing a source would test something else.",
      severity: "error",
      from: { path: "^e2e/" },
      to: { path: "^(apps|packages)/|^@plimsoll/" },
    },
    {
      name: "scripts-use-public-doors",
      comment:
        "Scripts start processes and use the engine, the contract, the pure load-line module and what moves a database through their doors as any other user of a library does.",
      severity: "error",
      from: { path: "^scripts/" },
      to: {
        path: "^(apps|packages)/[^/]+/src/|^@plimsoll/(server|web)",
        pathNot: [
          runtime("index\\.ts$"),
          server("services/load-line/index\\.ts$"),
          server("contract/index\\.ts$"),
          server("db/move/move-database\\.ts$"),
        ],
      },
    },
    {
      name: "no-circles",
      comment: "Two files that need each other are one idea in two places, and neither can be read or tested first.",
      severity: "error",
      from: { path: "^(packages|apps|scripts|e2e)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-test-in-product",
      comment: "A product file that imports a test ships the test.",
      severity: "error",
      from: { pathNot: [TESTS, "^e2e/", "/conformance/"] },
      to: { path: TESTS },
    },
    {
      name: "no-undeclared-package",
      comment: "A package that no package.json names works by luck and disappears with the next install.",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/", "/\\.next/", "/generated/"] },
    exclude: { path: ["/dist/", "/\\.next/", "node_modules/\\.cache"] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    webpackConfig: { fileName: require("node:path").join(__dirname, "scripts/boundaries.aliases.cjs") },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"], mainFields: ["types", "main"] },
  },
}
