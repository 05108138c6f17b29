import { Outlet, useMatches } from "@tanstack/react-router";
import { Suspense } from "react";
import { isDeveloper } from "@/api/instance";
import { Store, useStore } from "@/api/store";
import { Sidebar } from "@/features/chats";
import { DeveloperPanel } from "@/features/developer";
import { Announcer } from "@/features/messages";
import { Notifier } from "@/features/notifications";
import { SearchBeside } from "@/features/search";
import { SignedInContext, useServices } from "@/session/services";
import { useOnePane } from "@/ui/pointer";
import { StatusLine } from "@/ui/StatusLine";
import styles from "./SignedInLayout.module.css";
import { useFilesRefused } from "./useFilesRefused";

const NOTHING_CHOSEN = new Store<undefined>(undefined);

/** The list beside what was chosen; on a phone, one of the two. */
export function SignedInLayout() {
  const { current } = useServices();
  const signedIn = useStore(current);
  const atHome = useMatches({ select: (matches) => matches.at(-1)?.fullPath === "/" });
  const choices = useStore(signedIn?.preferences.choices ?? NOTHING_CHOSEN);
  const onePane = useOnePane();
  useFilesRefused();
  if (!signedIn) return null;
  return (
    <SignedInContext value={signedIn}>
      <div className={styles.layout} data-pane={atHome ? "list" : "main"}>
        {/* Where it stands alone, it is what the page is about. */}
        <div className={styles.list} role={onePane && atHome ? "main" : undefined}>
          <SearchBeside>
            <Sidebar />
          </SearchBeside>
        </div>
        <main className={styles.main}>
          <Outlet />
        </main>
      </div>
      <StatusLine />
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
