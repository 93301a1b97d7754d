"use client"

/** When even the layout fails, nothing of it can be relied on: no styles, no translations. */
export default function GlobalError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ font: "14px/1.5 system-ui, sans-serif", maxWidth: "40rem", margin: "20vh auto", padding: "0 1rem" }}>
        <h1>The console failed</h1>
        <p>Nothing on the host was changed by it, and containers go on running.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  )
}
