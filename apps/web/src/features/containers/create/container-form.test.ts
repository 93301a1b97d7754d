import { describe, expect, test } from "vitest"
import { type ContainerForm, containerFormSchema, emptyContainerForm } from "./container-form"
import { dockerRunLine } from "./docker-run-line"
import { toContainerSpec } from "./to-container-spec"

const form = (change: Partial<ContainerForm>): ContainerForm => ({ ...emptyContainerForm, image: "plimsoll/starter", ...change })
const problems = (change: Partial<ContainerForm>) =>
  containerFormSchema.safeParse(form(change)).error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? []

describe("the create form", () => {
  test("asks for nothing but an image", () => {
    expect(problems({})).toEqual([])
    expect(problems({ image: " " })).toEqual(["image: image_missing"])
    expect(toContainerSpec(form({}))).toEqual({ image: "plimsoll/starter" })
  })

  test.each([
    [{ name: "-x" }, "name: name_malformed"],
    [{ memory: "64 apples" }, "memory: memory_malformed"],
    [{ memory: "1m" }, "memory: memory_malformed"],
    [{ swap: "64m" }, "swap: swap_without_memory"],
    [{ disk: "8m" }, "disk: disk_malformed"],
    [{ cpus: "0" }, "cpus: cpus_malformed"],
    [{ ports: "8080:80 nonsense" }, "ports: port_malformed"],
    [{ environment: "A=1\nB" }, "environment: environment_malformed"],
    [{ mounts: "/etc:/etc" }, "mounts: mount_malformed"],
    [{ command: "echo 'a" }, "command: unclosed_quote"],
    [{ autoRemove: true, restart: "always" as const }, "autoRemove: remove_and_restart"],
  ])("%j is told beside its field", (change, problem) => {
    expect(problems(change)).toEqual([problem])
  })

  test("with a terminal is started in the background all the same, as ours are", () => {
    const spec = toContainerSpec(form({ terminal: true, openStdin: true }))
    expect(dockerRunLine(spec, { start: true })).toBe("docker run -d -t -i --init plimsoll/starter")
    expect(dockerRunLine(spec, { start: false })).toBe("docker create -t -i --init plimsoll/starter")
  })

  test("becomes the request and the docker run line that ask for the same", () => {
    const spec = toContainerSpec(
      form({
        name: "web",
        command: "httpd -f -p 80",
        memory: "64m",
        swap: "0",
        disk: "2g",
        cpus: "0,5",
        ports: "127.0.0.1:8080:80",
        environment: "MOTD=it's on",
        mounts: "data:/srv:ro",
        restart: "on-failure",
        tenant: "aurora",
      }),
    )
    expect(spec).toEqual({
      image: "plimsoll/starter",
      name: "web",
      tenant: "aurora",
      command: ["httpd", "-f", "-p", "80"],
      environment: ["MOTD=it's on"],
      ports: [{ containerPort: 80, protocol: "tcp", hostPort: 8080, hostAddress: "127.0.0.1" }],
      mounts: [{ kind: "volume", volume: "data", target: "/srv", readOnly: true }],
      limits: { memoryMaxBytes: 67108864, swapMaxBytes: 0, cpuMaxCores: 0.5 },
      diskBytes: 2147483648,
      restartPolicy: { kind: "on-failure", maximumRetries: 3 },
    })
    expect(dockerRunLine(spec, { start: true })).toBe(
      "docker run -d --name web --init --memory 64m --memory-swap 64m --cpus 0.5 --storage-opt size=2g --restart on-failure:3 -p 127.0.0.1:8080:80 -e 'MOTD=it'\\''s on' -v data:/srv:ro -l plimsoll.tenant=aurora plimsoll/starter httpd -f -p 80",
    )
  })
})
