import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { usePageName } from "@/ui/pageTitle";
import { useOnePane } from "@/ui/pointer";
import SearchPanel from "./SearchPanel";

/** The search as a page, for a phone. Where there is room, it stands beside the chat instead. */
export function SearchPage() {
  const { search } = useSignedIn();
  const onePane = useOnePane();
  const navigate = useNavigate();
  usePageName(t.search.search);
  useEffect(() => {
    if (onePane) return;
    search.reopen();
    void navigate({ to: "/", replace: true });
  }, [onePane, search, navigate]);
  if (!onePane) return null;
  return <SearchPanel isPage onClose={() => void navigate({ to: "/" })} onLeave={() => {}} />;
}
