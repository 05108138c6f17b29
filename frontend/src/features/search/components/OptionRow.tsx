import { useStore } from "@/api/store";
import { chatPreview, type ListedChat } from "@/features/chats";
import type { Person } from "@/features/participants";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { momentTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import type { Option } from "../hooks/useSections";
import { MessageHit } from "./MessageHit";
import styles from "./SearchPanel.module.css";

/** One thing that can be chosen. The keys choose the active one; pointing at another one makes that active. */
export function OptionRow(props: {
  option: Option;
  id: string;
  active: boolean;
  searchedBackTo: string | null | undefined;
  onActivate(): void;
  onChoose(): void;
}) {
  const { option } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
    <div
      id={props.id}
      role="option"
      tabIndex={-1}
      aria-selected={props.active}
      className={styles.option}
      data-kind={option.kind}
      // A list that comes under a resting pointer moves nothing. The focus stays in the field.
      onPointerMove={props.onActivate}
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.onChoose}
    >
      <Content option={option} searchedBackTo={props.searchedBackTo} />
    </div>
  );
}

function Content({ option, searchedBackTo }: { option: Option; searchedBackTo: string | null | undefined }) {
  switch (option.kind) {
    case "chat":
      return <ChatContent listed={option.listed} />;
    case "person":
      return <PersonContent person={option.person} />;
    case "message":
      return <MessageHit message={option.hit.node} highlights={option.hit.highlights} chatName={option.chatName} />;
    case "more":
      return (
        <span className={styles.more}>
          {searchedBackTo ? t.search.goOn(momentTime(searchedBackTo)) : t.ui.loadMore}
        </span>
      );
    case "operator":
      return (
        <span className={styles.operator}>
          <code dir="auto">{t.search.operators[option.operator.name].example}</code>
          <span className={styles.soft}>{t.search.operators[option.operator.name].meaning}</span>
        </span>
      );
  }
}

function ChatContent({ listed }: { listed: ListedChat }) {
  const { me, outbox } = useSignedIn();
  const unsent = useStore(outbox.entries);
  const { title, unread } = listed;
  return (
    <>
      <Avatar name={title.name} seed={title.seed} size={32} />
      <span className={styles.words}>
        <span className={styles.name} dir="auto">
          {title.name}
        </span>
        <span className={styles.soft} dir="auto">
          {chatPreview(listed.chat, me, unsent)}
        </span>
      </span>
      {unread > 0 && (
        <span className={styles.badge} role="img" aria-label={t.chats.unread(unread)}>
          {unread > 999 ? "999+" : unread}
        </span>
      )}
    </>
  );
}

function PersonContent({ person }: { person: Person }) {
  const { me } = useSignedIn();
  return (
    <>
      <Avatar name={person.displayName} seed={person.id} size={32} />
      <span className={styles.words}>
        <span className={styles.name} dir="auto">
          {person.id === me ? t.ui.youNamed(person.displayName) : person.displayName}
        </span>
        <span className={styles.soft} dir="ltr">
          @{person.username}
        </span>
      </span>
    </>
  );
}
