import { HttpStreamError, isErrorBody } from "./errors"

interface UploadOptions {
  url: string
  body: Blob
  /** Share of the body that has left, 0–1; `null` once all of it has, and the server works on it. */
  onProgress: (progress: number | null) => void
  signal: AbortSignal
}

/** Sends a file as the body of a POST and resolves with the answer's JSON. By XMLHttpRequest: `fetch` tells no upload progress. */
export function upload({ url, body, onProgress, signal }: UploadOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open("POST", url)
    request.setRequestHeader("content-type", "application/x-tar")
    request.responseType = "json"
    request.upload.onprogress = (event) =>
      onProgress(event.lengthComputable && event.loaded < event.total ? event.loaded / event.total : null)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response)
      else if (request.status === 502) reject(new TypeError("the server does not answer"))
      else reject(new HttpStreamError(request.status, isErrorBody(request.response) ? request.response : null))
    }
    request.onerror = () => reject(new TypeError("the connection was lost"))
    request.onabort = () => reject(signal.reason ?? new DOMException("cancelled", "AbortError"))
    signal.addEventListener("abort", () => request.abort(), { once: true })
    request.send(body)
  })
}
