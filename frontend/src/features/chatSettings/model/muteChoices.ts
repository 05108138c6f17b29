import { serverClock } from "@/api/serverClock";
import { t } from "@/strings";
import { FOR_GOOD } from "../model/chatSettings";

const HOUR = 3_600_000;

/** For how long a chat can be muted, each with its name. */
export function muteChoices(): { name: string; until: () => string }[] {
  const after = (hours: number) => () => new Date(serverClock.now() + hours * HOUR).toISOString();
  return [
    { name: t.chatSettings.forAnHour, until: after(1) },
    { name: t.chatSettings.forEightHours, until: after(8) },
    { name: t.chatSettings.forAWeek, until: after(7 * 24) },
    { name: t.chatSettings.forGood, until: () => FOR_GOOD },
  ];
}
