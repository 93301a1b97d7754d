import { openTerminalInput, rejoinTerminalInput } from "../../contract/containers.js"
import { idInput } from "../../contract/primitives.js"
import { procedure } from "../../trpc/init.js"

export const openTerminal = procedure.input(openTerminalInput).mutation(({ ctx, input }) => ctx.services.terminals.open(ctx.session, input))

export const rejoinTerminal = procedure
  .input(rejoinTerminalInput)
  .mutation(({ ctx, input }) => ctx.services.terminals.rejoin(ctx.session, input.execId))

export const attach = procedure.input(idInput).mutation(({ ctx, input }) => ctx.services.terminals.attach(ctx.session, input.id))
