import { Menu, VisuallyHidden } from "@mantine/core";
import { EmojiPopover } from "@/features/emoji";
import { QuickReactions } from "@/features/reactions";
import { type FragmentType, unmask } from "@/gql/receiver";
import { RowActionsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { clockTime, fullTime } from "@/strings/time";
import { copyText } from "@/ui/copy";
import {
  CopyIcon,
  EditIcon,
  InfoIcon,
  LinkIcon,
  MoreIcon,
  PeopleIcon,
  PinIcon,
  ReplyIcon,
  SmileIcon,
  ThreadIcon,
  TrashIcon,
  UnreadIcon,
} from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { useCoarsePointer } from "@/ui/pointer";
import { tell } from "@/ui/status";
import { useTabStop } from "@/ui/tabStop";
import { addressOf } from "../model/addressOf";
import type { MessageActions, Pinning } from "../model/messageActions";
import styles from "./Bubble.module.css";

/** What may be shown beside a row: what can be done with it, or the emoji to react with. */
export type RowPopup = "menu" | "emoji";

interface RowActionsProps {
  message: FragmentType<typeof RowActionsFragmentDoc>;
  own: boolean;
  removable: boolean;
  name: string;
  /** Whether the bubble says when it was sent; else this does. */
  timed: boolean;
  reactable: boolean;
  threadable: boolean;
  popup: RowPopup | undefined;
  onPopup(popup: RowPopup | undefined): void;
  actions: MessageActions;
}

/**
 * What can be done with a message. Every message in view has this, so it is as little as it can be: the menu comes when
 * it is opened.
 */
export function RowActions(props: RowActionsProps) {
  const { popup, onPopup, actions } = props;
  const message = unmask(RowActionsFragmentDoc, props.message);
  const stop = useTabStop();
  const label = t.messages.moreFor(props.own ? t.ui.you : props.name);
  return (
    <span className={styles.actions}>
      {!props.timed && (
        <time className={styles.when} dateTime={message.createdAt} title={fullTime(message.createdAt)}>
          {clockTime(message.createdAt)}
        </time>
      )}
      {props.reactable && (
        <span className={styles.react}>
          <button
            type="button"
            className={styles.action}
            tabIndex={stop}
            aria-label={t.reactions.react}
            title={t.reactions.react}
            aria-haspopup="dialog"
            aria-expanded={popup === "emoji"}
            onClick={() => onPopup("emoji")}
          >
            <SmileIcon size={17} />
          </button>
          {popup === "emoji" && (
            <EmojiPopover
              label={t.reactions.react}
              onPick={(variant) => actions.react(message.id, variant)}
              onClose={() => onPopup(undefined)}
            />
          )}
        </span>
      )}
      <button
        type="button"
        className={styles.action}
        tabIndex={stop}
        aria-label={t.messages.reply}
        onClick={() => actions.reply(message.id)}
      >
        <ReplyIcon size={17} />
      </button>
      <span className={styles.more}>
        <button
          type="button"
          className={styles.action}
          tabIndex={stop}
          aria-label={label}
          aria-haspopup="menu"
          aria-expanded={popup === "menu"}
          onClick={() => onPopup("menu")}
        >
          <MoreIcon size={17} />
        </button>
        {popup === "menu" && <RowMenu {...props} label={label} />}
      </span>
    </span>
  );
}

function PinItem({ id, pinning }: { id: string; pinning: Pinning }) {
  const pinned = pinning.isPinned(id);
  return (
    <Menu.Item leftSection={<PinIcon size={16} />} onClick={() => pinning.set(id, !pinned)}>
      {pinned ? t.pins.unpin : t.pins.pin}
    </Menu.Item>
  );
}

/** A menu; where one points with a finger, a sheet at the foot of the screen. */
function RowMenu({ actions, onPopup, ...props }: RowActionsProps & { label: string }) {
  const message = unmask(RowActionsFragmentDoc, props.message);
  const coarse = useCoarsePointer();
  const put = async (text: string) => tell((await copyText(text)) ? t.ui.copied : t.ui.notCopied);
  const copy = () => put(message.content ?? "");
  const copyLink = () => put(addressOf(message));
  return (
    <Menu
      opened
      onChange={(opened) => !opened && onPopup(undefined)}
      withOverlay={coarse}
      overlayProps={{ backgroundOpacity: 0.45 }}
    >
      <Menu.Target>
        {/* Over the button that opened it: pressing that again closes it. */}
        <span className={styles.anchor} aria-hidden="true">
          <VisuallyHidden>{props.label}</VisuallyHidden>
        </span>
      </Menu.Target>
      <Menu.Dropdown className={styles.menu!}>
        {/* The sheet may stand over the message. */}
        {coarse && (
          <Menu.Label>
            <span className={styles.about} dir="auto">
              {plainText(message.content ?? "")}
            </span>
          </Menu.Label>
        )}
        {props.reactable && (
          <QuickReactions onPick={(variant) => actions.react(message.id, variant)} onMore={() => onPopup("emoji")} />
        )}
        <Menu.Item leftSection={<ReplyIcon size={16} />} onClick={() => actions.reply(message.id)}>
          {t.messages.reply}
        </Menu.Item>
        {props.threadable && (
          <Menu.Item leftSection={<ThreadIcon size={16} />} onClick={() => actions.openThread(message.id)}>
            {t.threads.replyInThread}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<CopyIcon size={16} />} onClick={() => void copy()}>
          {t.messages.copy}
        </Menu.Item>
        <Menu.Item leftSection={<LinkIcon size={16} />} onClick={() => void copyLink()}>
          {t.messages.copyLink}
        </Menu.Item>
        {actions.markUnread && (
          <Menu.Item leftSection={<UnreadIcon size={16} />} onClick={() => actions.markUnread?.(message.number)}>
            {t.chatSettings.markUnreadHere}
          </Menu.Item>
        )}
        {props.own && (
          <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => actions.edit(message.id)}>
            {t.messages.edit}
          </Menu.Item>
        )}
        {message.reactionGroups.length > 0 && (
          <Menu.Item leftSection={<PeopleIcon size={16} />} onClick={() => actions.whoReacted(message.id)}>
            {t.reactions.whoReacted}
          </Menu.Item>
        )}
        {actions.pinning && <PinItem id={message.id} pinning={actions.pinning} />}
        <Menu.Item leftSection={<InfoIcon size={16} />} onClick={() => actions.details(message.id)}>
          {t.messages.messageDetails}
        </Menu.Item>
        {props.removable && (
          <Menu.Item
            color="danger"
            leftSection={<TrashIcon size={16} />}
            onClick={({ detail }) => actions.remove(message.id, { keyboard: detail === 0 })}
          >
            {t.ui.remove}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
