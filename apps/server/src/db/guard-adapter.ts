import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery, SqlQueryable, Transaction } from "@prisma/driver-adapter-utils"

export interface AdapterGuard {
  /** Runs a statement that belongs to no transaction, when its turn has come. */
  statement<T>(run: () => Promise<T>): Promise<T>
  /** Resolves when a transaction may begin, with what is called at its end. */
  transaction(): Promise<() => void>
  /** A value as the database can take it. */
  value?(value: unknown): unknown
}

/** Puts a guard before all that Prisma asks of a database. */
export function guardAdapter(factory: SqlDriverAdapterFactory, guard: AdapterGuard): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => guardConnection(await factory.connect(), guard),
  }
}

function guardConnection(adapter: SqlDriverAdapter, guard: AdapterGuard): SqlDriverAdapter {
  const startTransaction = adapter.startTransaction.bind(adapter)
  replaceQueries(adapter, guard, guard.statement)
  adapter.startTransaction = async (isolationLevel) => {
    const end = await guard.transaction()
    try {
      return guardTransaction(await startTransaction(isolationLevel), guard, end)
    } catch (error) {
      end()
      throw error
    }
  }
  return adapter
}

function guardTransaction(transaction: Transaction, guard: AdapterGuard, end: () => void): Transaction {
  const [commit, rollback] = [transaction.commit.bind(transaction), transaction.rollback.bind(transaction)]
  replaceQueries(transaction, guard, (run) => run())
  return Object.assign(transaction, { commit: () => commit().finally(end), rollback: () => rollback().finally(end) })
}

function replaceQueries(queryable: SqlQueryable, { value }: AdapterGuard, around: AdapterGuard["statement"]): void {
  const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)]
  const mapped = (query: SqlQuery): SqlQuery => (value === undefined ? query : { ...query, args: query.args.map(value) })
  queryable.queryRaw = (query) => around(() => queryRaw(mapped(query)))
  queryable.executeRaw = (query) => around(() => executeRaw(mapped(query)))
}
