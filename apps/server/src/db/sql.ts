export type SqlValue = string | number | bigint | Uint8Array | null

/**
 * SQL by hand, in the one spelling that both databases read: camelCase names in double quotes, `?` for each value and in no literal, `ON CONFLICT`, `RETURNING`,
 * no rowid. Whole numbers come back as numbers, bytes as Buffers.
 */
export interface Sql {
  all<T>(text: string, values?: readonly SqlValue[]): Promise<T[]>
  run(text: string, values?: readonly SqlValue[]): Promise<{ changes: number }>
}
