import { useMemo } from "react";
import { useStore } from "@/api/store";
import { type ListedChat, useChats } from "@/features/chats";
import { type Person, useSearchUsers } from "@/features/participants";
import type { SearchMessagesQuery } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { folded } from "@/ui/folded";
import { isForMessages, OPERATORS } from "../model/syntax";
import { useMessageSearch } from "./useMessageSearch";

export type Hit = SearchMessagesQuery["searchMessages"]["edges"][number];

/** One thing that can be chosen. */
export type Option =
  | { kind: "chat"; id: string; listed: ListedChat }
  | { kind: "person"; id: string; person: Person }
  | { kind: "message"; id: string; hit: Hit; chatName: string | undefined }
  | { kind: "more"; id: "more" }
  | { kind: "operator"; id: string; operator: (typeof OPERATORS)[number] };

export interface Section {
  name: string;
  options: Option[];
}

/** More than one can take in at a glance is found by typing on. */
const MAX_RECENT = 8;
const MAX_NAMED = 5;

/** Everything that is found, by kind, in the order in which it is shown; while nothing is typed, what can be. */
export function useSections(text: string, chatId: string | undefined) {
  const { inbox } = useSignedIn();
  const listLoaded = useStore(inbox.loaded) === "yes";
  const { chats } = useChats();
  const written = text.trim();
  const messagesOnly = chatId !== undefined || isForMessages(written);
  const users = useSearchUsers(messagesOnly ? "" : written);
  const messages = useMessageSearch(text, chatId);
  const { edges, page } = messages;

  const named = useMemo(() => (messagesOnly ? [] : chatsNamed(chats, written)), [messagesOnly, chats, written]);
  const hits = useMemo(() => {
    const names = new Map(chats.map(({ chat, title }) => [chat.id, title.name]));
    return edges.flatMap((hit): Option[] => {
      const { node } = hit;
      // Removed after it was found, or in a chat that the reader no longer takes part in.
      if (node.removedAt || (!chatId && listLoaded && !names.has(node.chatId))) return [];
      const chatName = chatId === undefined ? (names.get(node.chatId) ?? t.chats.unnamedChat) : undefined;
      return [{ kind: "message", id: node.id, hit, chatName }];
    });
  }, [edges, chats, chatId, listLoaded]);

  const people = messagesOnly ? [] : strangers(users.people, named);
  const goesOn: Option[] = page?.pageInfo.hasNextPage ? [{ kind: "more", id: "more" }] : [];
  const sections: Section[] = [
    { name: t.chats.chats, options: named.map((listed) => ({ kind: "chat", id: listed.chat.id, listed })) },
    { name: t.search.people, options: people.map((person) => ({ kind: "person", id: person.id, person })) },
    { name: t.search.messages, options: [...hits, ...goesOn] },
    { name: t.search.narrow, options: written === "" ? operators(chatId) : [] },
  ];
  return {
    sections: sections.filter(({ options }) => options.length > 0),
    hits: hits.length,
    messages,
    /** Whether people are still being looked for; messages tell it of themselves. */
    searching: messages.searching || (!messagesOnly && users.loading),
  };
}

function chatsNamed(chats: readonly ListedChat[], written: string): ListedChat[] {
  const words = folded(written).split(/\s+/).filter(Boolean);
  return chats
    .filter(({ title }) => words.every((word) => folded(title.name).includes(word)))
    .slice(0, words.length > 0 ? MAX_NAMED : MAX_RECENT);
}

/** Those whose direct chat is not among the chats that were found: it leads to them as well. */
function strangers(people: readonly Person[], found: readonly ListedChat[]): Person[] {
  const known = new Set(found.map(({ title }) => title.seed));
  return people.filter(({ id }) => !known.has(id)).slice(0, MAX_NAMED);
}

function operators(chatId: string | undefined): Option[] {
  return OPERATORS.filter(({ name }) => name !== "in" || chatId === undefined).map((operator) => ({
    kind: "operator",
    id: operator.name,
    operator,
  }));
}
