import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { unsavedDrafts } from "@/features/messages";
import { useServices, useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { ConfirmDialog } from "@/ui/ConfirmDialog";

/** What signing out would delete, in all tabs of this browser. */
interface Loss {
  messages: number;
  changes: number;
  drafts: number;
}

/** Signs out; asks first where that would throw away what somebody has written. */
export function SignOutButton() {
  const antiphon = useServices();
  const navigate = useNavigate();
  const { outbox, drafts, store } = useSignedIn();
  const [loss, setLoss] = useState<Loss>();
  const [leaving, setLeaving] = useState(false);

  const leave = async () => {
    setLoss(undefined);
    setLeaving(true);
    await antiphon.signOut();
    // To the door, and not back to this page for whoever signs in next.
    await navigate({ to: "/sign-in", search: {} });
  };
  const ask = () => {
    store.reread();
    const entries = outbox.entries.get();
    const messages = entries.filter(({ kind }) => kind === "message").length;
    const found = { messages, changes: entries.length - messages, drafts: unsavedDrafts(store, drafts) };
    if (messages + found.changes + found.drafts > 0) setLoss(found);
    else void leave();
  };
  return (
    <>
      <Button variant="default" onClick={ask} loading={leaving}>
        {t.account.signOut}
      </Button>
      <ConfirmDialog
        opened={loss !== undefined}
        title={t.account.signOutTitle}
        text={loss ? t.account.signOutLoses(loss) : ""}
        confirm={t.account.signOutAnyway}
        cancel={t.ui.cancel}
        onClose={() => setLoss(undefined)}
        onConfirm={() => void leave()}
      />
    </>
  );
}
