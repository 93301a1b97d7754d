"use client"
import type { HostTest } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTRPC } from "@/lib/trpc"
import { type DockerEndpoint, type EndpointForm, type EndpointProblems, readEndpoint } from "./endpoint-form"

export interface EndpointState {
  form: EndpointForm
  change: (change: Partial<EndpointForm>) => void
  problems: EndpointProblems
  /** Somebody wanted to send it: what is missing is shown everywhere. */
  tried: boolean
  /** The endpoint when the form is whole; else shows what is wrong with it. */
  take: () => DockerEndpoint | undefined
  /** Asks the endpoint what is behind it. */
  test: () => void
  testing: boolean
  /** Of the endpoint as it stands in the form now, never of an earlier one. */
  found: HostTest | undefined
  testError: unknown
  forget: () => void
}

/** An endpoint that is being typed and tested. `onFound` runs after a test that found an engine. */
export function useEndpoint(initial: EndpointForm, onFound: (found: HostTest) => void = () => undefined): EndpointState {
  const [form, setForm] = useState(initial)
  const [tried, setTried] = useState(false)
  const { mutate, reset, isPending, data, error } = useMutation(useTRPC().hosts.test.mutationOptions())
  const read = readEndpoint(form)

  function take(): DockerEndpoint | undefined {
    setTried(true)
    return "endpoint" in read ? read.endpoint : undefined
  }

  return {
    form,
    change(change) {
      reset()
      setForm((before) => ({ ...before, ...change }))
    },
    problems: "problems" in read ? read.problems : {},
    tried,
    take,
    test() {
      const endpoint = take()
      if (endpoint) mutate({ endpoint }, { onSuccess: onFound })
    },
    testing: isPending,
    found: data,
    testError: error,
    forget() {
      reset()
      setForm(initial)
      setTried(false)
    },
  }
}
