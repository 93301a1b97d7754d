/** The Plimsoll mark: the circle crossed by the load line. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 22 22" aria-hidden className={className}>
      <circle cx="11" cy="11" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.9" />
      <path d="M1 11h20" stroke="var(--load)" strokeWidth="2.2" />
    </svg>
  )
}
