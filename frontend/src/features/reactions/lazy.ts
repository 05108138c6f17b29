import type { ApolloClient } from "@apollo/client";
import { lazy } from "react";
import type { LoadedMessage } from "./model/loadOwnReactions";
import type { WishedReaction } from "./model/sendReaction";

// What the first page does without is fetched when it is needed.

export const ReactionsDialog = lazy(() => import("./components/ReactionsDialog"));

const requests = () => import("./requests");

export const sendReaction = async (client: ApolloClient, wish: WishedReaction, signal: AbortSignal): Promise<void> =>
  (await requests()).sendReaction(client, wish, signal);

export const loadOwnReactions = async (
  client: ApolloClient,
  chatId: string,
  messages: readonly LoadedMessage[],
): Promise<void> => (await requests()).loadOwnReactions(client, chatId, messages);
