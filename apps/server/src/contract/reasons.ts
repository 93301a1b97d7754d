import { z } from "zod"

/** Why the ladder climbed or came down, in figures: shares of allocatable (`null`: more than all), and pressure in percent of the time. */
export const shortage = z.discriminatedUnion("code", [
  z.object({ code: z.literal("use"), share: z.number().nullable(), threshold: z.number() }),
  /** For so long nearly all have waited for memory. */
  z.object({ code: z.literal("severe"), seconds: z.number(), fullAvg10: z.number() }),
  z.object({ code: z.literal("full-pressure"), fullAvg10: z.number(), bound: z.number() }),
  z.object({ code: z.literal("some-pressure"), someAvg60: z.number(), bound: z.number() }),
  z.object({ code: z.literal("use-fell"), share: z.number().nullable() }),
])
export type Shortage = z.infer<typeof shortage>

/** Why a step was taken, or not, in figures. */
export const stepReason = z.discriminatedUnion("code", [
  z.object({ code: z.literal("rung-taken") }),
  z.object({ code: z.literal("selling-stopped") }),
  /** `isOver`: there is no shortage any more. */
  z.object({ code: z.literal("rung-left"), isOver: z.boolean() }),
  z.object({ code: z.literal("no-swap") }),
  z.object({ code: z.literal("idle"), idleMs: z.number() }),
  z.object({ code: z.literal("reclaimed"), steps: z.number(), idleMs: z.number() }),
  z.object({ code: z.literal("above-guarantee"), residentBytes: z.number(), guaranteedBytes: z.number(), highBytes: z.number() }),
  /** The kernel has none, for the reason that the engine gives. */
  z.object({ code: z.literal("no-soft-limit"), detail: z.string() }),
  z.object({ code: z.literal("soft-limit-back") }),
  z.object({ code: z.literal("nobody-left") }),
  z.object({ code: z.literal("nothing-promised") }),
  z.object({ code: z.literal("lowest-class"), guaranteedShare: z.number(), cpuWeight: z.number() }),
])
export type StepReason = z.infer<typeof stepReason>

/** Why something is an incident, in figures. An event of the kind has it as `whyFacts`. */
export const incidentReason = z.discriminatedUnion("code", [
  z.object({ code: z.literal("use-passed"), threshold: z.number(), share: z.number().nullable() }),
  z.object({ code: z.literal("full-pressure"), fullAvg10: z.number() }),
  z.object({ code: z.literal("cpu-pressure"), seconds: z.number(), someAvg10: z.number() }),
  /** The kernel ended a process of this container. */
  z.object({ code: z.literal("oom"), name: z.string() }),
])
export type IncidentReason = z.infer<typeof incidentReason>

/** Why the ladder rests: nobody knows how the machine is. An event `stalled` has it as `whyFacts`. */
export const stallReason = z.discriminatedUnion("code", [
  /** The console itself, for so long: no step was taken. */
  z.object({ code: z.literal("stood-still"), seconds: z.number() }),
  /** Containers could not be measured for so long. */
  z.object({ code: z.literal("not-measured"), seconds: z.number() }),
  /** The host's memory could not be read. */
  z.object({ code: z.literal("unreadable") }),
])
export type StallReason = z.infer<typeof stallReason>

const resource = z.enum(["memory", "cpu", "disk", "pids"])
/** What changed about what the machine has; amounts in the resource's unit. An event `capacity` has it as `whyFacts`. */
export const capacityReason = z.discriminatedUnion("code", [
  z.object({ code: z.literal("unreadable"), resource }),
  /** It takes no writes, for a reason in the kernel's words. */
  z.object({ code: z.literal("disk-fails"), why: z.string() }),
  z.object({ code: z.literal("shrank"), resource, before: z.number(), now: z.number() }),
  z.object({ code: z.literal("back"), resource, now: z.number() }),
])
export type CapacityReason = z.infer<typeof capacityReason>
