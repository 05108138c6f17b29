import { useMutation } from "@apollo/client/react";
import { unmask } from "@/gql/sender";
import { ChatStateFragmentDoc, CreateChatDocument, type CreateChatInput } from "@/gql/sender/graphql";
import { useServices, useSignedIn } from "@/session/services";
import { loadChat } from "../model/loadChats";

/** Creates a chat (or finds the direct one that exists) and resolves with its id once it is in the list. */
export function useCreateChat() {
  const { client } = useServices();
  const { me } = useSignedIn();
  const [mutate, { loading }] = useMutation(CreateChatDocument, { fetchPolicy: "no-cache" });
  const create = async (input: CreateChatInput): Promise<string | undefined> => {
    const { data } = await mutate({ variables: { input } });
    if (!data) return undefined;
    const { id } = unmask(ChatStateFragmentDoc, data.createChat.chat);
    await loadChat(client, id, me, data.createChat.cursor);
    return id;
  };
  return { create, loading };
}
