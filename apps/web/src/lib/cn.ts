import { type ClassValue, clsx } from "clsx"

/** Joins class names; falsy ones are left out. Callers pass layout classes only, so that nothing has to win over anything. */
export function cn(...classes: ClassValue[]): string {
  return clsx(classes)
}
