import { useApolloClient } from "@apollo/client/react";
import { Menu } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import { failureOf } from "@/api/errors";
import { muteChoices, muteIntent, type SettingsIntent } from "@/features/chatSettings";
import { moveReadMark, permissionsOf } from "@/features/participants";
import { unmask } from "@/gql/receiver";
import { ChatRowMenuFragmentDoc } from "@/gql/receiver/graphql";
import { MarkAsReadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ArchiveIcon, CheckIcon, ClockIcon, InfoIcon, LeaveIcon, MutedIcon, PinIcon, UnreadIcon } from "@/ui/icons";
import { useCoarsePointer } from "@/ui/pointer";
import { tell } from "@/ui/status";
import { useLeaveChat } from "../hooks/useChangeChat";
import type { ListedChat } from "../model/listedChat";
import styles from "./ChatRowMenu.module.css";

/** Where it was asked for. */
export interface Place {
  x: number;
  y: number;
}

/** What can be done with a chat without opening it. Where one points with a finger, a sheet at the foot of the screen. */
export default function ChatRowMenu(props: { listed: ListedChat; place: Place; onClose(): void }) {
  const { settings, role, unread } = props.listed;
  const chat = unmask(ChatRowMenuFragmentDoc, props.listed.chat);
  const { messageCount } = chat;
  const { outbox } = useSignedIn();
  const coarse = useCoarsePointer();
  const [asking, setAsking] = useState<"leave" | "mute">();
  const markAsRead = useMarkChatAsRead();
  const set = (intent: SettingsIntent) => () => void outbox.set(chat.id, intent);
  const { archived, mutedUntil } = settings;
  const isPinned = settings.pinnedAt !== null;
  const style = { "--x": `${props.place.x}px`, "--y": `${props.place.y}px` } as CSSProperties;
  if (asking === "leave") return <LeaveDialog chatId={chat.id} onClose={props.onClose} />;
  return (
    <Menu
      opened
      onChange={(opened) => !opened && props.onClose()}
      position="bottom-start"
      withOverlay={coarse}
      overlayProps={{ backgroundOpacity: 0.45 }}
    >
      <Menu.Target>
        <span className={styles.place} style={style} aria-hidden="true" />
      </Menu.Target>
      <Menu.Dropdown className={styles.menu!}>
        {asking === "mute" ? (
          <MuteItems onChoose={(until) => set(muteIntent(settings, until))()} />
        ) : (
          <>
            <Menu.Item
              leftSection={<PinIcon size={16} />}
              onClick={set(
                isPinned ? { isPinned: false } : { isPinned: true, ...(archived && { archivedUpTo: null }) },
              )}
            >
              {isPinned ? t.chatSettings.unpin : t.chatSettings.pinChat}
            </Menu.Item>
            {mutedUntil ? (
              <Menu.Item leftSection={<MutedIcon size={16} />} onClick={set({ mutedUntil: null })}>
                {t.chatSettings.unmute}
              </Menu.Item>
            ) : (
              <Menu.Item
                leftSection={<MutedIcon size={16} />}
                closeMenuOnClick={false}
                aria-haspopup="menu"
                onClick={() => setAsking("mute")}
              >
                {t.chatSettings.muteChat}
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={<ArchiveIcon size={16} />}
              onClick={set(archived ? { archivedUpTo: null } : { archivedUpTo: messageCount, isPinned: false })}
            >
              {archived ? t.chatSettings.unarchive : t.chatSettings.archiveChat}
            </Menu.Item>
            {unread > 0 || settings.unreadFrom !== null ? (
              <Menu.Item
                leftSection={<CheckIcon size={16} />}
                onClick={() => {
                  if (settings.unreadFrom !== null) set({ unreadFrom: null })();
                  if (unread > 0) void markAsRead(chat.id, messageCount);
                }}
              >
                {t.chats.markRead}
              </Menu.Item>
            ) : (
              <Menu.Item
                leftSection={<UnreadIcon size={16} />}
                onClick={set({ unreadFrom: Math.max(1, messageCount) })}
              >
                {t.chatSettings.markUnread}
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={<InfoIcon size={16} />}
              component={Link}
              to={`/chats/${chat.id}/details`}
              onClick={props.onClose}
            >
              {t.chats.details}
            </Menu.Item>
            {permissionsOf(role, chat.kind).leave && (
              <Menu.Item
                color="danger"
                leftSection={<LeaveIcon size={16} />}
                closeMenuOnClick={false}
                onClick={() => setAsking("leave")}
              >
                {t.chats.leave}
              </Menu.Item>
            )}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** For how long, in the place of what was there before. */
function MuteItems({ onChoose }: { onChoose(until: string): void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <Menu.Label>{t.chatSettings.muteChat}</Menu.Label>
      {muteChoices().map(({ name, until }, index) => (
        <Menu.Item
          key={name}
          ref={index === 0 ? first : undefined}
          leftSection={<ClockIcon size={16} />}
          onClick={() => onChoose(until())}
        >
          {name}
        </Menu.Item>
      ))}
    </>
  );
}

function LeaveDialog({ chatId, onClose }: { chatId: string; onClose(): void }) {
  const [leave, { loading }] = useLeaveChat();
  const navigate = useNavigate();
  const open = useParams({ strict: false }).chatId;
  const confirm = async () => {
    try {
      await leave({ variables: { input: { chatId } } });
      if (open === chatId) await navigate({ to: "/" });
    } catch (error) {
      tell(explain(failureOf(error)));
    }
    onClose();
  };
  return (
    <ConfirmDialog
      opened
      title={t.chats.leaveTitle}
      text={t.chats.leaveText}
      confirm={t.chats.leave}
      cancel={t.ui.cancel}
      busy={loading}
      onClose={onClose}
      onConfirm={() => void confirm()}
    />
  );
}

/** Moves the own mark to the newest message, here once the service has heard of it. */
function useMarkChatAsRead() {
  const client = useApolloClient();
  const { me } = useSignedIn();
  return async (chatId: string, number: number) => {
    try {
      await client.mutate({ mutation: MarkAsReadDocument, variables: { input: { chatId, number } } });
      moveReadMark(client.cache, chatId, me, number);
    } catch (error) {
      tell(explain(failureOf(error)));
    }
  };
}
