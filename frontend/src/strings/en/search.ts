import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for the search in chats, people and messages, in English. */
export const search = {
  search: "Search",
  searchHere: "Search in this chat",
  field: "Chats, people, messages",
  found: "Found",
  people: "People",
  messages: "Messages",
  narrow: "Search messages with",
  onlyIn: (name: string) => `Only in ${own(name)}`,
  goOn: (time: string) => `Searched back to ${own(time)}. Go on`,
  searching: "Searching…",
  nothing: "No message found.",
  nothingBackTo: (time: string) => `No message found back to ${own(time)}.`,
  messagesFound: (count: number) => (count === 1 ? "1 message" : `${count.toLocaleString("en")} messages`),
  messagesSoFar: (count: number) =>
    count === 1 ? "1 message so far" : `${count.toLocaleString("en")} messages so far`,
  limited: (seconds: number) =>
    `You are searching faster than is allowed. Searching again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`,
  offlineHint: "Offline. Only your chats are searched; people and messages need the network.",
  keysHint: "↑ ↓ choose, Enter opens, Esc closes. Press ? elsewhere for all keys.",
  /** What narrows a search: how it is typed, and which messages it finds. */
  operators: {
    from: { example: "from:@ada", meaning: "Written by one person; from:me by you" },
    in: { example: "in:#choir", meaning: "In the chat of that name; in:@ada with one person" },
    link: { example: "has:link", meaning: "With a link. There are no images or files yet" },
    mentions: { example: "mentions:me", meaning: "That mention you" },
    before: { example: "before:2026-01-31", meaning: "Older than that day" },
    after: { example: "after:2026-01-31", meaning: "Newer than that day" },
    on: { example: "on:2026-01-31", meaning: "Of that day" },
    phrase: { example: '"good morning" all', meaning: "The words in quotes next to each other" },
    without: { example: "-lamp", meaning: "Without that word" },
  },
};
