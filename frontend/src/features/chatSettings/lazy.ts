/** What is needed only when settings change is fetched then. */
type Requests = typeof import("./requests");

export const sendSettings: Requests["sendSettings"] = async (...given) =>
  (await import("./requests")).sendSettings(...given);
export const adoptDeviceChoices: Requests["adoptDeviceChoices"] = async (...given) =>
  (await import("./requests")).adoptDeviceChoices(...given);
