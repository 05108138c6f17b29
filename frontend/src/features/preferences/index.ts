// What others may use of this feature.
export { LanguageChoice } from "./components/LanguageChoice";
export { NoticeChoices } from "./components/NoticeChoices";
export { QuietLanguageChoice } from "./components/QuietLanguageChoice";
export { ThreadChoices } from "./components/ThreadChoices";
export { WritingChoices } from "./components/WritingChoices";
export { useChoices, useEnterSends } from "./hooks/useChoices";
export { Preferences } from "./model/preferences";
