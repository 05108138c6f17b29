import { type ChangeEvent, useState } from "react";
import { useStore } from "@/api/store";
import { chooseLanguage, LANGUAGES, type Language, language } from "@/strings";

const FIELD = "language";

/** What a field for the language is made of. Every language is written as those who speak it write it. */
export function useLanguage() {
  const spoken = useStore(language);
  const [failed, setFailed] = useState(false);
  const onChange = (event: ChangeEvent<HTMLSelectElement>) => {
    setFailed(false);
    chooseLanguage(event.currentTarget.value as Language).then(
      // The page was made anew, and the field with it.
      () => requestAnimationFrame(() => document.getElementById(FIELD)?.focus()),
      () => setFailed(true),
    );
  };
  const options = Object.entries(LANGUAGES).map(([code, { name }]) => (
    <option key={code} value={code} lang={code}>
      {name}
    </option>
  ));
  return { failed, select: { id: FIELD, value: spoken, onChange }, options };
}
