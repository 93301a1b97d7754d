"use client"
import { type RefObject, useEffect, useRef, useState } from "react"

export interface Size {
  width: number
  height: number
}

/** Size of an element as it is laid out now, in whole CSS pixels; `null` before it is. */
export function useSize<Element extends HTMLElement>(): [RefObject<Element | null>, Size | null] {
  const element = useRef<Element>(null)
  const [size, setSize] = useState<Size | null>(null)
  useEffect(() => {
    if (element.current === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: Math.round(entry.contentRect.width), height: Math.round(entry.contentRect.height) })
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return [element, size]
}
