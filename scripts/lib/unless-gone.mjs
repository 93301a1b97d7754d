/** What `action` returns, or `otherwise` when what it looks at vanished meanwhile, as processes and groups do at any time. */
export function unlessGone(action, otherwise) {
  try {
    return action()
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "ENOTDIR", "ENODEV"].includes(error.code)) return otherwise
    throw error
  }
}
