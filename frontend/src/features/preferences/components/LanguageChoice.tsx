import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useStore } from "@/api/store";
import { chooseLanguage, LANGUAGES, type Language, language, t } from "@/strings";
import { Notice } from "@/ui/Notice";

/** In which language the page speaks to the reader on this device. */
export function LanguageChoice() {
  const spoken = useStore(language);
  const [failed, setFailed] = useState(false);
  return (
    <>
      <NativeSelect
        label={t.language}
        description={t.languageHint}
        value={spoken}
        data={Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }))}
        onChange={(event) => {
          setFailed(false);
          chooseLanguage(event.currentTarget.value as Language).catch(() => setFailed(true));
        }}
      />
      {failed && <Notice tone="error">{t.error.NETWORK}</Notice>}
    </>
  );
}
