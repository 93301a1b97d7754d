import { changePasswordInput, lookAsInput, revokeSessionInput } from "../../contract/session.js"
import { procedure, router } from "../../trpc/init.js"

export const sessionRouter = router({
  /** Rejects with UNAUTHORIZED when nobody is signed in. */
  me: procedure.query(({ ctx }) => ctx.services.sessions.me(ctx.session)),
  sessions: procedure.query(({ ctx }) => ctx.services.sessions.list(ctx.session)),
  revoke: procedure.input(revokeSessionInput).mutation(({ ctx, input }) => ctx.services.sessions.revoke(ctx.session, input.id)),
  changePassword: procedure
    .input(changePasswordInput)
    .mutation(({ ctx, input }) => ctx.services.sessions.changePassword(ctx.session, input)),
  lookAs: procedure.input(lookAsInput).mutation(({ ctx, input }) => ctx.services.sessions.lookAs(ctx.session, input)),
  lookAsEnd: procedure.mutation(({ ctx }) => ctx.services.sessions.lookAsEnd(ctx.session)),
})
