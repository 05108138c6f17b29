import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { answeredBy, pinInstance, pinnedInstance } from "@/api/instance";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { useComparison } from "../hooks/useComparison";
import type { Comparison } from "../model/compareEvents";
import styles from "./DeveloperPanel.module.css";

const CHOICES = [undefined, "1", "2"];

/** Only where the page came over TLS or from this machine can a browser compute digests. */
const CAN_COMPARE = Boolean(globalThis.crypto?.subtle);

function comparisonText(comparison: Comparison | "failed"): string {
  if (comparison === "failed") return t.developer.comparisonFailed;
  return comparison.result === "in-sync"
    ? t.developer.inSync(comparison.count)
    : t.developer.differentFrom(comparison.seq);
}

/**
 * For those who work on Antiphon: which instance serves this tab, where each feed stands and whether its events are those of
 * the server, and a bad network at will.
 */
export default function DeveloperPanel() {
  const { inbox, me, socket } = useSignedIn();
  const answered = useStore(answeredBy);
  const state = useStore(inbox.state);
  const way = useStore(inbox.fallback.name);
  const { comparisons, compare } = useComparison(inbox, me);
  const [positions, setPositions] = useState(inbox.positions.entries());
  useEffect(() => {
    const timer = setInterval(() => setPositions(inbox.positions.entries()), 1_000);
    return () => clearInterval(timer);
  }, [inbox]);

  const pin = (instance: string | undefined) => {
    pinInstance(instance);
    location.reload();
  };
  return (
    <details className={styles.panel}>
      <summary>{t.developer.developer}</summary>
      <fieldset className={styles.choices}>
        <legend>{t.developer.instance}</legend>
        {CHOICES.map((instance) => (
          <Button
            key={instance ?? "any"}
            size="compact-sm"
            variant={pinnedInstance() === instance ? "filled" : "default"}
            aria-pressed={pinnedInstance() === instance}
            onClick={() => pin(instance)}
          >
            {instance ?? t.developer.anyInstance}
          </Button>
        ))}
      </fieldset>
      <p className={styles.hint}>{t.developer.instanceHint}</p>
      <dl className={styles.facts}>
        <dt>{t.developer.connectionState}</dt>
        <dd>
          {state}, {way}
        </dd>
        {Object.entries(answered).map(([service, instance]) => (
          <div key={service} className={styles.fact}>
            <dt>{service}</dt>
            <dd>{instance}</dd>
          </div>
        ))}
      </dl>
      <Button size="compact-sm" variant="default" disabled={way !== "websocket"} onClick={socket.drop}>
        {t.developer.dropConnection}
      </Button>
      <h2 className={styles.title}>{t.developer.positions}</h2>
      <ul className={styles.positions}>
        {positions.map(({ feedId, seq, cursor }) => (
          <li key={feedId} title={cursor}>
            {feedId.slice(-8)} {seq || "—"}{" "}
            {comparisons.has(feedId) && <span>{comparisonText(comparisons.get(feedId)!)}</span>}
          </li>
        ))}
      </ul>
      <Button
        size="compact-sm"
        variant="default"
        disabled={!CAN_COMPARE}
        title={t.developer.compareHint}
        onClick={() => void compare()}
      >
        {t.developer.compare}
      </Button>
    </details>
  );
}
