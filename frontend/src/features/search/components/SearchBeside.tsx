import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { useFocusBack } from "@/ui/focusBack";
import { useOnePane } from "@/ui/pointer";
import styles from "./SearchBeside.module.css";

const SearchPanel = lazy(() => import("./SearchPanel"));

/** The list of chats, and in its place the search while that is open; where there is no room for both panes, its page is. */
export function SearchBeside({ children }: { children: ReactNode }) {
  const { search } = useSignedIn();
  const { open } = useStore(search.state);
  const onePane = useOnePane();
  const navigate = useNavigate();
  useEffect(() => {
    if (!open || !onePane) return;
    search.close();
    void navigate({ to: "/search" });
  }, [open, onePane, search, navigate]);
  const beside = open && !onePane;
  useFocusBack(beside);
  return (
    <>
      <div className={styles.list} inert={beside}>
        {children}
      </div>
      <Suspense>{beside && <SearchPanel onClose={() => search.close()} onLeave={() => search.close()} />}</Suspense>
    </>
  );
}
