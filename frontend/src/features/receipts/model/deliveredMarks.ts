import type { ApolloClient } from "@apollo/client";
import { failureOf, isTemporary } from "@/api/errors";
import { OwnMarkFragmentDoc } from "@/gql/receiver/graphql";
import { MarkManyAsDeliveredDocument } from "@/gql/sender/graphql";
import { hasReceipts, type ReceiptLimit } from "./progress";

/** One call tells of all chats, and so often at most. */
const INTERVAL_MS = 1_000;
const RETRY_MS = 5_000;
/** So many chats are told of in one call. */
const MAX_MARKS = 100;

/** Tells the senders of messages that these are stored on this device. What was read meanwhile was told with that. */
export class DeliveredMarks {
  readonly #client: ApolloClient;
  readonly #me: string;
  readonly #waiting = new Map<string, number>();
  readonly #told = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApolloClient, me: string) {
    this.#client = client;
    this.#me = me;
  }

  /** The messages of a chat up to this one are stored. */
  stored(chat: ReceiptLimit & { id: string }, number: number): void {
    if (!hasReceipts(chat) || number <= (this.#told.get(chat.id) ?? 0)) return;
    this.#wait(chat.id, number);
    this.#tellIn(INTERVAL_MS);
  }

  #wait(chatId: string, number: number): void {
    this.#waiting.set(chatId, Math.max(number, this.#waiting.get(chatId) ?? 0));
  }

  #tellIn(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#tell(), ms);
  }

  async #tell(): Promise<void> {
    const all = [...this.#waiting].filter(([chatId, number]) => number > this.#readUpTo(chatId));
    const told = all.slice(0, MAX_MARKS);
    this.#waiting.clear();
    for (const [chatId, number] of all.slice(MAX_MARKS)) this.#waiting.set(chatId, number);
    let pause = INTERVAL_MS;
    if (told.length > 0) {
      const marks = told.map(([chatId, upToNumber]) => ({ chatId, upToNumber }));
      try {
        await this.#client.mutate({
          mutation: MarkManyAsDeliveredDocument,
          variables: { input: { marks } },
          fetchPolicy: "no-cache",
        });
        for (const [chatId, number] of told) this.#told.set(chatId, number);
      } catch (error) {
        pause = RETRY_MS;
        if (isTemporary(failureOf(error))) {
          for (const [chatId, number] of told) this.#wait(chatId, number);
        } else console.warn("messages could not be marked as delivered", error);
      }
    }
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#tellIn(pause);
  }

  /** In a chat of which nothing is known any more, since the reader has left it or signed out, there is nothing to tell. */
  #readUpTo(chatId: string): number {
    const { cache } = this.#client;
    const id = cache.identify({ __typename: "Participant", chatId, userId: this.#me })!;
    const own = cache.readFragment({ id, fragment: OwnMarkFragmentDoc, fragmentName: "OwnMark" });
    return own?.lastReadNumber ?? Number.POSITIVE_INFINITY;
  }
}
