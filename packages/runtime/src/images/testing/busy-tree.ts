import { execFileSync } from "node:child_process"

/** Makes a tree with a bit of everything in the empty directory, and a tar of it by GNU tar beside it. Returns the tar's path. `sparse`: holes of files are holes in the tar. */
export function makeBusyTar(directory: string, options: { sparse?: boolean } = {}): string {
  const script = `
    mkdir -p a/b/c opaque gone; echo one > a/one; ln a/one a/b/hard; ln -s ../one a/b/soft; ln -s /nowhere dangling; mkfifo pipe; mknod null c 1 3; mknod disk b 7 99
    echo two > opaque/old; echo three > gone/file; chmod 4755 a/one; chmod 1777 a/b; chmod 2710 opaque; chown 12:34 a/b/c; chown 100000:65534 a/b/hard
    setfattr -n user.note -v plain a/one 2>/dev/null || python3 -c 'import os; os.setxattr("a/one", "user.note", b"plain")'
    python3 -c 'import os; os.setxattr("gone/file", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))'
    truncate -s 3M sparse; printf x | dd of=sparse bs=1 seek=1048576 conv=notrunc status=none
    mkdir "$(printf "%0120d" 7)"; echo long > "$(printf "%0120d" 7)/$(printf "%0150d" 8)"; printf 'a' > "$(printf 'caf\\303\\251')"; printf 'b' > "$(printf 'latin\\351')"
    touch -d 2001-02-03T04:05:06.789Z a/b/c; touch -h -d 2002-02-02T02:02:02Z a/b/soft`
  execFileSync("sh", ["-ec", script], { cwd: directory })
  const tar = `${directory}.tar`
  execFileSync("tar", [
    "--create",
    ...(options.sparse === false ? [] : ["--sparse"]),
    "--xattrs",
    "--xattrs-include=*",
    "--format=pax",
    "--numeric-owner",
    `--file=${tar}`,
    "-C",
    directory,
    ".",
  ])
  return tar
}

// As text of Latin 1, so that names that are no UTF-8 are compared as well.
const listing = `
import collections, hashlib, json, os, stat, sys
root = os.fsencode(sys.argv[1])
options = json.loads(sys.argv[2])
paths = [os.path.join(at, name) for at, directories, files in os.walk(root) for name in directories + files]
seen = collections.Counter((s.st_dev, s.st_ino) for s in map(os.lstat, paths))
def counts(attribute):
    return not attribute.startswith("trusted.overlay") and attribute in options.get("attributes", [attribute])
for path in paths:
    s = os.lstat(path)
    kind = stat.S_IFMT(s.st_mode)
    content = b""
    if kind == stat.S_IFREG: content = hashlib.sha256(open(path, "rb").read()).hexdigest().encode()
    if kind == stat.S_IFLNK: content = os.readlink(path)
    if kind in (stat.S_IFCHR, stat.S_IFBLK): content = b"%d" % s.st_rdev
    links = 0 if kind == stat.S_IFDIR else seen[(s.st_dev, s.st_ino)] if options.get("links") == "seen" else s.st_nlink
    attributes = [(a, os.getxattr(path, a, follow_symlinks=False)) for a in sorted(os.listxattr(path, follow_symlinks=False)) if counts(a)]
    facts = "%o %d:%d %d links=%d %r " % (s.st_mode, s.st_uid, s.st_gid, int(s.st_mtime), links, attributes)
    sys.stdout.buffer.write(os.path.relpath(path, root) + b" " + facts.encode() + content + b"\\n")
`

interface TreeOptions {
  /** Extended attributes to compare; absent: all. */
  attributes?: readonly string[]
  /** `seen`: names of the file in this tree. An overlay counts also those of a lower layer that an upper one has replaced. */
  links?: "seen"
}

/** Each file of a tree: name, mode, owner, time of change in seconds, count of links, extended attributes, content. Sorted. */
export function treeOf(root: string, options: TreeOptions = {}): string[] {
  return execFileSync("python3", ["-c", listing, root, JSON.stringify(options)], { encoding: "latin1" })
    .trimEnd()
    .split("\n")
    .sort()
}
