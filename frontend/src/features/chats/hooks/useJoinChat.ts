import { useMutation } from "@apollo/client/react";
import { useAntiphon, useSignedIn } from "@/app/antiphon";
import { JoinChatDocument } from "@/gql/sender/graphql";
import { loadChat } from "../model/loadChats";

/** Joins a public chat and resolves once it is in the list. */
export function useJoinChat() {
  const { client } = useAntiphon();
  const { me } = useSignedIn();
  const [mutate, { loading }] = useMutation(JoinChatDocument, { fetchPolicy: "no-cache" });
  const join = async (chatId: string): Promise<void> => {
    const { data } = await mutate({ variables: { input: { chatId } } });
    await loadChat(client, chatId, me, data?.joinChat.cursor);
  };
  return { join, loading };
}
