import { expect, test } from "vitest"
import { exportHref } from "./export-href"

test("what is downloaded is what the filter lets through", () => {
  const address = exportHref("csv", {
    kinds: ["audit", "container"],
    results: ["refused"],
    actor: "token:ci & co",
    tenant: "acme",
    until: 5,
  })
  expect(Object.fromEntries(new URLSearchParams(address.slice(address.indexOf("?"))))).toEqual({
    format: "csv",
    kinds: "audit,container",
    results: "refused",
    actor: "token:ci & co",
    tenant: "acme",
    to: "5",
  })
})

test("without a filter everything is, until now", () =>
  expect(exportHref("jsonl", { until: null })).toBe("/api/events/export?format=jsonl"))
