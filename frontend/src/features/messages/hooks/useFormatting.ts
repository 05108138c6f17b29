import { type KeyboardEvent, type RefObject, useId } from "react";
import { useChoices } from "@/features/preferences";
import { useSignedIn } from "@/session/services";
import { isShortcut } from "@/ui/keys";
import { useOnePane } from "@/ui/pointer";
import { type Format, formatted, type Range } from "../model/formatting";

/** What formats the text of a field: its bar, which is shown on demand where there is little room, and its keys. */
export function useFormatting(
  field: RefObject<HTMLTextAreaElement | null>,
  insert: (words: string, at: Range, select: Range) => void,
) {
  const { preferences } = useSignedIn();
  const { formatting = false } = useChoices();
  const narrow = useOnePane();
  const id = useId();
  const marked = (): Range => {
    const { selectionStart: start = 0, selectionEnd: end = 0 } = field.current ?? {};
    return { start, end };
  };
  const format = (wanted: Format) => {
    const edit = formatted(field.current?.value ?? "", marked(), wanted);
    insert(edit.words, edit, edit.select);
  };
  /** Whether the key was for this. Without a selection, the key for a link opens the search, as everywhere on the page. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const { start, end } = marked();
    const wanted = isShortcut(event, "b")
      ? "bold"
      : isShortcut(event, "i")
        ? "italic"
        : isShortcut(event, "k") && start < end
          ? "link"
          : undefined;
    if (!wanted) return false;
    event.preventDefault();
    event.stopPropagation();
    format(wanted);
    return true;
  };
  const toggle = () => preferences.change({ formatting: !formatting });
  return { id, shown: !narrow || formatting, format, onKeyDown, toggle: narrow ? toggle : undefined };
}
