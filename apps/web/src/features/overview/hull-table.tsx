"use client"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import type { HullProps } from "./hull"

/** The figures of the hull for those who do not see it. */
export function HullTable({ capacityBytes, usedBytes, cachedBytes, soldBytes, cargo }: HullProps) {
  const t = useTranslations("overview")
  const format = useFormat()
  const share = (bytes: number) => format.percent(capacityBytes > 0 ? bytes / capacityBytes : null)
  const whole = [
    { name: t("capacity"), bytes: capacityBytes },
    { name: t("used"), bytes: usedBytes },
    { name: t("cache"), bytes: cachedBytes },
    { name: t("soldFact"), bytes: soldBytes },
  ]
  return (
    <div className="sr-only">
      <table>
        <caption>{t("hullTable.machine")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("hullTable.figure")}</th>
            <th scope="col">{t("hullTable.amount")}</th>
            <th scope="col">{t("hullTable.share")}</th>
          </tr>
        </thead>
        <tbody>
          {whole.map(({ name, bytes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{format.bytes(bytes)}</td>
              <td>{share(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>{t("hullTable.containers")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("hullTable.container")}</th>
            <th scope="col">{t("hullTable.state")}</th>
            <th scope="col">{t("soldFact")}</th>
            <th scope="col">{t("used")}</th>
          </tr>
        </thead>
        <tbody>
          {cargo.map(({ id, name, state, limitBytes, usedBytes: used }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{t(`hullTable.states.${state}`)}</td>
              <td>{format.bytes(limitBytes)}</td>
              <td>{format.bytes(used)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
