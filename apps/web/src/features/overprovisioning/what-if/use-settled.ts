"use client"
import { useEffect, useState } from "react"

/** The value once it has not changed for so long, in milliseconds: not every step of a drag is a question. */
export function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), afterMs)
    return () => clearTimeout(timer)
  }, [text, afterMs])
  return settled
}
