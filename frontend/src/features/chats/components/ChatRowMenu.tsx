import { useApolloClient } from "@apollo/client/react";
import { Menu } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type CSSProperties, useState } from "react";
import { failureOf } from "@/api/errors";
import { moveReadMark, permissionsOf } from "@/features/participants";
import { useChoices } from "@/features/preferences";
import type { ParticipantRole } from "@/gql/receiver/graphql";
import { MarkAsReadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { CheckIcon, InfoIcon, LeaveIcon, MutedIcon, PinIcon } from "@/ui/icons";
import { useCoarsePointer } from "@/ui/pointer";
import { tell } from "@/ui/status";
import { useLeaveChat } from "../hooks/useChangeChat";
import styles from "./ChatRowMenu.module.css";

/** Where it was asked for. */
export interface Place {
  x: number;
  y: number;
}

/** What can be done with a chat without opening it. Where one points with a finger, a sheet at the foot of the screen. */
export default function ChatRowMenu(props: {
  chat: { id: string; kind: string; messageCount: number };
  unread: number;
  role: ParticipantRole | undefined;
  place: Place;
  onClose(): void;
}) {
  const { chat } = props;
  const { preferences } = useSignedIn();
  const { pinned, muted } = useChoices();
  const coarse = useCoarsePointer();
  const [asking, setAsking] = useState(false);
  const markAsRead = useMarkChatAsRead();
  const toggle = (list: "pinned" | "muted", on: boolean) => () => preferences.set(list, chat.id, on);
  const [isPinned, isMuted] = [pinned.includes(chat.id), muted.includes(chat.id)];
  const style = { "--x": `${props.place.x}px`, "--y": `${props.place.y}px` } as CSSProperties;
  if (asking) return <LeaveDialog chatId={chat.id} onClose={props.onClose} />;
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
        <Menu.Item leftSection={<PinIcon size={16} />} onClick={toggle("pinned", !isPinned)}>
          {isPinned ? t.preferences.unpin : t.preferences.pinChat}
        </Menu.Item>
        <Menu.Item leftSection={<MutedIcon size={16} />} onClick={toggle("muted", !isMuted)}>
          {isMuted ? t.preferences.unmute : t.preferences.muteChat}
        </Menu.Item>
        <Menu.Label>{t.preferences.keptHere}</Menu.Label>
        {props.unread > 0 && (
          <Menu.Item leftSection={<CheckIcon size={16} />} onClick={() => void markAsRead(chat.id, chat.messageCount)}>
            {t.chats.markRead}
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
        {permissionsOf(props.role, chat.kind).leave && (
          <Menu.Item
            color="danger"
            leftSection={<LeaveIcon size={16} />}
            closeMenuOnClick={false}
            onClick={() => setAsking(true)}
          >
            {t.chats.leave}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
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
