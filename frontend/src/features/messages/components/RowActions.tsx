import { Menu, VisuallyHidden } from "@mantine/core";
import { useRef, useState } from "react";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { CopyIcon, EditIcon, InfoIcon, MoreIcon, ReplyIcon, TrashIcon } from "@/ui/icons";
import styles from "./Bubble.module.css";
import type { MessageActions } from "./MessageRow";

interface RowActionsProps {
  message: MessageFieldsFragment;
  own: boolean;
  removable: boolean;
  name: string;
  actions: MessageActions;
}

/**
 * What can be done with a message. Every message in view has this, so it is as little as it can be: the menu comes when
 * it is opened.
 */
export function RowActions(props: RowActionsProps) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const label = t.moreFor(props.own ? t.you : props.name);
  return (
    <span className={styles.actions}>
      <button
        type="button"
        className={styles.action}
        aria-label={t.reply}
        onClick={() => props.actions.reply(props.message)}
      >
        <ReplyIcon size={17} />
      </button>
      <span className={styles.more}>
        <button
          ref={button}
          type="button"
          className={styles.action}
          aria-label={label}
          aria-haspopup="menu"
          aria-expanded={opened}
          onClick={() => setOpened(true)}
        >
          <MoreIcon size={17} />
        </button>
        {opened && (
          <RowMenu
            {...props}
            label={label}
            onClose={() => {
              setOpened(false);
              button.current?.focus();
            }}
          />
        )}
      </span>
    </span>
  );
}

function RowMenu({ message, actions, ...props }: RowActionsProps & { label: string; onClose(): void }) {
  return (
    <Menu opened onChange={(opened) => !opened && props.onClose()}>
      <Menu.Target>
        {/* Over the button that opened it: pressing that again closes it. */}
        <span className={styles.anchor} aria-hidden="true">
          <VisuallyHidden>{props.label}</VisuallyHidden>
        </span>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<ReplyIcon size={16} />} onClick={() => actions.reply(message)}>
          {t.reply}
        </Menu.Item>
        <Menu.Item
          leftSection={<CopyIcon size={16} />}
          onClick={() => void navigator.clipboard?.writeText(message.content ?? "")}
        >
          {t.copy}
        </Menu.Item>
        {props.own && (
          <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => actions.edit(message)}>
            {t.edit}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<InfoIcon size={16} />} onClick={() => actions.details(message)}>
          {t.messageDetails}
        </Menu.Item>
        {props.removable && (
          <Menu.Item
            color="danger"
            leftSection={<TrashIcon size={16} />}
            onClick={({ detail }) => actions.remove(message, { keyboard: detail === 0 })}
          >
            {t.remove}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
