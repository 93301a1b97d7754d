import { changePlanInput, createPlanInput, planInput } from "../../contract/plans.js"
import { procedure, router } from "../../trpc/init.js"
import { overruling } from "../../trpc/overruling.js"

export const plansRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.plans.list()),
  create: procedure.input(createPlanInput).mutation(({ ctx, input }) => ctx.services.plans.create(input)),
  change: procedure
    .input(changePlanInput)
    .mutation(({ ctx, input: { plan, overrule, ...change } }) => overruling(ctx, overrule, () => ctx.services.plans.change(plan, change))),
  remove: procedure.input(planInput).mutation(({ ctx, input }) => ctx.services.plans.remove(input.plan)),
})
