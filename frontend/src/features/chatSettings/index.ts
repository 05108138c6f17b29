// What others may use of this feature.
export { knownSettings, policies as chatSettingsPolicies } from "./cache";
export { ChatChoices } from "./components/ChatChoices";
export { useSettingsIntents } from "./hooks/useSettingsIntents";
export { adoptDeviceChoices, sendSettings } from "./lazy";
export { live as chatSettingsLive } from "./live";
export { muteIntent, type SettingsIntent, type ShownSettings, shownSettings } from "./model/chatSettings";
export { muteChoices } from "./model/muteChoices";
