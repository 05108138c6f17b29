import type { ApolloCache } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { knownSettings, type ShownSettings, shownSettings } from "@/features/chatSettings";
import { chatTitle } from "@/features/chats";
import { mentionsReader, wordsFor } from "@/features/mentions";
import { senderName } from "@/features/messages";
import { NotifiedChatFragmentDoc, NotifiedMessageFragmentDoc, NotifiedReaderFragmentDoc } from "@/gql/receiver/graphql";
import { type SignedInServices, useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { plainText } from "@/ui/parseMarkdown";
import { chime } from "../model/chime";
import { type ChatNews, showNotification } from "../model/showNotification";

/** Messages of a chat that come this close together are told as one. */
const BURST_MS = 600;

/** Which message it is about, and in whose thread. */
interface Place {
  id: string;
  rootId: string | undefined;
}

interface Heard {
  chatId: string;
  /** The newest of the burst. */
  id: string;
  /** The newest of those that mention the reader. */
  mention: string | undefined;
  count: number;
}

/** Tells of messages that arrive while nobody looks at this tab, as the reader has chosen. Shows nothing itself. */
export default function Notifier() {
  const { incoming, preferences, outbox, me } = useSignedIn();
  const { cache } = useApolloClient();
  const navigate = useNavigate();
  useEffect(() => {
    const turn = new AbortController();
    let mine = !navigator.locks;
    // Several tabs hear the same. The one that came first tells it, the next one when that is gone.
    navigator.locks
      ?.request("antiphon.notifier", { signal: turn.signal }, () => {
        mine = true;
        return new Promise<void>((resolve) => turn.signal.addEventListener("abort", () => resolve()));
      })
      .catch(() => {
        // Gone before its turn came.
      });
    const bursts = new Map<string, Heard>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      const { notify, sound } = preferences.choices.get();
      const news = [...bursts.values()]
        .filter(({ chatId, mention }) => notifies(settingsOf(cache, outbox, chatId), mention !== undefined))
        .map((burst) => newsOf(cache, burst, me))
        .filter((one) => one !== undefined);
      bursts.clear();
      if (news.length === 0) return;
      const work = async () => {
        if (notify && Notification.permission === "granted") {
          for (const one of news) {
            await showNotification(one, () => void navigate(placeOf(one)));
          }
        }
        if (sound) await chime();
      };
      work().catch((error) => console.warn("a message arrived and could not be told of", error));
    };
    const stop = incoming.subscribe(() => {
      const latest = incoming.get();
      if (!latest || !mine || document.visibilityState !== "hidden") return;
      const before = bursts.get(latest.chatId);
      const message = messageIn(cache, latest.id);
      const mention = message && mentionsReader(message, me) ? latest.id : before?.mention;
      bursts.set(latest.chatId, { ...latest, mention, count: (before?.count ?? 0) + 1 });
      timer ??= setTimeout(tell, BURST_MS);
    });
    return () => {
      turn.abort();
      stop();
      clearTimeout(timer);
    };
  }, [incoming, preferences, outbox, me, cache, navigate]);
  return null;
}

/** Where a message is read: in its chat, or in the thread to which it belongs. */
function placeOf({ chatId, rootId, id }: ChatNews & Place) {
  if (!rootId) return { to: "/chats/$chatId", params: { chatId } } as const;
  return { to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId }, search: { at: id } } as const;
}

const chatIn = (cache: ApolloCache, chatId: string) =>
  cache.readFragment({
    id: cache.identify({ __typename: "Chat", id: chatId })!,
    fragment: NotifiedChatFragmentDoc,
    fragmentName: "NotifiedChat",
  });

function settingsOf(cache: ApolloCache, outbox: SignedInServices["outbox"], chatId: string): ShownSettings {
  const chat = chatIn(cache, chatId);
  const [wish] = outbox.of("settings", chatId);
  return shownSettings(knownSettings(cache, chatId), wish?.intent, chat?.messageCount ?? 0);
}

/** Who is called by name is told also where they are spared the rest, unless they want to hear of nothing. */
function notifies({ level, mutedUntil }: ShownSettings, mentioned: boolean): boolean {
  if (level === "NONE") return false;
  return mentioned || (level === "ALL" && mutedUntil === null);
}

const messageIn = (cache: ApolloCache, id: string) =>
  cache.readFragment({
    id: cache.identify({ __typename: "Message", id })!,
    fragment: NotifiedMessageFragmentDoc,
    fragmentName: "NotifiedMessage",
  });

/** What there is to say; nothing about what was read meanwhile, here or on another device. A mention is told before all else. */
function newsOf(cache: ApolloCache, heard: Heard, me: string): (ChatNews & Place) | undefined {
  const { chatId, mention, count } = heard;
  const id = mention ?? heard.id;
  const message = messageIn(cache, id);
  const chat = chatIn(cache, chatId);
  const own = cache.readFragment({
    id: cache.identify({ __typename: "Participant", chatId, userId: me })!,
    fragment: NotifiedReaderFragmentDoc,
    fragmentName: "NotifiedReader",
  });
  if (!message?.content || !chat || (own && own.lastReadNumber >= message.number)) return undefined;
  const text = plainText(message.content, wordsFor(message.content, message));
  const name = senderName(message);
  const said = chat.kind === "DIRECT" ? text : t.chats.someoneSaid(name, text);
  const news = count > 1 ? t.notifications.newMessagesCount(count) : said;
  const body = mention ? t.mentions.someoneMentionedYou(name, text) : news;
  const rootId = message.threadRootId ?? undefined;
  const path = rootId ? `/chats/${chatId}/thread/${rootId}?at=${id}` : `/chats/${chatId}`;
  return { chatId, id, rootId, path, title: chatTitle(chat, me).name, body };
}
