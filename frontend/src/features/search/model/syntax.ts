/** What narrows a search in messages, as it is typed, in the order in which it is explained. The services know what it means. */
export const OPERATORS = [
  { name: "from", typed: "from:@" },
  { name: "in", typed: "in:#" },
  { name: "link", typed: "has:link " },
  { name: "mentions", typed: "mentions:me " },
  { name: "before", typed: "before:" },
  { name: "after", typed: "after:" },
  { name: "on", typed: "on:" },
  { name: "phrase", typed: '"' },
  { name: "without", typed: "-" },
] as const;

export type OperatorName = (typeof OPERATORS)[number]["name"];

/** An operator at the end that has not got what it is about. */
const UNFINISHED = /(?:^|\s)(?:["“”„«»]|-|from:@?|in:[#@]?|has:|mentions:|before:|after:|on:)\s*$/i;

/** What is searched for, as far as it is written. */
export const finished = (text: string): string => text.replace(UNFINISHED, "").trim();

const OPERATOR = /(?:^|\s)(?:["“”„«»]|-\S|(?:from|in|has|mentions|before|after|on):\S)/i;

/** Whether a search is meant for messages alone: no chat and no person is called that. */
export const isForMessages = (text: string): boolean => OPERATOR.test(text);
