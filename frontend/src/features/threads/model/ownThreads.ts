import { pause } from "@/api/backoff";
import { Store } from "@/api/store";
import type { Reply } from "./reply";
import { type OwnThread, untold } from "./unreadReplies";

/** A thread that the reader follows, as a service has told it. */
export interface FollowedThread {
  chatId: string;
  rootId: string;
  lastReadNumber: number;
  unreadCount: number;
  /** The number of the newest reply that the count covers. */
  lastNumber: number;
}

/** Whether somebody follows a thread, and how far they have read there. */
export interface Follow {
  chatId: string;
  rootId: string;
  following: boolean;
  lastReadNumber: number;
}

interface Dependencies {
  me: string;
  /** The threads that the reader follows, newest activity first, and whether these are all. */
  load(): Promise<{ threads: readonly FollowedThread[]; all: boolean }>;
  /** Who wrote a message, if that is known here. */
  authorOf(messageId: string): string | undefined;
  /** How far the reader has read in a chat, as far as that is known here. */
  chatMark(chatId: string): number;
}

/** What is asked for again and again in a busy moment is asked for once, after it. */
const SETTLE_MS = 1_000;
const RETRY_MS = 5_000;
/** So many replies of one thread are counted beyond what a service has told. */
const MAX_LATER = 1_000;

/**
 * Which threads the reader follows, and what is left to read in each. It is asked for once, and kept by the events: a reply
 * of the reader's own follows its thread, the first reply to a message follows it for the author, and the reader's own feed
 * tells what they did on other devices. What cannot be derived, which is rare, is asked for again.
 */
export class OwnThreads {
  readonly states = new Store<ReadonlyMap<string, OwnThread>>(new Map());
  /** Whether a service has been asked. */
  readonly loaded = new Store(false);
  readonly #deps: Dependencies;
  /** Counts what is told, so that an older answer takes none of it back. */
  #clock = 0;
  readonly #toldAt = new Map<string, number>();
  /** Whether a thread that is not here is not followed. */
  #all = false;
  /** Replies to threads of which it is not known yet whether they are followed. */
  readonly #pending = new Map<string, { chatId: string; numbers: number[] }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ends: (() => void)[] = [];
  #asking = false;
  #closed = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Whether it is known what the reader has to do with a thread. */
  knows(rootId: string): boolean {
    return this.#all || this.states.get().has(rootId);
  }

  /** Reads everything again, after a moment. */
  refreshSoon(afterMs = SETTLE_MS): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#refresh();
    }, afterMs);
  }

  /** A reply was added to a thread of a chat in which the reader takes part. */
  replied(reply: Reply): void {
    const { chatId, threadRootId: rootId, threadOrdinal, number, senderId } = reply;
    // Who replies has read what was said before.
    if (senderId === this.#deps.me) {
      this.#follow({ chatId, rootId, following: true, lastReadNumber: number });
      return;
    }
    if (!this.states.get().has(rootId) && !this.#pending.has(rootId)) {
      const isFirst = threadOrdinal === 1;
      const author = isFirst ? this.#deps.authorOf(rootId) : undefined;
      if (author === this.#deps.me) this.#change(rootId, { ...untold(chatId, rootId), following: true });
      else if (author !== undefined || (this.#all && !isFirst)) return;
      else this.#hold(chatId, rootId);
    }
    if (!reply.removedAt) this.#count(rootId, number);
  }

  /** A reply was removed: there is nothing left to read of it. */
  removed(rootId: string, number: number): void {
    const pending = this.#pending.get(rootId);
    if (pending) pending.numbers = pending.numbers.filter((other) => other !== number);
    const own = this.states.get().get(rootId);
    if (!own) return;
    if (own.later.includes(number)) {
      this.#put({ ...own, later: own.later.filter((other) => other !== number) });
    } else if (own.unreadCount > 0 && number <= own.toldNumber && number > own.toldMark) {
      // Whether the service has counted it nobody knows here.
      this.refreshSoon();
    }
  }

  /** The reader follows a thread from now on, or no longer, or has read further in it: on this device or another. */
  followed(follow: Follow): void {
    const before = this.states.get().get(follow.rootId);
    this.#follow(follow);
    // Of what was said there before, only a service knows how much is left.
    if (follow.following && !before?.following) this.refreshSoon();
  }

  /** The reader has read a thread up to a message of the chat. */
  read(rootId: string, number: number): void {
    const own = this.states.get().get(rootId);
    if (own && own.lastReadNumber < number) this.#follow({ ...own, lastReadNumber: number });
  }

  /** A service has told about one thread by itself. */
  told(thread: FollowedThread, following: boolean): void {
    this.#put({ ...this.#merged(thread, this.#clock), following });
  }

  /** The reader no longer takes part in a chat. */
  leave(chatId: string): void {
    const others = [...this.states.get()].filter(([, own]) => own.chatId !== chatId);
    for (const [rootId, pending] of this.#pending) if (pending.chatId === chatId) this.#pending.delete(rootId);
    this.states.set(new Map(others));
  }

  /** What ends with the session, too. */
  onClose(end: () => void): void {
    this.#ends.push(end);
  }

  /** The session ended. */
  close(): void {
    this.#closed = true;
    for (const end of this.#ends) end();
    clearTimeout(this.#timer);
  }

  #follow({ chatId, rootId, following, lastReadNumber }: Follow): void {
    const own = this.states.get().get(rootId) ?? untold(chatId, rootId);
    const mark = Math.max(own.lastReadNumber, lastReadNumber);
    const numbers = [...(this.#pending.get(rootId)?.numbers ?? []), ...own.later];
    const later = [...new Set(numbers)].filter((number) => number > mark).sort((a, b) => a - b);
    this.#pending.delete(rootId);
    this.#change(rootId, { ...own, following, lastReadNumber: mark, later });
  }

  #hold(chatId: string, rootId: string): void {
    this.#pending.set(rootId, { chatId, numbers: [] });
    this.refreshSoon();
  }

  #count(rootId: string, number: number): void {
    const pending = this.#pending.get(rootId);
    if (pending && !pending.numbers.includes(number)) pending.numbers = [...pending.numbers, number].slice(-MAX_LATER);
    const own = this.states.get().get(rootId);
    if (!own || number <= own.toldNumber || number <= own.lastReadNumber || own.later.includes(number)) return;
    this.#put({ ...own, later: [...own.later, number].sort((a, b) => a - b).slice(-MAX_LATER) });
  }

  async #refresh(): Promise<void> {
    if (this.#asking) return this.refreshSoon();
    this.#asking = true;
    const begun = this.#clock;
    const held = [...this.#pending.keys()];
    try {
      const { threads, all } = await this.#deps.load();
      if (!this.#closed) this.#take(threads, all, begun, held);
    } catch (error) {
      console.warn("the followed threads could not be read, and will be", error);
      void pause(RETRY_MS).then(() => this.refreshSoon());
    } finally {
      this.#asking = false;
    }
  }

  /** What a service has told, with what was told by events since it was asked. */
  #take(threads: readonly FollowedThread[], all: boolean, begun: number, held: readonly string[]): void {
    const before = this.states.get();
    const told = new Map(threads.map((thread) => [thread.rootId, this.#merged(thread, begun)]));
    // What is no longer told is followed no longer; where not everything was told, it may only be older.
    const others = [...before].filter(
      ([rootId, own]) => !told.has(rootId) && (!all || !own.following || this.#isNewer(rootId, begun)),
    );
    const states = new Map([...others, ...told]);
    for (const rootId of held) {
      const pending = this.#pending.get(rootId);
      if (pending && !states.has(rootId) && !all) states.set(rootId, untold(pending.chatId, rootId));
      this.#pending.delete(rootId);
    }
    if (all) this.#pending.clear();
    this.#all = all;
    this.states.set(states);
    this.loaded.set(true);
  }

  #merged(thread: FollowedThread, begun: number): OwnThread {
    const { chatId, rootId, lastReadNumber, unreadCount, lastNumber } = thread;
    const known = this.states.get().get(rootId);
    const following = known && this.#isNewer(rootId, begun) ? known.following : true;
    const mark = Math.max(known?.lastReadNumber ?? 0, lastReadNumber);
    // A service that is behind knows less than what is known here.
    if (known && known.toldNumber > lastNumber) return { ...known, following, lastReadNumber: mark };
    const since = [...(this.#pending.get(rootId)?.numbers ?? []), ...(known?.later ?? [])];
    const later = [...new Set(since)].filter((number) => number > lastNumber).sort((a, b) => a - b);
    const toldMark = Math.max(lastReadNumber, this.#deps.chatMark(chatId));
    return { chatId, rootId, following, lastReadNumber: mark, unreadCount, toldNumber: lastNumber, toldMark, later };
  }

  #isNewer(rootId: string, begun: number): boolean {
    return (this.#toldAt.get(rootId) ?? 0) > begun;
  }

  #change(rootId: string, own: OwnThread): void {
    this.#clock += 1;
    this.#toldAt.set(rootId, this.#clock);
    this.#put(own);
  }

  #put(own: OwnThread): void {
    this.states.set(new Map(this.states.get()).set(own.rootId, own));
  }
}
