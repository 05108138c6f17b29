import { NativeSelect } from "@mantine/core";
import { t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useLanguage } from "../hooks/useLanguage";

/** In which language the page speaks to the reader on this device. */
export function LanguageChoice() {
  const { failed, select, options } = useLanguage();
  return (
    <>
      <NativeSelect label={t.preferences.language} description={t.preferences.languageHint} {...select}>
        {options}
      </NativeSelect>
      {failed && <Notice tone="error">{t.errors.error.NETWORK}</Notice>}
    </>
  );
}
