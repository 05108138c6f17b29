import type { ApolloClient } from "@apollo/client";
import { failureOf } from "@/api/errors";
import { PinMessageDocument, UnpinMessageDocument } from "@/gql/sender/graphql";
import { explain, t } from "@/strings";
import { tell } from "@/ui/status";

/** Pins a message for everyone, or unpins it; says what came of it. What is shown follows the event. */
export async function setPinned(client: ApolloClient, chatId: string, id: string, pinned: boolean): Promise<void> {
  const variables = { input: { chatId, id } };
  try {
    if (pinned) await client.mutate({ mutation: PinMessageDocument, variables });
    else await client.mutate({ mutation: UnpinMessageDocument, variables });
    tell(pinned ? t.pins.pinnedNow : t.pins.unpinnedNow);
  } catch (error) {
    tell(explain(failureOf(error)));
  }
}
