import { useMutation } from "@apollo/client/react";
import { JoinChatDocument } from "@/gql/sender/graphql";
import { useServices, useSignedIn } from "@/session/services";
import { loadChat } from "../model/loadChats";

/** Joins a public chat and resolves once it is in the list. */
export function useJoinChat() {
  const { client } = useServices();
  const { me } = useSignedIn();
  const [mutate, { loading }] = useMutation(JoinChatDocument, { fetchPolicy: "no-cache" });
  const join = async (chatId: string): Promise<void> => {
    const { data } = await mutate({ variables: { input: { chatId } } });
    await loadChat(client, chatId, me, data?.joinChat.cursor);
  };
  return { join, loading };
}
