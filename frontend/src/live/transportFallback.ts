import { pause } from "@/api/backoff";
import { Store } from "@/api/store";
import type { Transport, TransportListener, TransportName } from "./transport";

/** So many attempts in a row that reach nobody mean that this way is barred. */
const MAX_FAILED_ATTEMPTS = 3;
/** So long without any word means the same: some networks swallow what they do not know. */
const CONNECT_TIMEOUT_MS = 8_000;
/** Between two attempts there may be a pause; only more than that counts as silence. */
const RECONNECT_TIMEOUT_MS = 30_000;
/** How soon a better way is tried again, doubling up to a limit. */
const RETRY_BETTER_MS = 2_000;
const MAX_RETRY_BETTER_MS = 30_000;

interface Options {
  isOnline?: () => boolean;
  random?: () => number;
  retryBetterMs?: number;
}

/** A transport that was opened to see whether it gets through; whoever takes it over listens in the place of that. */
interface Tried {
  listener: TransportListener;
  close(): void;
}

/**
 * The best transport that gets through: the first one, or the next while that one is barred. A better one is tried
 * again all the while and takes over as soon as it is connected; since all resume from the same positions, and what
 * two of them deliver is applied once, nothing is lost on the way down or up.
 */
export class TransportFallback {
  /** The transport in use. */
  readonly name: Store<TransportName>;
  readonly #transports: readonly Transport[];
  readonly #options: Required<Options>;

  constructor(transports: readonly [Transport, ...Transport[]], options: Options = {}) {
    this.#transports = transports;
    this.name = new Store(transports[0].name);
    this.#options = {
      isOnline: () => navigator.onLine,
      random: Math.random,
      retryBetterMs: RETRY_BETTER_MS,
      ...options,
    };
  }

  open(listener: TransportListener): () => void {
    const closed = new AbortController();
    this.#use(0, listener, closed.signal);
    return () => closed.abort();
  }

  /** Uses a transport until it proves barred, or a better one gets through. */
  #use(level: number, listener: TransportListener, closed: AbortSignal, tried?: Tried): void {
    const transport = this.#transports[level]!;
    this.name.set(transport.name);
    const left = new AbortController();
    const end = AbortSignal.any([closed, left.signal]);
    let barred = 0;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const down = () => {
      if (end.aborted || !this.#transports[level + 1] || !this.#options.isOnline()) return;
      left.abort();
      this.#use(level + 1, listener, closed);
    };
    const wait = (ms: number) => {
      clearTimeout(silence);
      silence = setTimeout(down, ms);
    };
    const watching: TransportListener = {
      ...listener,
      connected: () => {
        barred = 0;
        clearTimeout(silence);
        listener.connected();
      },
      disconnected: (loss) => {
        listener.disconnected(loss);
        wait(RECONNECT_TIMEOUT_MS);
        if (loss === "unreachable" && this.#options.isOnline()) barred += 1;
        if (barred >= MAX_FAILED_ATTEMPTS) down();
      },
    };
    wait(CONNECT_TIMEOUT_MS);
    if (tried) {
      tried.listener = watching;
      watching.connected();
    }
    const close = tried?.close ?? transport.open(watching);
    end.addEventListener("abort", () => {
      clearTimeout(silence);
      close();
    });
    if (level > 0) void this.#tryBetter(level, left, listener, closed);
  }

  /** Tries the better ones from time to time, beside the one in use. */
  async #tryBetter(
    level: number,
    left: AbortController,
    listener: TransportListener,
    closed: AbortSignal,
  ): Promise<void> {
    const end = AbortSignal.any([closed, left.signal]);
    const { retryBetterMs, random, isOnline } = this.#options;
    for (let attempt = 0; !end.aborted; attempt += 1) {
      await pause(Math.min(MAX_RETRY_BETTER_MS, retryBetterMs * 2 ** attempt) * (0.5 + random()), end);
      if (end.aborted || !isOnline()) continue;
      const better = attempt % level;
      await this.#attempt(better, listener.after, end, (tried) => {
        left.abort();
        this.#use(better, listener, closed, tried);
      });
    }
  }

  /** Opens a transport, and hands it over the moment it is connected; closes it when that does not happen. */
  #attempt(level: number, after: () => string[], end: AbortSignal, take: (tried: Tried) => void): Promise<void> {
    return new Promise((resolve) => {
      let done = false;
      const finish = (through: boolean) => {
        if (done) return;
        done = true;
        clearTimeout(silence);
        end.removeEventListener("abort", fail);
        if (through) take(tried);
        // Afterwards, because it may still be opening.
        else queueMicrotask(() => tried.close());
        resolve();
      };
      const fail = () => finish(false);
      const silence = setTimeout(fail, CONNECT_TIMEOUT_MS);
      const tried: Tried = {
        listener: {
          after,
          connected: () => finish(true),
          receive: () => {},
          caughtUp: () => {},
          disconnected: fail,
          refused: fail,
        },
        close: () => {},
      };
      end.addEventListener("abort", fail);
      tried.close = this.#transports[level]!.open({
        after: () => tried.listener.after(),
        connected: () => tried.listener.connected(),
        receive: (batch) => tried.listener.receive(batch),
        caughtUp: () => tried.listener.caughtUp(),
        disconnected: (loss) => tried.listener.disconnected(loss),
        refused: () => tried.listener.refused(),
      });
    });
  }
}
