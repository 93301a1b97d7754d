export interface ScrapeOptions {
  /** Only what is this tenant's; `null`: all. */
  tenant: string | null
  /** With the series of each container. */
  containers: boolean
}

/** The console's figures for a Prometheus server. */
export interface Prometheus {
  /**
   * All series as they are now, in the text format, made while they are read. A part that could not be read is left out, and
   * `plimsoll_scrape_failed` says so.
   */
  scrape(options: ScrapeOptions): AsyncIterable<string>
}
