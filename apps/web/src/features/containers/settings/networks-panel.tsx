"use client"
import type { ContainerInspect } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Panel } from "@/components/controls/panel"
import { Select } from "@/components/controls/select"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { toast } from "@/components/controls/toast"
import { lacks } from "@/lib/hosts"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useContainer } from "../detail/container-context"

/** The networks that the container is in: it joins and leaves them while it runs. */
export function NetworksPanel() {
  const t = useTranslations("containerNetworks")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { id, row, inspect, host } = useContainer()
  const may = useMay()
  const [mayConnect, mayDisconnect] = [may("networks.connect"), may("networks.disconnect")]
  const readAgain = () => Promise.all([trpc.networks, trpc.containers.inspect].map((path) => queries.invalidateQueries(path.pathFilter())))
  const disconnect = useMutation(
    trpc.networks.disconnect.mutationOptions({
      onSuccess: (_, { name }) => {
        toast.success(t("disconnected", { name }))
        return readAgain()
      },
    }),
  )
  if (!inspect || lacks(host, "tenant-networks")) return null
  const joins = inspect.resolved.network.kind === "network"
  const attached = inspect.networks
  return (
    <Panel title={t("title")}>
      {joins ? (
        <div className="flex flex-col gap-3 pb-4">
          {attached.length === 0 ? (
            <p className="px-4 text-mute">{t("none")}</p>
          ) : (
            <Table label={t("title")} flat>
              <thead>
                <tr>
                  <Th>{t("network")}</Th>
                  <Th>{t("address")}</Th>
                  <Th>{null}</Th>
                </tr>
              </thead>
              <tbody>
                {attached.map(({ network, address }) => (
                  <Tr key={network}>
                    <Td>{network}</Td>
                    <Td>
                      <code className="text-sm">{address}</code>
                    </Td>
                    <Td className="text-right">
                      {mayDisconnect ? (
                        <Button
                          size="sm"
                          aria-label={t("disconnectOne", { name: network })}
                          busy={disconnect.isPending && disconnect.variables.name === network}
                          onClick={() => disconnect.mutate({ host: row.host, name: network, container: id })}
                        >
                          {t("disconnect")}
                        </Button>
                      ) : null}
                    </Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          )}
          {disconnect.error ? (
            <div className="px-4">
              <ErrorState compact error={disconnect.error} />
            </div>
          ) : null}
          {mayConnect ? <Connect attached={attached} onConnected={readAgain} /> : null}
        </div>
      ) : (
        <p className="px-4 pb-4 text-mute">{t("shared")}</p>
      )}
    </Panel>
  )
}

function Connect({ attached, onConnected }: { attached: ContainerInspect["networks"]; onConnected: () => Promise<unknown> }) {
  const t = useTranslations("containerNetworks")
  const trpc = useTRPC()
  const { id, row } = useContainer()
  const [chosen, setChosen] = useState("")
  const networks = useQuery(trpc.networks.list.queryOptions({ host: row.host }))
  const connect = useMutation(
    trpc.networks.connect.mutationOptions({
      onSuccess: (_, { name }) => {
        setChosen("")
        toast.success(t("connected", { name }))
        return onConnected()
      },
    }),
  )
  const names = (networks.data ?? [])
    .filter(({ driver, tenant }) => driver === "bridge" && tenant === row.tenant)
    .map(({ name }) => name)
    .filter((name) => !attached.some(({ network }) => network === name))
  const name = names.includes(chosen) ? chosen : names[0]
  return (
    <div className="flex flex-col gap-3 px-4">
      {networks.error ? <ErrorState compact error={networks.error} /> : null}
      {networks.data !== undefined && name === undefined ? <p className="text-mute">{t("nothingToJoin")}</p> : null}
      {name === undefined ? null : (
        <div className="flex items-end gap-2">
          <Field label={t("connectTo")} className="grow">
            <Select value={name} onValueChange={setChosen} options={names.map((each) => ({ value: each, label: each }))} />
          </Field>
          <Button busy={connect.isPending} onClick={() => connect.mutate({ host: row.host, name, container: id })}>
            {t("connect")}
          </Button>
        </div>
      )}
      {connect.error ? <ErrorState compact error={connect.error} /> : null}
    </div>
  )
}
