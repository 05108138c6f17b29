import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTypingSignal } from "@/features/typing";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ComposerMessageFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { MAX_CHARACTERS } from "../model/content";
import { draftPlace } from "../model/drafts";
import type { Range } from "../model/formatting";
import { useEditMessage } from "./useEditMessage";
import { useSendMessage } from "./useSendMessage";

/** What the composer is about besides a new message. */
export type ComposerMode =
  | { kind: "write" }
  | { kind: "reply" | "edit"; message: FragmentType<typeof ComposerMessageFragmentDoc> };

/** The text in the field: where it comes from, where it is kept while it is written, and what sending it does. */
export function useComposer(props: {
  chatId: string;
  /** The message in whose thread one writes. */
  rootId?: string | undefined;
  mode: ComposerMode;
  leaveMode(): void;
  onSent(): void;
}) {
  const { chatId, rootId, mode, leaveMode } = props;
  const { drafts } = useSignedIn();
  const place = draftPlace(chatId, rootId);
  const [text, setText] = useState(() => drafts.get(place) ?? "");
  const typing = useTypingSignal(chatId);
  const send = useSendMessage(chatId, rootId);
  const edit = useEditMessage();
  const about = mode.kind === "write" ? undefined : unmask(ComposerMessageFragmentDoc, mode.message);
  const edited = mode.kind === "edit" ? about : undefined;

  useEffect(() => {
    if (edited) setText(edited.content ?? "");
    else setText(drafts.get(place) ?? "");
  }, [edited, drafts, place]);

  const length = [...text.trim()].length;
  const sendable = length > 0 && length <= MAX_CHARACTERS;
  const change = (value: string) => {
    setText(value);
    if (edited) return;
    drafts.set(place, value);
    typing(value.trim().length > 0);
  };
  const { field, insert } = useField(mode, text, change);
  useEffect(() => {
    if (edited) return;
    return drafts.follow(place, (draft) =>
      // Nobody is to lose from under their hands what they have written: it is put in when they look elsewhere.
      setText((shown) => (shown && document.hasFocus() && document.activeElement === field.current ? shown : draft)),
    );
  }, [edited, drafts, place, field]);
  const leave = () => {
    if (!edited) setText(drafts.get(place) ?? "");
  };
  const submit = () => {
    if (!sendable) return;
    if (edited) {
      if (text.trim() !== edited.content && !edit(edited, text.trim())) return;
      leaveMode();
      return;
    }
    if (!send(text.trim(), mode.kind === "reply" && about ? about.id : null)) return;
    typing(false);
    drafts.delete(place);
    setText("");
    leaveMode();
    props.onSent();
  };
  return { field, text, length, sendable, change, leave, insert, submit };
}

/** When the field gets the focus, and what is put in at its caret. */
function useField(mode: ComposerMode, text: string, change: (value: string) => void) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<Range>();
  useEffect(() => {
    if (mode.kind !== "write") field.current?.focus();
  }, [mode]);
  useLayoutEffect(() => {
    if (caret === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(caret.start, caret.end);
    setCaret(undefined);
  }, [caret]);
  // Where a keyboard is at hand, whoever opens a chat can write at once; elsewhere it would bring up the screen's own.
  useEffect(() => {
    if (matchMedia("(hover: hover) and (pointer: fine)").matches) field.current?.focus();
  }, []);
  /** In some place, by itself where the caret is, as if it had been typed: so it can be undone like what was. */
  const insert = (words: string, at?: Range, select?: Range) => {
    const { selectionStart = 0, selectionEnd = 0 } = field.current ?? {};
    const { start, end } = at ?? { start: selectionStart, end: selectionEnd };
    field.current?.focus();
    if (at) field.current?.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, words)) {
      if (select) field.current?.setSelectionRange(select.start, select.end);
      return;
    }
    change(text.slice(0, start) + words + text.slice(end));
    setCaret(select ?? { start: start + words.length, end: start + words.length });
  };
  return { field, insert };
}
