import { unmask } from "@/gql/receiver";
import { type MentionEventsFragment, MentioningMessageFragmentDoc } from "@/gql/receiver/graphql";
import type { Applying, LiveHandlers } from "@/live/handlers";
import { listMention, noteMention } from "./cache";
import { mentionsReader } from "./model/mentionsReader";
import { toldMentions } from "./model/toldMentions";

type Event<Kind extends MentionEventsFragment["__typename"]> = Extract<MentionEventsFragment, { __typename: Kind }>;

/** What an event says of a message holds for its text as it is by then. */
function hear({ message: masked }: Event<"MessageAdded" | "MessageUpdated">, { cache, me, changes }: Applying): void {
  const message = unmask(MentioningMessageFragmentDoc, masked);
  const mentioned = mentionsReader(message, me);
  noteMention(cache, changes, message, mentioned);
  if (mentioned) listMention(cache, message);
}

const leave = ({ chatId }: { chatId: string }, { changes }: Applying) => toldMentions(changes).forget(chatId);

export const live = {
  apply: {
    // That a message was removed is known by its number, which is left out wherever mentions are counted.
    MessageAdded: hear,
    MessageUpdated: hear,
    // Who returns is told by the chat that comes with that.
    ChatLeft: leave,
    ChatRemoved: leave,
    ParticipantRemoved(gone, context) {
      if (gone.userId === context.me) leave(gone, context);
    },
  },
} satisfies LiveHandlers<MentionEventsFragment>;
