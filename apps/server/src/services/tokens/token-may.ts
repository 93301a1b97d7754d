/** People's own affairs, and who else may come in: not for a program, whatever its scope, since its token could be anywhere. */
const PEOPLES = /^(?:session|members|tokens)\./
const READ = new Set(["session.me", "members.list", "members.invitations", "tokens.list"])

/** True when the operation is not kept for people who are signed in. Whether the token's role allows it is another question. */
export function tokenMay(operation: string): boolean {
  return !PEOPLES.test(operation) || READ.has(operation)
}
