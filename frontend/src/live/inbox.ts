import type { ApolloClient } from "@apollo/client";
import { fullJitter, pause } from "@/api/backoff";
import { Store } from "@/api/store";
import { type AppliedEvent, type Applier, applyBatch, type Batch } from "./applyBatch";
import { changesOf } from "./changes";
import { FeedPositions } from "./positions";
import type { TransportFallback } from "./transportFallback";

declare module "@/session/services" {
  interface SignedInServices {
    inbox: Inbox;
  }
}

/** `live`: everything up to now is here. `catching-up`: connected, but not yet. `offline`: not connected. */
export type LiveState = "offline" | "catching-up" | "live";

/** Reads what events do not tell: everything at the start, and a chat after a reset or when nobody has told of it. */
export interface StateReader {
  /** Reads the list of chats and tells where each feed stood before its data was read. */
  readList(begin: (feedId: string, cursor: string) => void): Promise<void>;
  /** Reads one chat, no older than `atLeast`; answers whether it is there and the caller's to read. */
  readChat(chatId: string, atLeast: string): Promise<boolean>;
  /** Whether the list shows the chat. */
  isListed(chatId: string): boolean;
  /** Forgets what is loaded of a chat, so that it is read again where it is shown. */
  forget(chatId: string): void;
}

/** Is told which events of a feed are in the cache now. */
type AppliedListener = (feedId: string, events: readonly AppliedEvent[]) => void;

interface Dependencies extends Applier {
  client: ApolloClient;
  /** How it is told what happens, from positions that this keeps. */
  fallback(positions: FeedPositions): TransportFallback;
  reader: StateReader;
}

/**
 * Everything live. It loads the list of chats, listens from where that list stood, applies batches, and after every
 * interruption resumes from where it is: on whichever instance it meets, by whatever transport gets through.
 */
export class Inbox {
  readonly state = new Store<LiveState>("catching-up");
  /** Until when everything is here, while it is not live; nothing before it was live for the first time. */
  readonly current = new Store<string | undefined>(undefined);
  /** Whether the list of chats has been loaded since signing in; an error text when that failed. */
  readonly loaded = new Store<"no" | "yes" | "failed">("no");
  readonly positions = new FeedPositions();
  /** The ways by which it is told. */
  readonly fallback: TransportFallback;
  readonly #deps: Dependencies;
  #close: (() => void) | undefined;
  readonly #appliedListeners = new Set<AppliedListener>();
  readonly #loading = new Set<string>();
  #loadingUnknown: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.fallback = deps.fallback(this.positions);
  }

  async start(): Promise<void> {
    await this.#insist(async () => {
      await this.#reloadList().catch((error) => {
        this.loaded.set("failed");
        this.#enter("offline");
        throw error;
      });
      this.loaded.set("yes");
    });
    if (!this.#stopped) this.#listen();
  }

  stop(): void {
    this.#stopped = true;
    this.#close?.();
    this.positions.clear();
  }

  /** Tells of every event that is applied from now on, until the answer is called. */
  observeApplied(listener: AppliedListener): () => void {
    this.#appliedListeners.add(listener);
    return () => this.#appliedListeners.delete(listener);
  }

  #listen(): void {
    this.#close = this.fallback.open({
      after: () => this.positions.cursors(),
      connected: () => this.#enter("catching-up"),
      receive: (batch) => this.#receive(batch),
      caughtUp: () => this.#enter("live"),
      disconnected: () => this.#enter("offline"),
      refused: () => void this.#beginAnew(),
    });
  }

  #enter(state: LiveState): void {
    if (this.state.get() === "live" && state !== "live") this.current.set(new Date().toISOString());
    this.state.set(state);
  }

  /** Positions that no service accepts any more must not keep us away for ever. */
  async #beginAnew(): Promise<void> {
    this.#close?.();
    this.#enter("offline");
    await pause(fullJitter(3) + 500);
    // What happened since nobody tells.
    const changes = changesOf(this.#deps.client.cache);
    for (const { feedId } of this.positions.entries()) changes.restart(feedId);
    this.positions.clear();
    await this.#insist(() => this.#reloadList());
    if (!this.#stopped) this.#listen();
  }

  #receive(batch: Batch): void {
    const { client, me } = this.#deps;
    try {
      if (batch.reset) void this.#reset(batch);
      else {
        const events = applyBatch(client.cache, this.positions, batch, this.#deps);
        for (const listener of this.#appliedListeners) listener(batch.feedId, events);
        if (batch.feedId !== me && this.positions.cursorOf(batch.feedId)) this.#know(batch);
      }
    } catch (error) {
      // Going on would leave a hole where this batch was: what it was about is read again as a whole.
      console.error("a batch could not be applied", error);
      void this.#reset(batch);
    }
  }

  /** Something happens in a chat that the list does not show, since it moved while the list was read: it is loaded. */
  #know({ feedId, cursor }: Batch): void {
    const { reader } = this.#deps;
    if (this.#loading.has(feedId) || reader.isListed(feedId)) return;
    this.#loading.add(feedId);
    // One after the other: there may be many.
    this.#loadingUnknown = this.#loadingUnknown
      .then(() => this.#insist(() => reader.readChat(feedId, cursor)))
      .finally(() => this.#loading.delete(feedId));
  }

  /** Too much was missed to be told: the state is read again, and the feed goes on from the batch's position. */
  async #reset(batch: Batch): Promise<void> {
    const { client, me, reader } = this.#deps;
    this.positions.restart(batch.feedId, batch.cursor);
    changesOf(client.cache).restart(batch.feedId);
    await this.#insist(async () => {
      if (batch.feedId === me) return this.#reloadList();
      if (await reader.readChat(batch.feedId, batch.cursor)) reader.forget(batch.feedId);
    });
  }

  /** Repeats work until it succeeds or the session ends: a reload that failed once would be a silent hole. */
  async #insist(work: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; !this.#stopped; attempt += 1) {
      try {
        await work();
        return;
      } catch (error) {
        console.warn("reading the chats failed and will be repeated", error);
        await pause(fullJitter(attempt) + 300);
      }
    }
  }

  #reloadList(): Promise<void> {
    return this.#deps.reader.readList((feedId, cursor) => this.positions.begin(feedId, cursor));
  }
}
