import { pause } from "@/api/backoff";
import { Store } from "@/api/store";
import type { Transport, TransportListener, TransportName } from "./transport";

/** So many attempts in a row that reach nobody mean that this way is barred. */
const PATIENCE = 3;
/** So long without any word means the same: some networks swallow what they do not know. */
const SILENCE_MS = 8_000;
/** Between two attempts there may be a pause; only more than that counts as silence. */
const PAUSE_MS = 30_000;
/** How soon a better way is tried again, doubling up to a limit. */
const CLIMB_MS = 2_000;
const CLIMB_AT_MOST_MS = 30_000;

interface Options {
  isOnline?: () => boolean;
  random?: () => number;
  climbMs?: number;
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
export class Ladder {
  /** The transport in use. */
  readonly name: Store<TransportName>;
  readonly #rungs: readonly Transport[];
  readonly #options: Required<Options>;

  constructor(rungs: readonly [Transport, ...Transport[]], options: Options = {}) {
    this.#rungs = rungs;
    this.name = new Store(rungs[0].name);
    this.#options = { isOnline: () => navigator.onLine, random: Math.random, climbMs: CLIMB_MS, ...options };
  }

  open(listener: TransportListener): () => void {
    const closed = new AbortController();
    this.#stand(0, listener, closed.signal);
    return () => closed.abort();
  }

  /** Uses a transport until it proves barred, or a better one gets through. */
  #stand(rung: number, listener: TransportListener, closed: AbortSignal, tried?: Tried): void {
    const transport = this.#rungs[rung]!;
    this.name.set(transport.name);
    const left = new AbortController();
    const end = AbortSignal.any([closed, left.signal]);
    let barred = 0;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const down = () => {
      if (end.aborted || !this.#rungs[rung + 1] || !this.#options.isOnline()) return;
      left.abort();
      this.#stand(rung + 1, listener, closed);
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
        wait(PAUSE_MS);
        if (loss === "unreachable" && this.#options.isOnline()) barred += 1;
        if (barred >= PATIENCE) down();
      },
    };
    wait(SILENCE_MS);
    if (tried) {
      tried.listener = watching;
      watching.connected();
    }
    const close = tried?.close ?? transport.open(watching);
    end.addEventListener("abort", () => {
      clearTimeout(silence);
      close();
    });
    if (rung > 0) void this.#climb(rung, left, listener, closed);
  }

  /** Tries the better ones from time to time, beside the one in use. */
  async #climb(rung: number, left: AbortController, listener: TransportListener, closed: AbortSignal): Promise<void> {
    const end = AbortSignal.any([closed, left.signal]);
    const { climbMs, random, isOnline } = this.#options;
    for (let attempt = 0; !end.aborted; attempt += 1) {
      await pause(Math.min(CLIMB_AT_MOST_MS, climbMs * 2 ** attempt) * (0.5 + random()), end);
      if (end.aborted || !isOnline()) continue;
      const better = attempt % rung;
      await this.#attempt(better, listener.after, end, (tried) => {
        left.abort();
        this.#stand(better, listener, closed, tried);
      });
    }
  }

  /** Opens a transport, and hands it over the moment it is connected; closes it when that does not happen. */
  #attempt(rung: number, after: () => string[], end: AbortSignal, take: (tried: Tried) => void): Promise<void> {
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
      const silence = setTimeout(fail, SILENCE_MS);
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
      tried.close = this.#rungs[rung]!.open({
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
