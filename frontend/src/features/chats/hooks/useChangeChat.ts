import { useMutation } from "@apollo/client/react";
import { LeaveChatDocument, RemoveChatDocument, UpdateChatDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";
import { unlistChat } from "../cache";

/** Renames a chat or changes its description. The answer carries the chat's facts, which go to the cache by its id. */
export const useUpdateChat = () => useMutation(UpdateChatDocument);

export function useLeaveChat() {
  const { me } = useSignedIn();
  return useMutation(LeaveChatDocument, {
    update(cache, { data }) {
      if (data) unlistChat(cache, data.leaveChat.chatId, me);
    },
  });
}

export function useRemoveChat() {
  const { me } = useSignedIn();
  return useMutation(RemoveChatDocument, {
    update(cache, { data }) {
      if (data) unlistChat(cache, data.removeChat.chatId, me);
    },
  });
}
