import { createTokenInput, tokenInput, tokensInput } from "../../contract/tokens.js"
import { procedure, router } from "../../trpc/init.js"

export const tokensRouter = router({
  list: procedure.input(tokensInput).query(({ ctx, input }) => ctx.services.tokens.list(ctx.session, input.tenant)),
  create: procedure.input(createTokenInput).mutation(({ ctx, input }) => ctx.services.tokens.create(ctx.session, input)),
  revoke: procedure.input(tokenInput).mutation(({ ctx, input }) => ctx.services.tokens.revoke(ctx.session, input.id)),
})
