/** Shell commands of containers that take memory which is their own. They end at once when they are stopped. */

const endsAtOnce = 'trap "exit 0" TERM'
/** What comes is kept by tail, which waits for an end that does not come. */
const kept = "tail -c 900m >/dev/null &"
const sleeps = "while :; do sleep 1000 & wait $!; done"

/** Serves a page and holds so much. */
export function serve(mebibytes: number): string[] {
  return [
    "sh",
    "-c",
    `${endsAtOnce}; (head -c ${mebibytes}m /dev/urandom; exec sleep 100000) | ${kept} httpd -f -p 80 -h /var/www & ${sleeps}`,
  ]
}

/** Holds so much from the start. */
export function hold(mebibytes: number): string[] {
  return ["sh", "-c", `${endsAtOnce}; (head -c ${mebibytes}m /dev/urandom; exec sleep 100000) | ${kept} ${sleeps}`]
}

/** Lies idle, and takes so much at once each time it gets USR1. */
export function grabWhenTold(mebibytes: number): string[] {
  const grab = `(head -c ${mebibytes}m /dev/urandom; exec sleep 100000) | ${kept}`
  return ["sh", "-c", `${endsAtOnce}; g() { ${grab} }; trap g USR1; ${sleeps}`]
}

/** Holds so much and leaks on, so many MiB four times a second, and slower where it gets less CPU. */
export function leak(mebibytes: number, atOnce = 1): string[] {
  return [
    "sh",
    "-c",
    `${endsAtOnce}; (head -c ${mebibytes}m /dev/urandom; while :; do head -c ${atOnce}m /dev/urandom; sleep 0.25; done) | ${kept} ${sleeps}`,
  ]
}

/** Holds so much as text; at USR1 it reads all of it and says how long it is. Its memory is all there again when the length is right. */
export function readWhenTold(mebibytes: number): string[] {
  return [
    "sh",
    "-c",
    `${endsAtOnce}; x=$(head -c ${Math.floor((mebibytes * 3) / 4)}m /dev/urandom | base64 -w0); trap 'echo \${#x}' USR1; echo \${#x}; ${sleeps}`,
  ]
}
