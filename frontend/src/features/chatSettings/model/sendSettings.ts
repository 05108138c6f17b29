import type { ApolloClient } from "@apollo/client";
import { failureOf, isTemporary } from "@/api/errors";
import { UpdateChatSettingsDocument } from "@/gql/sender/graphql";
import { changesOf } from "@/live/changes";
import { explain } from "@/strings";
import { tell } from "@/ui/status";
import { putSettings } from "../cache";
import type { SettingsIntent } from "./chatSettings";

/**
 * Asks the service for what the reader wants to be set. What it refuses is told and given up: nothing is left that could be done
 * about it.
 */
export async function sendSettings(
  client: ApolloClient,
  { chatId, intent }: { chatId: string; intent: SettingsIntent },
  signal: AbortSignal,
): Promise<void> {
  const changes = changesOf(client.cache);
  const asked = changes.now();
  try {
    const { data } = await client.mutate({
      mutation: UpdateChatSettingsDocument,
      variables: { input: { chatId, ...intent } },
      fetchPolicy: "no-cache",
      context: { signal },
    });
    if (!data) throw new Error("an answer without data");
    // Another device may have been later. Then the events, which come in their order, have the last word.
    if (!changes.hasChanged(chatId, asked)) putSettings(client.cache, data.updateChatSettings.settings as never);
  } catch (error) {
    const failure = failureOf(error);
    if (isTemporary(failure) || failure.code === "UNAUTHENTICATED") throw error;
    tell(explain(failure));
  }
}
