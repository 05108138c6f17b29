/** Words for the developer panel, in English. */
export const developer = {
  developer: "Developer panel",
  instance: "Instance",
  anyInstance: "Any",
  instanceHint: "Pinning reloads the page. It works where the load balancer allows it.",
  positions: "Feed positions",
  dropConnection: "Drop the connection",
  connectionState: "Connection",
};
