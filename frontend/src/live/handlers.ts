import type { ApolloCache } from "@apollo/client";
import type { InboxEventFragment, InboxSignalFragment } from "@/gql/receiver/graphql";
import type { SignedInServices } from "@/session/services";
import type { Changes } from "./changes";
import type { FeedPositions } from "./positions";

/** The kinds of event and of signal that there are. */
export type LiveKind = InboxEventFragment["__typename"] | InboxSignalFragment["__typename"];

/** By which feed something came, and where that stands after it. */
interface Feed {
  feedId: string;
  cursor: string;
}

/** What `apply` may use: the cache, in one transaction with the rest of the batch. */
export interface Applying extends Feed {
  cache: ApolloCache;
  me: string;
  changes: Changes;
}

/** What `notify` may use, once everything is in the cache and the feed's position has moved. */
export interface Notifying extends Feed {
  me: string;
  /** Who did it; null for the system, and of a signal. */
  actorId: string | null;
  positions: FeedPositions;
  services: LiveServices;
}

/** The services of whoever is signed in, besides the inbox, which is made of them. */
export type LiveServices = Omit<SignedInServices, "inbox">;

type ByKind<Told extends { __typename: string }, Context> = {
  readonly [Kind in Told["__typename"]]?: (told: Extract<Told, { __typename: Kind }>, context: Context) => void;
};

/**
 * What a feature does about the events and signals that it asks for in its `live.receiver.graphql`, by kind. Several
 * features may handle one kind.
 */
export interface LiveHandlers<Told extends { __typename: string }> {
  /** Writes it into the cache. Doing so again, or after a snapshot that already holds it, changes nothing. */
  readonly apply?: ByKind<Told, Applying>;
  /** What is to be done besides. */
  readonly notify?: ByKind<Told, Notifying>;
}

/** Handlers of any feature. What they are given is what their own fragment has asked for. */
export interface AnyLiveHandlers {
  // biome-ignore lint/suspicious/noExplicitAny: the type of each is stated where it is defined
  readonly apply?: Readonly<Record<string, ((told: any, context: Applying) => void) | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: the type of each is stated where it is defined
  readonly notify?: Readonly<Record<string, ((told: any, context: Notifying) => void) | undefined>>;
}
