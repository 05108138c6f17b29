import type { TypingSignalsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";

export const live = {
  notify: {
    Typing({ chatId, userId, until }, { me, services }) {
      if (userId !== me) services.typing.heard(chatId, userId, Date.parse(until));
    },
  },
} satisfies LiveHandlers<TypingSignalsFragment>;
