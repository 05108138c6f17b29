import { useApolloClient } from "@apollo/client/react";
import { VisuallyHidden } from "@mantine/core";
import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { mentionsReader } from "@/features/mentions";
import { AnnouncedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { senderName } from "../model/senderName";

/** A burst is announced by its last message: reading out every one would never end. */
const BURST_MS = 600;

/** Tells those who do not see it that a message arrived. Shows nothing. */
export function Announcer() {
  const { incoming, me } = useSignedIn();
  const client = useApolloClient();
  const latest = useStore(incoming);
  const [text, setText] = useState("");
  useEffect(() => {
    if (!latest) return;
    const timer = setTimeout(() => {
      const message = client.cache.readFragment({
        id: client.cache.identify({ __typename: "Message", id: latest.id })!,
        fragment: AnnouncedMessageFragmentDoc,
        fragmentName: "AnnouncedMessage",
      });
      if (!message?.content) return;
      const name = senderName(message);
      const say = mentionsReader(message, me) ? t.mentions.someoneMentionedYou : t.messages.announced;
      setText(say(name, message.content));
    }, BURST_MS);
    return () => clearTimeout(timer);
  }, [latest, client, me]);
  return (
    <VisuallyHidden role="log" aria-live="polite">
      {text}
    </VisuallyHidden>
  );
}
