/** Words for the developer panel, in English. */
export const developer = {
  developer: "Developer panel",
  instance: "Instance",
  anyInstance: "Any",
  instanceHint: "Pinning reloads the page. It works where the load balancer allows it.",
  positions: "Feed positions",
  dropConnection: "Drop the connection",
  connectionState: "Connection",
  compare: "Compare with the server",
  compareHint: "Compares the events that this tab has applied since it was opened with those of the server.",
  inSync: (count: number) => (count === 1 ? "in sync, 1 event" : `in sync, ${count.toLocaleString("en")} events`),
  differentFrom: (seq: number) => `different from event ${seq} on`,
  comparisonFailed: "could not be compared",
};
