import { Menu, VisuallyHidden } from "@mantine/core";
import { type FragmentType, unmask } from "@/gql/receiver";
import { RowActionsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { clockTime, fullTime } from "@/strings/time";
import { copyText } from "@/ui/copy";
import { CopyIcon, EditIcon, InfoIcon, MoreIcon, ReplyIcon, TrashIcon } from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { useCoarsePointer } from "@/ui/pointer";
import { tell } from "@/ui/status";
import { useTabStop } from "@/ui/tabStop";
import type { MessageActions } from "../model/messageActions";
import styles from "./Bubble.module.css";

interface RowActionsProps {
  message: FragmentType<typeof RowActionsFragmentDoc>;
  own: boolean;
  removable: boolean;
  name: string;
  /** Whether the bubble says when it was sent; else this does. */
  timed: boolean;
  opened: boolean;
  onOpened(opened: boolean): void;
  actions: MessageActions;
}

/**
 * What can be done with a message. Every message in view has this, so it is as little as it can be: the menu comes when
 * it is opened.
 */
export function RowActions(props: RowActionsProps) {
  const { opened, onOpened } = props;
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
      <button
        type="button"
        className={styles.action}
        tabIndex={stop}
        aria-label={t.messages.reply}
        onClick={() => props.actions.reply(message.id)}
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
          aria-expanded={opened}
          onClick={() => onOpened(true)}
        >
          <MoreIcon size={17} />
        </button>
        {opened && <RowMenu {...props} label={label} />}
      </span>
    </span>
  );
}

/** A menu; where one points with a finger, a sheet at the foot of the screen. */
function RowMenu({ actions, onOpened, ...props }: RowActionsProps & { label: string }) {
  const message = unmask(RowActionsFragmentDoc, props.message);
  const coarse = useCoarsePointer();
  const copy = async () => tell((await copyText(message.content ?? "")) ? t.ui.copied : t.ui.notCopied);
  return (
    <Menu
      opened
      onChange={(opened) => !opened && onOpened(false)}
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
        <Menu.Item leftSection={<ReplyIcon size={16} />} onClick={() => actions.reply(message.id)}>
          {t.messages.reply}
        </Menu.Item>
        <Menu.Item leftSection={<CopyIcon size={16} />} onClick={() => void copy()}>
          {t.messages.copy}
        </Menu.Item>
        {props.own && (
          <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => actions.edit(message.id)}>
            {t.messages.edit}
          </Menu.Item>
        )}
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
