import accountEn from "../../../messages/account.en.json"
import accountRu from "../../../messages/account.ru.json"
import auditEn from "../../../messages/audit.en.json"
import auditRu from "../../../messages/audit.ru.json"
import capacityReportEn from "../../../messages/capacity-report.en.json"
import capacityReportRu from "../../../messages/capacity-report.ru.json"
import containersEn from "../../../messages/containers.en.json"
import containersRu from "../../../messages/containers.ru.json"
import en from "../../../messages/en.json"
import hostsEn from "../../../messages/hosts.en.json"
import hostsRu from "../../../messages/hosts.ru.json"
import lineSettingsEn from "../../../messages/line-settings.en.json"
import lineSettingsRu from "../../../messages/line-settings.ru.json"
import membersEn from "../../../messages/members.en.json"
import membersRu from "../../../messages/members.ru.json"
import meteringEn from "../../../messages/metering.en.json"
import meteringRu from "../../../messages/metering.ru.json"
import networksEn from "../../../messages/networks.en.json"
import networksRu from "../../../messages/networks.ru.json"
import overprovisioningEn from "../../../messages/overprovisioning.en.json"
import overprovisioningRu from "../../../messages/overprovisioning.ru.json"
import plansEn from "../../../messages/plans.en.json"
import plansRu from "../../../messages/plans.ru.json"
import registriesEn from "../../../messages/registries.en.json"
import registriesRu from "../../../messages/registries.ru.json"
import ru from "../../../messages/ru.json"
import tenantViewEn from "../../../messages/tenant-view.en.json"
import tenantViewRu from "../../../messages/tenant-view.ru.json"
import tenantsEn from "../../../messages/tenants.en.json"
import tenantsRu from "../../../messages/tenants.ru.json"
import tokensEn from "../../../messages/tokens.en.json"
import tokensRu from "../../../messages/tokens.ru.json"
import whatIfEn from "../../../messages/what-if.en.json"
import whatIfRu from "../../../messages/what-if.ru.json"
import type { Locale } from "../format"

const english = {
  ...en,
  ...containersEn,
  ...hostsEn,
  ...registriesEn,
  ...accountEn,
  ...membersEn,
  ...tenantViewEn,
  ...tokensEn,
  ...auditEn,
  ...meteringEn,
  ...networksEn,
  ...overprovisioningEn,
  ...plansEn,
  ...tenantsEn,
  ...whatIfEn,
  ...lineSettingsEn,
  ...capacityReportEn,
}

export type Messages = typeof english

/** All texts of each language. Both have the same keys: messages.test.ts. */
export const messages: Record<Locale, Messages> = {
  en: english,
  ru: {
    ...ru,
    ...containersRu,
    ...hostsRu,
    ...registriesRu,
    ...accountRu,
    ...membersRu,
    ...tenantViewRu,
    ...tokensRu,
    ...auditRu,
    ...meteringRu,
    ...networksRu,
    ...overprovisioningRu,
    ...plansRu,
    ...tenantsRu,
    ...whatIfRu,
    ...lineSettingsRu,
    ...capacityReportRu,
  },
}

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages
    Locale: Locale
  }
}
