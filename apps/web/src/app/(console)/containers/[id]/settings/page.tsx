import { SettingsPage } from "@/features/containers/settings/settings-page"

export default function Page() {
  return <SettingsPage />
}
