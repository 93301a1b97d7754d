/** The sea under the sign-in form: the picture language of the overview, without figures. */
export function HullBackdrop() {
  const wave = (y: number, height: number) => `M0 ${y}${`q25 ${-height} 50 0t50 0`.repeat(15)}`
  return (
    <svg aria-hidden viewBox="0 0 1500 260" preserveAspectRatio="xMidYMax slice" className="absolute inset-x-0 bottom-0 h-[26vh] w-full">
      <defs>
        <linearGradient id="sea" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="var(--sea1)" />
          <stop offset="1" stopColor="var(--sea2)" />
        </linearGradient>
      </defs>
      <path d={`${wave(70, 9)}V260H0Z`} fill="url(#sea)" opacity=".8" />
      <path d="M0 34H1500" stroke="var(--load)" strokeWidth="2" opacity=".55" />
      <circle cx="750" cy="34" r="13" fill="none" stroke="var(--load)" strokeWidth="2" opacity=".55" />
    </svg>
  )
}
