import { Button, TextInput } from "@mantine/core";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { t } from "@/strings";
import { SearchIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { Notice } from "@/ui/Notice";
import { useCoarsePointer } from "@/ui/pointer";
import { useCatalogue } from "../hooks/useCatalogue";
import { useNear } from "../hooks/useNear";
import { useSkinTone } from "../hooks/useSkinTone";
import type { Catalogue, Emoji } from "../model/catalogue";
import { neighbour, type Place } from "../model/grid";
import { recentEmoji, rememberEmoji } from "../model/recent";
import { type Tone, withoutTone, withTone } from "../model/tones";
import styles from "./EmojiPicker.module.css";
import { EmojiSection, type Section } from "./EmojiSection";
import { GroupTabs } from "./GroupTabs";
import { ToneChoice } from "./ToneChoice";

/** Emoji to choose from: by name, by group, or from those used last; with the pointer or with the keyboard. */
export default function EmojiPicker({ onPick }: { onPick(emoji: string): void }) {
  const { catalogue, failed, retry } = useCatalogue();
  const [tone, setTone] = useSkinTone();
  const [recent] = useState(recentEmoji);
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query);
  const coarse = useCoarsePointer();
  const picker = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // What traps the focus around this may have looked for a field before there was one.
  useEffect(() => {
    if (!coarse) field.current?.focus();
  }, [coarse]);
  const sections = useMemo(
    () => (catalogue ? sectionsOf(catalogue, asked, recent, tone) : []),
    [catalogue, asked, recent, tone],
  );
  const scroll = useRef<HTMLDivElement>(null);
  const { near, reveal } = useNear(scroll, sections.map(({ key }) => key).join());
  const show = (key: string) => {
    flushSync(() => reveal(key));
    const section = scroll.current?.querySelector(`[data-group="${key}"]`);
    section?.scrollIntoView({ block: "start" });
    section?.querySelector("button")?.focus({ preventScroll: true });
  };
  const pick = (emoji: string) => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  const found = sections[0]?.emoji.length ?? 0;
  const pickFirst = () => {
    // What is on screen may still be the answer to the letters before the last one.
    const [first] = catalogue?.search(query) ?? [];
    if (first) pick(withTone(first.emoji, tone));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the field and the buttons inside
    <div
      ref={picker}
      className={styles.picker}
      onKeyDown={(event) => walk(event, { picker: picker.current, field: field.current, sections, pickFirst })}
    >
      <TextInput
        ref={field}
        data-autofocus={!coarse || undefined}
        type="search"
        leftSection={<SearchIcon size={16} />}
        aria-label={t.emoji.search}
        placeholder={t.emoji.search}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      {!asked && <GroupTabs sections={sections} onShow={show} />}
      <div ref={scroll} className={styles.scroll}>
        {failed && (
          <div className={styles.failed}>
            <Notice tone="error">{t.emoji.failed}</Notice>
            <Button variant="default" size="xs" onClick={retry}>
              {t.ui.tryAgain}
            </Button>
          </div>
        )}
        {sections.map((section, place) => (
          <EmojiSection
            key={section.key}
            section={section}
            place={place}
            near={place === 0 || near.has(section.key)}
            first={place === 0}
            onPick={pick}
          />
        ))}
      </div>
      <div className={styles.none} role="status">
        {asked && catalogue && (found > 0 ? t.emoji.found(found) : t.emoji.nothingFound)}
      </div>
      <ToneChoice tone={tone} onChange={setTone} />
    </div>
  );
}

/** What is shown: what was found; or those used last, and all others by group. */
function sectionsOf(catalogue: Catalogue, query: string, recent: readonly string[], tone: Tone): Section[] {
  const toned = (emoji: readonly Emoji[]) => emoji.map((one) => ({ emoji: withTone(one.emoji, tone), name: one.name }));
  if (query.trim()) {
    const found = toned(catalogue.search(query));
    return found.length > 0 ? [{ key: "found", name: t.emoji.results, emoji: found }] : [];
  }
  const names = new Map(catalogue.groups.flatMap(({ emoji }) => emoji.map((one) => [one.emoji, one.name])));
  const used = recent.map((emoji) => ({ emoji, name: names.get(withoutTone(emoji)) ?? emoji }));
  const sections: Section[] = [
    { key: "recent", name: t.emoji.recent, emoji: used },
    ...catalogue.groups.map(({ group, emoji }) => ({ key: group, name: t.emoji.group[group], emoji: toned(emoji) })),
  ];
  return sections.filter(({ emoji }) => emoji.length > 0);
}

interface Walk {
  picker: HTMLElement | null;
  field: HTMLInputElement | null;
  sections: readonly Section[];
  pickFirst(): void;
}

/** From the field down to the emoji, among them in all directions, and back with whatever is typed. */
function walk(event: KeyboardEvent<HTMLElement>, { picker, field, sections, pickFirst }: Walk): void {
  const target = event.target as HTMLElement;
  if (isComposing(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
  const go = (place: Place | undefined) => {
    if (!place) return;
    event.preventDefault();
    picker?.querySelector<HTMLElement>(`[data-place="${place.section} ${place.index}"]`)?.focus();
  };
  if (target === field) {
    if (event.key === "ArrowDown" && sections.length > 0) go({ section: 0, index: 0 });
    else if (event.key === "Enter") {
      event.preventDefault();
      pickFirst();
    }
    return;
  }
  const [section, index] = (target.dataset.place ?? "").split(" ").map(Number);
  if (section === undefined || index === undefined) return;
  const next = neighbour(
    sections.map(({ emoji }) => emoji.length),
    { section, index },
    event.key,
    getComputedStyle(target).direction === "rtl",
  );
  // Without a line above there is the field; a letter is written where letters belong.
  if (next) go(next);
  else if (event.key === "ArrowUp") {
    event.preventDefault();
    field?.focus();
  } else if (event.key.length === 1 && event.key !== " ") field?.focus();
}
