import { permanentRedirect } from "next/navigation"

/** Where this machine's page was when there was only this machine. */
export default function Page() {
  permanentRedirect("/hosts/local")
}
