import { modifyCache } from "@/api/modifyCache";
import type { AccountEventsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";

export const live = {
  apply: {
    ProfileUpdated({ user }, { cache, changes }) {
      if (user) {
        const { id, username, displayName } = user;
        modifyCache(cache, cache.identify({ __typename: "User", id }), {
          username: () => username,
          displayName: () => displayName,
          about: () => user.about,
        });
      }
      changes.noteProfile();
    },
  },
} satisfies LiveHandlers<AccountEventsFragment>;
