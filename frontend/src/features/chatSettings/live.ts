import { unmask } from "@/gql/receiver";
import { type ChatSettingsEventsFragment, OwnSettingsFragmentDoc } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { putSettings } from "./cache";

export const live = {
  apply: {
    ChatSettingsChanged({ settings: masked }, { cache, changes, feedId, cursor }) {
      const settings = unmask(OwnSettingsFragmentDoc, masked);
      putSettings(cache, settings);
      changes.note(feedId, cursor);
      changes.note(settings.chatId);
    },
  },
} satisfies LiveHandlers<ChatSettingsEventsFragment>;
