import { TerminalPage } from "@/features/containers/terminal/terminal-page"

export default function Page() {
  return <TerminalPage />
}
