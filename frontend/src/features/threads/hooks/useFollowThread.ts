import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { failureOf } from "@/api/errors";
import { FollowThreadDocument, UnfollowThreadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";
import { explain } from "@/strings";
import { tell } from "@/ui/status";

/** Follows a thread or stops following it: shown at once, and taken back where a service does not do it. */
export function useFollowThread(chatId: string, rootId: string) {
  const client = useApolloClient();
  const { threads } = useSignedIn();
  const [busy, setBusy] = useState(false);
  const follow = async (following: boolean) => {
    const told = (now: boolean) => threads.followed({ chatId, rootId, following: now, lastReadNumber: 0 });
    setBusy(true);
    told(following);
    const mutation = following ? FollowThreadDocument : UnfollowThreadDocument;
    try {
      await client.mutate<unknown, { input: { chatId: string; rootId: string } }>({
        mutation,
        variables: { input: { chatId, rootId } },
        fetchPolicy: "no-cache",
      });
    } catch (error) {
      told(!following);
      tell(explain(failureOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return { follow, busy };
}
