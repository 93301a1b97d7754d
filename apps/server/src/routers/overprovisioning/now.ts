import { procedure } from "../../trpc/init.js"

export const now = procedure.query(({ ctx }) => ctx.services.overprovisioning.now())
