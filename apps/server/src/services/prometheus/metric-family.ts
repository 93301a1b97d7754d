/** A value with the labels that tell it from others of its name and subject. */
export interface Series {
  labels: Readonly<Record<string, string>>
  value: number | null | undefined
}

/** All series of one name. */
export interface MetricFamily<T> {
  name: string
  /** `counter`: it only grows, until whatever is counted begins anew; its name ends in `_total`. */
  type: "gauge" | "counter"
  /** Base unit of what is read; empty: a count or a state. */
  unit: "" | "bytes" | "cores" | "seconds" | "ratio" | "processes"
  help: string
  /** Labels beside those of its group. */
  labels?: readonly string[]
  /** One value, or several with labels; what is not known has no series. */
  read(subject: T): number | null | undefined | readonly Series[]
}

/** Families about subjects of one kind. */
export interface MetricGroup<T> {
  title: string
  /** Of each subject. */
  labels: readonly string[]
  families: readonly MetricFamily<T>[]
}

export function gauge<T>(family: Omit<MetricFamily<T>, "type">): MetricFamily<T> {
  return { ...family, type: "gauge" }
}

export function counter<T>(family: Omit<MetricFamily<T>, "type">): MetricFamily<T> {
  return { ...family, type: "counter" }
}

/** 1 for the one that it is, of those that it could be. */
export function oneOf(label: string, states: readonly string[], present: string | null): Series[] {
  return states.map((state) => ({ labels: { [label]: state }, value: state === present ? 1 : 0 }))
}
