import { describe, expect, test } from "vitest"
import { quoteArgument, splitCommandLine } from "./split-command-line"

describe("splitCommandLine", () => {
  test.each([
    ["", []],
    ["  sleep   60 ", ["sleep", "60"]],
    [`sh -c 'echo "a b"; date'`, ["sh", "-c", 'echo "a b"; date']],
    [`echo "a \\"b\\" \\n" c\\ d ''`, ["echo", 'a "b" \\n', "c d", ""]],
    ["echo $(id) ;rm", ["echo", "$(id)", ";rm"]],
  ])("splits %j without executing anything", (text, expected) => {
    expect(splitCommandLine(text)).toEqual({ arguments: expected })
  })

  test("says what is wrong with a line that is not finished", () => {
    expect(splitCommandLine("echo 'a")).toEqual({ problem: "unclosed_quote" })
    expect(splitCommandLine("echo a\\")).toEqual({ problem: "trailing_backslash" })
  })

  test("reads back whatever quoteArgument wrote", () => {
    for (const argument of ["", "plain", "a b", "it's", '"', "\\", "$(x)", "a\nb", "--x", "ü"])
      expect(splitCommandLine(quoteArgument(argument))).toEqual({ arguments: [argument] })
  })
})
