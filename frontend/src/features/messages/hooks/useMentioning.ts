import { type SyntheticEvent, useMemo, useRef, useState } from "react";
import { type Completion, EVERYONE, MANY_PEOPLE, type MentionHelpProps, namesIn, namesKept } from "@/features/mentions";
import { unmask } from "@/gql/receiver";
import { ComposerMessageFragmentDoc } from "@/gql/receiver/graphql";
import type { ComposerMode } from "./useComposer";

/**
 * What the field and the help for mentions, which is fetched with the first `@`, know of each other; and sending, which asks first
 * where very many would be called.
 */
export function useMentioning(props: {
  text: string;
  mode: ComposerMode;
  people: number;
  leads: boolean;
  insert: MentionHelpProps["onTake"];
  submit(): void;
}) {
  const { text, mode, people, leads, insert, submit } = props;
  const [caret, setCaret] = useState(0);
  const [focused, setFocused] = useState(false);
  const [completion, setCompletion] = useState<Completion>();
  const [asking, setAsking] = useState(false);
  const keys = useRef<MentionHelpProps["keys"]["current"]>(null);
  const kept = useKeptNames(mode);
  const onTake: MentionHelpProps["onTake"] = (name, place) => {
    insert(name, place);
    setCaret(place.start + name.length);
  };
  const send = (sendable: boolean) => {
    const called = leads && people > MANY_PEOPLE && namesIn(text).includes(EVERYONE) && !kept.includes(EVERYONE);
    if (sendable && called) setAsking(true);
    else submit();
  };
  const onClose = () => setAsking(false);
  const onConfirm = () => {
    setAsking(false);
    submit();
  };
  return {
    keys,
    completion,
    send,
    question: asking ? { people, onClose, onConfirm } : undefined,
    help: { caret, focused, people, leads, kept, keys, onCompletion: setCompletion, onTake },
    // A field of several lines is no combobox to ARIA; what makes one, a text field may have.
    field: {
      "aria-autocomplete": "list",
      "aria-haspopup": completion && "listbox",
      "aria-controls": completion?.listId,
      "aria-activedescendant": completion?.optionId,
      onSelect: (event: SyntheticEvent<HTMLTextAreaElement>) => {
        const { selectionStart, selectionEnd, value } = event.currentTarget;
        if (!value.includes("@")) return;
        // What is marked is about to be replaced: nobody is writing a name there.
        setCaret(selectionStart === selectionEnd ? selectionEnd : 0);
      },
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  } as const;
}

const NO_NAMES: readonly string[] = [];

/** The names by which the message that is edited mentions somebody, everyone among them: the edit calls nobody of them anew. */
function useKeptNames(mode: ComposerMode): readonly string[] {
  const edited = mode.kind === "edit" ? mode.message : undefined;
  return useMemo(() => {
    const message = unmask(ComposerMessageFragmentDoc, edited);
    return message ? namesKept(message.content ?? "", message) : NO_NAMES;
  }, [edited]);
}
