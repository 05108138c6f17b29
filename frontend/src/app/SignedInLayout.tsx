import { Outlet, useMatches } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { isDeveloper } from "@/api/instance";
import { Store, useStore } from "@/api/store";
import { Sidebar } from "@/features/chats/components/Sidebar";
import { Announcer } from "@/features/messages/components/Announcer";
import { SignedInContext, useAntiphon } from "./antiphon";
import styles from "./SignedInLayout.module.css";

const Notifier = lazy(() => import("@/features/notifications/components/Notifier"));
const DeveloperPanel = lazy(() => import("@/features/developer/components/DeveloperPanel"));

const NOTHING_CHOSEN = new Store<undefined>(undefined);

/** The list beside what was chosen; on a phone, one of the two. */
export function SignedInLayout() {
  const { current } = useAntiphon();
  const signedIn = useStore(current);
  const atHome = useMatches({ select: (matches) => matches.at(-1)?.fullPath === "/" });
  const choices = useStore(signedIn?.preferences.choices ?? NOTHING_CHOSEN);
  if (!signedIn) return null;
  return (
    <SignedInContext value={signedIn}>
      <div className={styles.layout} data-pane={atHome ? "list" : "main"}>
        <div className={styles.list}>
          <Sidebar />
        </div>
        <main className={styles.main}>
          <Outlet />
        </main>
      </div>
      <Announcer />
      {(choices?.notify || choices?.sound) && (
        <Suspense>
          <Notifier />
        </Suspense>
      )}
      {isDeveloper() && (
        <Suspense>
          <DeveloperPanel />
        </Suspense>
      )}
    </SignedInContext>
  );
}
