import { changeMemberInput, invitationInput, inviteMemberInput, memberInput, membersInput } from "../../contract/members.js"
import { procedure, router } from "../../trpc/init.js"

export const membersRouter = router({
  list: procedure.input(membersInput).query(({ ctx, input }) => ctx.services.members.list(ctx.session, input.tenant)),
  invitations: procedure.input(membersInput).query(({ ctx, input }) => ctx.services.members.invitations(ctx.session, input.tenant)),
  invite: procedure.input(inviteMemberInput).mutation(({ ctx, input }) => ctx.services.members.invite(ctx.session, input)),
  revokeInvitation: procedure
    .input(invitationInput)
    .mutation(({ ctx, input }) => ctx.services.members.revokeInvitation(ctx.session, input.id)),
  change: procedure
    .input(changeMemberInput)
    .mutation(({ ctx, input }) => ctx.services.members.change(ctx.session, input.userId, input.role)),
  remove: procedure.input(memberInput).mutation(({ ctx, input }) => ctx.services.members.remove(ctx.session, input.userId)),
  resetLink: procedure.input(memberInput).mutation(({ ctx, input }) => ctx.services.members.resetLink(ctx.session, input.userId)),
  unlock: procedure.input(memberInput).mutation(({ ctx, input }) => ctx.services.members.unlock(ctx.session, input.userId)),
})
