// What is needed only when settings change, in one file to fetch.
export { adoptDeviceChoices } from "./model/adoptDeviceChoices";
export { sendSettings } from "./model/sendSettings";
