import { t } from "@/strings";
import { useConnection } from "../hooks/useConnection";

/** The same in a few words, for where there is no room for a line. */
export function ConnectionWords({ className }: { className: string }) {
  const state = useConnection();
  const trouble =
    state === "catching-up"
      ? t.connection.catchingUp
      : navigator.onLine
        ? t.connection.reconnecting
        : t.messages.waitingForNetwork;
  return (
    <span className={className} role="status">
      {state !== "live" && trouble}
    </span>
  );
}
