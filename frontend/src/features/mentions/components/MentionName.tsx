import styles from "./MentionName.module.css";

/** Somebody's name in a message that mentions them, as it is now. */
export function MentionName({ name, username, me }: { name: string; username: string; me: boolean }) {
  return (
    <span className={styles.name} data-me={me || undefined} title={`@${username}`}>
      @{name}
    </span>
  );
}
