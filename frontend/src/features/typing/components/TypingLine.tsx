import { t } from "@/strings";
import { useTypingNames } from "../hooks/useTypingNames";
import styles from "./TypingLine.module.css";

/** Who types, beneath the messages. It keeps its line, so that nothing jumps when somebody begins. */
export function TypingLine({ chatId }: { chatId: string }) {
  const names = useTypingNames(chatId);
  return (
    <div className={styles.line} aria-live="polite">
      {names.length > 0 && (
        <>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t.typing.typing(names)}
        </>
      )}
    </div>
  );
}
