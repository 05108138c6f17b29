import type { ApolloClient } from "@apollo/client";
import { failureOf, isTemporary } from "@/api/errors";
import { unmask } from "@/gql/receiver";
import { type AccountDraftFragment, AccountDraftFragmentDoc, DraftsDocument } from "@/gql/receiver/graphql";
import { UpdateDraftDocument } from "@/gql/sender/graphql";
import type { DeviceStore } from "@/session/deviceStore";
import { MAX_CHARACTERS } from "./content";
import { type Drafts, draftPlace, type ToldDraft } from "./drafts";
import { KnownDrafts } from "./knownDrafts";

/** Who pauses for so long has written something that is worth keeping. */
const PAUSE_MS = 2_000;
/** What the account did not take is offered again. */
const RETRY_MS = 10_000;

interface Waiting {
  text: string;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Brings what is written on this device to the account, and what was written on others to this device. The text that a service
 * has stored last is the one that stays. Nothing of it is in the way of sending: what was sent or thrown away is taken back from
 * the account by a request of its own, and only if the account had it.
 */
export class AccountDrafts {
  readonly #client: ApolloClient;
  readonly #drafts: Drafts;
  readonly #known: KnownDrafts;
  readonly #ended: AbortSignal;
  readonly #waiting = new Map<string, Waiting>();
  /** What a service is asked to keep at the moment. */
  readonly #asking = new Map<string, string>();
  /** Something else was told of these meanwhile. */
  readonly #overtaken = new Set<string>();
  /** What a service does not take, as it is. */
  readonly #refused = new Map<string, string>();
  /** When the account had a draft that it has no longer. */
  readonly #floors = new Map<string, number>();
  /** For each time that all drafts are being read, what is newer than that. */
  readonly #readings = new Set<Set<string>>();
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApolloClient, store: DeviceStore, drafts: Drafts) {
    this.#client = client;
    this.#known = new KnownDrafts(store, drafts);
    this.#drafts = drafts;
    this.#ended = drafts.ended.signal;
    const stops = [drafts.subscribe(() => this.#look()), drafts.told.subscribe(() => this.#hear(drafts.told.get()))];
    const onVisibility = () => {
      if (document.visibilityState === "visible") this.#look();
      else this.#saveNow();
    };
    document.addEventListener("visibilitychange", onVisibility, { signal: this.#ended });
    this.#ended.addEventListener("abort", () => {
      for (const stop of stops) stop();
      for (const { timer } of this.#waiting.values()) clearTimeout(timer);
      clearTimeout(this.#again);
    });
  }

  /** Reads what the account has, and brings what it does not have. Never rejects: what cannot be read is read later. */
  async load(atLeast?: string): Promise<void> {
    const newer = new Set<string>();
    this.#readings.add(newer);
    try {
      const { data } = await this.#client.query({
        query: DraftsDocument,
        variables: { atLeast },
        fetchPolicy: "no-cache",
      });
      if (this.#ended.aborted) return;
      this.#takeAll(unmask(AccountDraftFragmentDoc, data!.drafts), newer);
    } catch (error) {
      if (this.#ended.aborted) return;
      console.warn("drafts of other devices could not be read, and will be later", error);
      clearTimeout(this.#again);
      this.#again = setTimeout(() => void this.load(atLeast), RETRY_MS);
    } finally {
      this.#readings.delete(newer);
    }
    this.save();
  }

  /** These are all that the account had, but for what is newer. */
  #takeAll(all: readonly AccountDraftFragment[], newer: ReadonlySet<string>): void {
    const byPlace = new Map(all.map((draft) => [draftPlace(draft.chatId, draft.threadRootId ?? undefined), draft]));
    for (const place of new Set([...byPlace.keys(), ...this.#known.places()])) {
      if (newer.has(place)) continue;
      const draft = byPlace.get(place);
      this.#take(place, draft?.content ?? "", draft ? Date.parse(draft.updatedAt) : this.#known.of(place).at);
    }
  }

  /** Brings what the account does not have, also where it is not known whether it has. */
  save(): void {
    for (const place of this.#known.unsaved()) void this.#save(place);
  }

  #hear(event: ToldDraft | undefined): void {
    if (!event) return;
    const { chatId, threadRootId, draft } = event;
    const place = draftPlace(chatId, threadRootId ?? undefined);
    this.#isNew(place);
    const at = Date.parse(draft?.updatedAt ?? event.at);
    if (at <= Math.max(this.#known.of(place).at, this.#floors.get(place) ?? 0)) return;
    this.#take(place, draft?.content ?? "", at);
  }

  #isNew(place: string): void {
    for (const newer of this.#readings) newer.add(place);
  }

  /** The account has this. While it is asked for something else, nobody knows which of the two comes later. */
  #take(place: string, text: string, at: number): void {
    const asked = this.#asking.get(place);
    if (asked === undefined && !this.#known.of(place).doubtful) this.#known.accept(place, { text, at });
    else if (asked !== text) this.#overtaken.add(place);
  }

  /** Something was typed, sent or thrown away in a tab. The one that is looked at brings it. */
  #look(): void {
    if (document.visibilityState !== "visible") return;
    const unsaved = new Set(this.#known.unsaved());
    for (const [place, { timer }] of this.#waiting) {
      if (unsaved.has(place)) continue;
      clearTimeout(timer);
      this.#waiting.delete(place);
    }
    for (const place of unsaved) {
      const text = this.#drafts.get(place) ?? "";
      const waiting = this.#waiting.get(place);
      if (waiting?.text === text || this.#asking.has(place) || this.#refused.get(place) === text) continue;
      clearTimeout(waiting?.timer);
      const timer = setTimeout(() => void this.#save(place), text ? PAUSE_MS : 0);
      this.#waiting.set(place, { text, timer });
    }
  }

  #saveNow(): void {
    for (const place of [...this.#waiting.keys()]) void this.#save(place);
  }

  async #save(place: string): Promise<void> {
    clearTimeout(this.#waiting.get(place)?.timer);
    this.#waiting.delete(place);
    const text = this.#drafts.get(place) ?? "";
    const known = this.#known.of(place);
    if (this.#ended.aborted || this.#asking.has(place) || (known.text === text && !known.doubtful)) return;
    if ([...text.trim()].length > MAX_CHARACTERS || this.#refused.get(place) === text) return;
    this.#asking.set(place, text);
    this.#known.note(place, { ...known, doubtful: true });
    try {
      const { cursor, draft } = await this.#ask(place, text);
      if (this.#ended.aborted) return;
      this.#refused.delete(place);
      this.#isNew(place);
      if (!text) this.#floors.set(place, known.at);
      this.#known.note(place, { text, at: draft ? Date.parse(draft.updatedAt) : known.at });
      this.#asking.delete(place);
      if (this.#overtaken.delete(place)) await this.load(cursor);
    } catch (error) {
      if (this.#ended.aborted) return;
      const failure = failureOf(error);
      if (isTemporary(failure) || failure.code === "UNAUTHENTICATED") {
        const timer = setTimeout(() => void this.#save(place), failure.retryAfterMs ?? RETRY_MS);
        this.#waiting.set(place, { text, timer });
      } else {
        // Too many, or a chat that they have left: it stays on this device.
        this.#refused.set(place, text);
        this.#known.note(place, { text: known.text, at: known.at });
      }
    } finally {
      this.#asking.delete(place);
    }
    if (!this.#waiting.has(place)) this.#look();
  }

  async #ask(place: string, content: string) {
    const [chatId = "", threadRootId] = place.split("/");
    const { data } = await this.#client.mutate({
      mutation: UpdateDraftDocument,
      variables: { input: { chatId, threadRootId, content: content || null } },
      fetchPolicy: "no-cache",
      // Also from a page that is being left.
      context: { fetchOptions: { keepalive: true } },
    });
    if (!data) throw new Error("an answer without data");
    return data.updateDraft;
  }
}
