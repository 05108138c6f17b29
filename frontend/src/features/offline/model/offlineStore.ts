import type { ApolloCache, ApolloClient } from "@apollo/client";
import { byActivity } from "@/features/chats";
import { loadOwnReactions, ownIn } from "@/features/reactions";
import { unmask } from "@/gql/receiver";
import {
  type CachedChatFragment,
  CachedChatFragmentDoc,
  CachedMessageFragmentDoc,
  ChatsDocument,
  type ChatsQuery,
  MessagesDocument,
  type MessagesQuery,
  ViewerStateDocument,
  type ViewerStateQuery,
} from "@/gql/receiver/graphql";
import { MeDocument, type MeQuery } from "@/gql/users/graphql";
import type { CopyStorage } from "./copyStorage";

/** So many chats, the newest, are kept with their messages; the list itself is kept whole. */
const MAX_CHATS = 20;
/** So many messages of each. */
const PAGE = 50;
/** A busy chat is written down this often at most. */
const SETTLE_MS = 3_000;
/** What could not be written is tried again after so long. */
const RETRY_MS = 20_000;

const messagesOf = (chatId: string) => `messages ${chatId}`;
/** What is the reader's own about them. */
const ownOf = (chatId: string) => `own ${chatId}`;

/**
 * What was read last, kept on this device for reading without a network: the account, the list of chats, and the last
 * page of the newest ones. It is shown until the services answer, and then replaced by what they say: an edit or a
 * removal that happened meanwhile must not be undone by a copy. It goes when the session ends.
 */
export class OfflineStore {
  readonly #client: ApolloClient;
  readonly #storage: CopyStorage;
  readonly #forget: (cache: ApolloCache, chatId: string) => void;
  readonly #stored: ((chat: CachedChatFragment, number: number) => void) | undefined;
  /** The newest message of each chat when its page was fetched, so that one that cannot be kept is not fetched for ever. */
  readonly #fetched = new Map<string, number>();
  /** Chats whose messages are shown from the copy. */
  readonly #shown = new Set<string>();
  /** What was written down last, to write only what has changed. */
  readonly #written = new Map<string, unknown>();
  #restored: Promise<void> = Promise.resolve();
  #fresh = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopWatching: (() => void) | undefined;
  readonly #onHidden = () => {
    if (document.visibilityState === "hidden") void this.save();
  };

  /** `forget` forgets what is loaded of a chat, and `stored` is told when its messages up to a number are on the device. */
  constructor(
    client: ApolloClient,
    storage: CopyStorage,
    forget: (cache: ApolloCache, chatId: string) => void,
    stored?: (chat: CachedChatFragment, number: number) => void,
  ) {
    this.#stored = stored;
    this.#client = client;
    this.#storage = storage;
    this.#forget = forget;
  }

  /** Shows the list of chats as it was. Never rejects: without a copy one begins with nothing, as on the first visit. */
  restore(): Promise<void> {
    this.#restored = this.#readList().catch((error) => console.warn("the offline copy could not be read", error));
    return this.#restored;
  }

  /** Shows the last page of a chat as it was, unless something newer is there or can be had. */
  async hydrateChat(chatId: string): Promise<void> {
    await this.#restored;
    if (this.#fresh || this.#closed || this.#messages(chatId)) return;
    try {
      const [data, own] = await Promise.all([
        this.#storage.get<MessagesQuery>(messagesOf(chatId)),
        this.#storage.get<ViewerStateQuery>(ownOf(chatId)),
      ]);
      if (!data || this.#fresh || this.#closed || this.#messages(chatId)) return;
      this.#client.writeQuery({ query: MessagesDocument, variables: { chatId, last: PAGE }, data });
      // Whatever is asked for later is forgotten with the copy.
      const all = { chatId, fromNumber: 0, toNumber: Number.MAX_SAFE_INTEGER };
      if (own) this.#client.writeQuery({ query: ViewerStateDocument, variables: all, data: own });
      this.#shown.add(chatId);
    } catch (error) {
      console.warn("the copy of a chat could not be read", error);
    }
  }

  /**
   * The list has come from the service. Pages that are shown from the copy are read again, the newest chats are
   * fetched if they are not there, and from now on what changes is written down.
   */
  async refresh(): Promise<void> {
    this.#fresh = true;
    for (const chatId of this.#shown) await this.#replace(chatId).catch(() => this.#forget(this.#client.cache, chatId));
    this.#shown.clear();
    if (this.#closed || this.#stopWatching) return;
    const cancel = this.#client.cache.watch({
      query: ChatsDocument,
      variables: { first: PAGE },
      optimistic: false,
      immediate: true,
      callback: () => this.#saveSoon(),
    });
    document.addEventListener("visibilitychange", this.#onHidden);
    this.#stopWatching = () => {
      cancel();
      document.removeEventListener("visibilitychange", this.#onHidden);
    };
  }

  /** Fetches the last page of the newest chats that nobody has opened here yet, one at a time. */
  async prefetch(): Promise<void> {
    for (const { id, messageCount } of this.#missing()) {
      if (this.#closed) return;
      const { data } = await this.#client.query({ query: MessagesDocument, variables: { chatId: id, last: PAGE } });
      this.#fetched.set(id, messageCount);
      const edges = data?.messages.edges ?? [];
      const messages = edges.map(({ cursor, node }) => ({ cursor, message: unmask(CachedMessageFragmentDoc, node) }));
      await loadOwnReactions(this.#client, id, messages);
    }
    // The list, whose changes are followed, does not change with it.
    this.#saveSoon();
  }

  /** Writes down what has changed since the last time. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#fresh || this.#closed) return;
    const kept = new Map<string, { known: unknown; kept?: unknown; chat?: CachedChatFragment }>([
      ["account", { known: this.#client.readQuery({ query: MeDocument }) }],
      ["chats", { known: this.#list() }],
    ]);
    for (const chat of this.#newestChats()) {
      const known = this.#messages(chat.id);
      kept.set(messagesOf(chat.id), { known, kept: known && lastPage(known, chat.messageCount), chat });
      kept.set(ownOf(chat.id), { known: this.#own(chat.id) });
    }
    for (const [name, { known, kept: part = known, chat }] of kept) {
      if (!part || this.#written.get(name) === known) continue;
      if (this.#closed) return;
      await this.#storage.put(name, part);
      this.#written.set(name, known);
      if (chat) this.#stored?.(chat, lastNumber(part as MessagesQuery));
    }
    for (const name of await this.#storage.names()) if (!kept.has(name)) await this.#storage.remove(name);
    // What came in a chat that nobody has opened here is to be on this device, too.
    if (this.#missing().length > 0) await this.prefetch();
  }

  /** The session ended: nothing that was read stays on this device. */
  async forget(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopWatching?.();
    await this.#storage.clear();
  }

  async #readList(): Promise<void> {
    const [account, chats] = await Promise.all([
      this.#storage.get<MeQuery>("account"),
      this.#storage.get<ChatsQuery>("chats"),
    ]);
    if (this.#closed) return;
    if (account) this.#client.writeQuery({ query: MeDocument, data: account });
    if (chats) this.#client.writeQuery({ query: ChatsDocument, variables: { first: PAGE }, data: chats });
  }

  /** Puts the newest page as it is now where the copy was. */
  async #replace(chatId: string): Promise<void> {
    const variables = { chatId, last: PAGE };
    const { data } = await this.#client.query({ query: MessagesDocument, variables, fetchPolicy: "no-cache" });
    if (this.#closed || !data) return;
    this.#client.cache.batch({
      update: (cache) => {
        this.#forget(cache, chatId);
        cache.writeQuery({ query: MessagesDocument, variables, data });
      },
    });
  }

  #saveSoon(afterMs = SETTLE_MS): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.save().catch((error) => {
        console.warn("the offline copy could not be written, and will be later", error);
        this.#saveSoon(RETRY_MS);
      });
    }, afterMs);
  }

  #list(): ChatsQuery | null {
    return this.#client.readQuery({ query: ChatsDocument, variables: { first: PAGE } });
  }

  #messages(chatId: string): MessagesQuery | null {
    return this.#client.readQuery({ query: MessagesDocument, variables: { chatId, last: PAGE } });
  }

  #own(chatId: string): ViewerStateQuery | null {
    return this.#client.readQuery({ query: ViewerStateDocument, variables: ownIn(chatId) });
  }

  #missing(): CachedChatFragment[] {
    return this.#newestChats().filter(
      ({ id, messageCount }) => !this.#messages(id) && this.#fetched.get(id) !== messageCount,
    );
  }

  #newestChats(): CachedChatFragment[] {
    const chats = unmask(
      CachedChatFragmentDoc,
      (this.#list()?.chats.edges ?? []).map((edge) => edge.node),
    );
    return [...chats].sort(byActivity).slice(0, MAX_CHATS);
  }
}

/** The number of the newest message; 0 without any. */
function lastNumber({ messages: { edges } }: MessagesQuery): number {
  const last = edges.at(-1);
  return last ? unmask(CachedMessageFragmentDoc, last.node).number : 0;
}

/** The newest messages; null while someone reads so far up that they are not there. */
function lastPage(data: MessagesQuery, messageCount: number): MessagesQuery | null {
  const edges = data.messages.edges.slice(-PAGE);
  const page = { ...data, messages: { ...data.messages, edges } };
  return edges.length > 0 && lastNumber(page) < messageCount ? null : page;
}
