"use client"
import type { ITheme, Terminal } from "@xterm/xterm"
import { type RefObject, useEffect, useState } from "react"

/** An xterm in the element, fitted to it as it changes size. Undefined until its code has been loaded. */
export function useXterm(element: RefObject<HTMLDivElement | null>, dark: boolean): Terminal | undefined {
  const [terminal, setTerminal] = useState<Terminal>()
  useEffect(() => {
    let disposed = false
    let dispose = () => {}
    async function make() {
      const [{ Terminal }, { FitAddon }] = await Promise.all([import("@xterm/xterm"), import("@xterm/addon-fit")])
      const host = element.current
      if (disposed || !host) return
      const made = new Terminal({
        // The canvas does not know CSS variables: the family's real name is asked for.
        fontFamily: window.getComputedStyle(host).fontFamily,
        fontSize: 13,
        cursorBlink: true,
        scrollback: 10_000,
        screenReaderMode: true,
      })
      const fit = new FitAddon()
      made.loadAddon(fit)
      made.open(host)
      // A way out for those who have no mouse (WCAG 2.1.2): Tab belongs to the shell, Shift+Tab to the page.
      made.attachCustomKeyEventHandler((event) => !(event.key === "Tab" && event.shiftKey))
      fit.fit()
      const observer = new ResizeObserver(() => fit.fit())
      observer.observe(host)
      dispose = () => {
        observer.disconnect()
        made.dispose()
      }
      setTerminal(made)
      made.focus()
    }
    void make()
    return () => {
      disposed = true
      dispose()
      setTerminal(undefined)
    }
  }, [element])
  useEffect(() => {
    if (terminal) terminal.options.theme = dark ? darkTheme : lightTheme
  }, [terminal, dark])
  return terminal
}

const darkTheme: ITheme = { background: "#0c1118", foreground: "#e8ecf1", cursor: "#ff6a13", selectionBackground: "#394656" }
const lightTheme: ITheme = {
  background: "#ffffff",
  foreground: "#141a21",
  cursor: "#e4570a",
  selectionBackground: "#bfe0f2",
  brightYellow: "#946c00",
  yellow: "#7d5600",
  white: "#55616f",
  brightWhite: "#141a21",
}
