export interface LiveState<Data> {
  /** `undefined` until the first message. What came last stays while the connection is lost. */
  data: Data | undefined
  /** Why there is none now; tried again by itself. */
  error: unknown
}

interface Handlers<Message> {
  onData: (message: Message) => void
  onError: (error: unknown) => void
}

interface SharedSubscriptionOptions<Message, Data> {
  open: (handlers: Handlers<Message>) => { unsubscribe: () => void }
  /** The state after a message. Must return a new value, and never change the old one. */
  reduce: (data: Data | undefined, message: Message) => Data
  /** Milliseconds until it is tried again after an error. */
  retryMs: (attempt: number) => number
  /** Milliseconds it stays open after the last reader left, so that going to another page does not begin anew. */
  lingerMs: number
}

/** One subscription for any number of readers, in the shape that `useSyncExternalStore` wants. Opens with the first reader. */
export class SharedSubscription<Message, Data> {
  readonly #options: SharedSubscriptionOptions<Message, Data>
  readonly #listeners = new Set<() => void>()
  #state: LiveState<Data> = { data: undefined, error: null }
  #subscription: { unsubscribe: () => void } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0

  constructor(options: SharedSubscriptionOptions<Message, Data>) {
    this.#options = options
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) {
      clearTimeout(this.#timer)
      if (this.#subscription === undefined) this.#open()
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#closeLater()
    }
  }

  readonly getState = (): LiveState<Data> => this.#state

  #open(): void {
    this.#subscription = this.#options.open({
      onData: (message) => {
        this.#failures = 0
        this.#set({ data: this.#options.reduce(this.#state.data, message), error: null })
      },
      onError: (error) => {
        this.#subscription = undefined
        this.#set({ data: this.#state.data, error })
        if (this.#listeners.size === 0) return
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#open(), this.#options.retryMs(this.#failures++))
      },
    })
  }

  #closeLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#subscription?.unsubscribe()
      this.#subscription = undefined
      // Whoever comes next must not take old figures for present ones.
      this.#state = { data: undefined, error: null }
    }, this.#options.lingerMs)
  }

  #set(state: LiveState<Data>): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
