import { changeTenantInput, createTenantInput, removeTenantInput, suspendTenantInput, tenantInput } from "../../contract/tenants.js"
import { procedure, router } from "../../trpc/init.js"
import { overruling } from "../../trpc/overruling.js"

export const tenantsRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.tenants.list()),
  inspect: procedure.input(tenantInput).query(({ ctx, input }) => ctx.services.tenants.inspect(input.tenant)),
  create: procedure
    .input(createTenantInput)
    .mutation(({ ctx, input: { overrule, ...tenant } }) => overruling(ctx, overrule, () => ctx.services.tenants.create(tenant))),
  change: procedure
    .input(changeTenantInput)
    .mutation(({ ctx, input: { tenant, overrule, ...change } }) =>
      overruling(ctx, overrule, () => ctx.services.tenants.change(tenant, change)),
    ),
  suspend: procedure.input(suspendTenantInput).mutation(({ ctx, input }) => ctx.services.tenants.suspend(input.tenant, input.reason)),
  resume: procedure.input(tenantInput).mutation(({ ctx, input }) => ctx.services.tenants.resume(input.tenant)),
  remove: procedure.input(removeTenantInput).mutation(({ ctx, input }) => ctx.services.tenants.remove(input.tenant, input.graceMs)),
  keep: procedure.input(tenantInput).mutation(({ ctx, input }) => ctx.services.tenants.keep(input.tenant)),
})
