import { type KeyboardEvent, useEffect, useState } from "react";
import { isComposing } from "@/ui/keys";
import type { Option } from "./useSections";

/** The option that Enter chooses: the first, until the keys or the pointer have gone to another one. */
export function useActiveOption(props: {
  options: readonly Option[];
  idOf(option: Option): string;
  text: string;
  choose(option: Option): void;
  close(): void;
}) {
  const { options, idOf, text } = props;
  const [held, setHeld] = useState<{ id: string; text: string; byKey: boolean }>();
  // By name and not by place: what is found later stands above or below it. For other words it begins anew.
  const found = held?.text === text ? options.findIndex((option) => idOf(option) === held.id) : -1;
  const at = Math.max(found, 0);
  const activate = (option: Option | undefined, byKey = false) => option && setHeld({ id: idOf(option), text, byKey });
  const scrollTo = held?.byKey ? held.id : undefined;
  useEffect(() => {
    if (scrollTo) document.getElementById(scrollTo)?.scrollIntoView({ block: "nearest" });
  }, [scrollTo]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") props.close();
    else if (event.key === "Enter" && options[at]) {
      // What comes in the place of this row is next.
      if (options[at].kind === "more") activate(options[at - 1], true);
      props.choose(options[at]);
    } else if (event.key === "ArrowDown") activate(options[at + 1], true);
    else if (event.key === "ArrowUp") activate(options[at - 1], true);
    else return;
    event.preventDefault();
  };
  return { active: options[at], activate: (option: Option) => activate(option), onKeyDown };
}
