import type { Services } from "../services/services.js"
import type { SignedIn } from "../services/session/sessions.js"

/** Does what a request asks for, past the load line where it gives a reason to and its role may. */
export function overruling<T>(
  { services, session }: { services: Pick<Services, "admission">; session: Pick<SignedIn, "role"> },
  reason: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  return services.admission.overruling({ role: session.role, reason }, work)
}
