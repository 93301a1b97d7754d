/**
 * The id under which files of the host's root are on disk when it works through an id-mapped mount (work files of overlayfs, whiteouts).
 * No image may use it: an id-mapped mount that leaves host root out would make every copy-up fail with EOVERFLOW.
 */
export const hostRootOnDisk = 0xfffffff0
