import { ActionIcon, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { BackIcon, CloseIcon, SearchIcon } from "@/ui/icons";
import { shortcutName } from "@/ui/keys";
import { Notice } from "@/ui/Notice";
import { useActiveOption } from "../hooks/useActiveOption";
import { useChoose } from "../hooks/useChoose";
import { type Option, useSections } from "../hooks/useSections";
import { OptionRow } from "./OptionRow";
import { ScopeSwitch } from "./ScopeSwitch";
import styles from "./SearchPanel.module.css";
import { SearchStatus } from "./SearchStatus";

const LIST = "search-found";

/** What the services take. */
const MAX_LENGTH = 200;

const idOf = (option: Option) => `search-${option.kind}-${option.id}`;

/** One field for chats, people and messages. The keys stay in the field and move through what was found. */
export default function SearchPanel(props: {
  isPage?: boolean;
  onClose(): void;
  /** Something was chosen that one does not come back from for the next one. */
  onLeave(): void;
}) {
  const { search } = useSignedIn();
  const { text, chatId, asked } = useStore(search.state);
  const found = useSections(text, chatId);
  const { choose, failure } = useChoose(found.messages.more, props.onLeave);
  const options = found.sections.flatMap((section) => section.options);
  const { active, activate, onKeyDown } = useActiveOption({ options, idOf, text, choose, close: props.onClose });
  const field = useFieldFocus(asked);
  return (
    // biome-ignore lint/a11y/useSemanticElements: not everywhere does the element have this role yet
    <div
      role="search"
      aria-label={t.search.search}
      className={styles.panel}
      data-beside={!props.isPage || undefined}
      data-keeps-escape
    >
      <div className={styles.head}>
        <h1 className={styles.unseen}>{t.search.search}</h1>
        {props.isPage && (
          <ActionIcon aria-label={t.ui.back} onClick={props.onClose}>
            <BackIcon />
          </ActionIcon>
        )}
        <TextInput
          ref={field}
          className={styles.field}
          inputMode="search"
          enterKeyHint="search"
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={active && idOf(active)}
          aria-label={t.search.field}
          placeholder={t.search.field}
          maxLength={MAX_LENGTH}
          autoComplete="off"
          leftSection={<SearchIcon size={18} />}
          rightSection={text === "" && <kbd className={styles.key}>{shortcutName("K")}</kbd>}
          rightSectionWidth={72}
          value={text}
          onChange={(event) => search.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {!props.isPage && (
          <ActionIcon aria-label={t.ui.close} onClick={props.onClose}>
            <CloseIcon />
          </ActionIcon>
        )}
      </div>
      <ScopeSwitch />
      <div className={styles.scroll}>
        <div id={LIST} role="listbox" aria-label={t.search.found}>
          {found.sections.map(({ name, options }) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, and not of fields
            <div key={name} role="group" aria-label={name}>
              <div className={styles.section} aria-hidden="true">
                {name}
              </div>
              {options.map((option) => (
                <OptionRow
                  key={option.id}
                  option={option}
                  id={idOf(option)}
                  active={option === active}
                  searchedBackTo={found.messages.page?.complete ? null : found.messages.page?.searchedBackTo}
                  onActivate={() => activate(option)}
                  onChoose={() => choose(option)}
                />
              ))}
            </div>
          ))}
        </div>
        {failure && <Notice tone="error">{explain(failure)}</Notice>}
        <SearchStatus text={text} found={found} />
      </div>
      <p className={styles.foot}>{t.search.keysHint}</p>
    </div>
  );
}

/** The field has the focus from the beginning, and again when the search is asked for. */
function useFieldFocus(asked: number) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asked === undefined) return;
    field.current?.focus();
    field.current?.select();
  }, [asked]);
  return field;
}
