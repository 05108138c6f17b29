import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for how current what is seen is, in English. */
export const connection = {
  catchingUp: "Catching up…",
  offline: "Offline. Messages you write are sent when the network returns.",
  reconnecting: "Reconnecting…",
  failing: {
    users: "Profiles and signing in do not work at the moment. Trying again…",
    sender: "Messages and changes cannot be sent at the moment. Trying again…",
    receiver: "Chats and messages cannot be loaded at the moment. Trying again…",
  },
  storageFull:
    "This browser has no room left for this site. What you write is lost if you close this tab before it is sent.",
  sessionNotKept: "This browser keeps nothing for this site: you are signed in in this tab only.",
  asOf: (time: string) => `You see everything up to ${own(time)}.`,
};
