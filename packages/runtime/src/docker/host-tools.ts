import type { Readable } from "node:stream"
import type { CgroupNode, ContainerStats, EngineInfo, ImageConfig, NamespaceReport, PathStat, ProcessInfo } from "../engine.js"

/**
 * What the driver reads from the kernel for containers of a Docker Engine on this very host, where the API says too little or nothing.
 * Handed in by the composition root: the driver itself knows no kernel.
 */
export interface KernelReaders {
  host(): { hostname: string; kernelVersion: string; bootedAt: number; swapBytes: number; cgroupVersion: EngineInfo["cgroupVersion"] }
  enforceableLimits(): EngineInfo["enforceableLimits"]
  /** True when this process exists here and belongs to the container: its cgroup carries the container's id. */
  isHere(pid: number, containerId: string): boolean
  /** Path of a process's cgroup below the mounts of its hierarchies. Undefined when it is gone. */
  cgroupPath(pid: number): string | undefined
  namespaces(pid: number, others: readonly { id: string; pid: number }[]): NamespaceReport
  /** Undefined when the group is gone. Files stay open between samples until `forget` says which containers are left. */
  sample(containerId: string, pid: number): Omit<ContainerStats, "containerId"> | undefined
  forget(isGone: (containerId: string) => boolean): void
  cgroupTree(pid: number): CgroupNode[]
  processes(pid: number): Promise<ProcessInfo[]>
  /** Entries of a directory inside of the root that the process has. */
  listDirectory(pid: number, path: string): Promise<PathStat[]>
  /** Rejects with `port_in_use` when a program of this host has the port. */
  assertPortFree(port: { address: string; port: number; protocol: "tcp" | "udp" }): Promise<void>
  /** Bytes of what is below a directory of this host; -1 when it cannot be read. */
  usedBytes(directory: string): Promise<number>
  /** Path of a disk by its numbers: `8:0` → `/dev/sda`. Undefined when there is none. */
  diskPath(numbers: string): string | undefined
  /** `/dev/sda` → `8:0`. Undefined when it is no disk of this host. */
  diskNumbers(path: string): string | undefined
}

/** An image archive in the shape that was asked for. `discard` removes what it needed on disk; call it when `tar` has been read. */
export interface ConvertedArchive {
  tar: Readable
  images: { id: string; references: string[] }[]
  discard(): Promise<void>
}

/** Image archives as tars: Docker before 25 reads and writes `docker save` tars only. */
export interface ImageArchives {
  /** Any archive as a `docker save` tar with uncompressed layers. Rejects with `archive_invalid`, `archive_unsafe`, `digest_mismatch`. */
  toDocker(archive: Readable, options?: { signal?: AbortSignal }): Promise<ConvertedArchive>
  /** A `docker save` tar as an OCI layout that is a `docker save` tar as well. */
  toOci(archive: Readable, options?: { signal?: AbortSignal }): Promise<ConvertedArchive>
  /** A root file system as a `docker save` tar of a one-layer image. */
  fromRootfs(
    tar: Readable,
    options: { reference: string; architecture: string; config?: Partial<ImageConfig>; comment?: string; signal?: AbortSignal },
  ): Promise<ConvertedArchive>
}
