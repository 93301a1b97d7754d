/** Says in the OCI configuration that conmon holds a pipe to standard input, which is not in the configuration otherwise. */
export const openStdinAnnotation = "io.plimsoll.open-stdin"
