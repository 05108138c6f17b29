import { ActionIcon } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { LanguageChoice, NoticeChoices, ThreadChoices, WritingChoices } from "@/features/preferences";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { BackIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useAccount } from "../hooks/useProfile";
import { CloseAccount } from "./CloseAccount";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import styles from "./ProfilePage.module.css";
import { ReadReceiptChoice } from "./ReadReceiptChoice";
import { SessionList } from "./SessionList";
import { SignOutButton } from "./SignOutButton";
import { UsernameForm } from "./UsernameForm";

export function ProfilePage() {
  const account = useAccount();
  const navigate = useNavigate();
  usePageName(t.account.profile);
  return (
    <div className={styles.page}>
      <PageHeader
        leading={
          <ActionIcon aria-label={t.ui.back} onClick={() => navigate({ to: "/" })}>
            <BackIcon />
          </ActionIcon>
        }
      >
        <h1 className={styles.heading}>{t.account.profile}</h1>
      </PageHeader>
      <div className={styles.scroll}>
        {account && (
          <div className={styles.sections}>
            <div className={styles.card}>
              <Avatar name={account.user.displayName} seed={account.user.id} size={64} />
              <div className={styles.who}>
                <div className={styles.name} dir="auto">
                  {account.user.displayName}
                </div>
                <div className={styles.soft} dir="ltr">
                  @{account.user.username}
                </div>
                <div className={styles.soft} dir="ltr">
                  {account.email}
                </div>
              </div>
              <SignOutButton />
            </div>
            <NameForm account={account} />
            <section className={styles.section}>
              <LanguageChoice />
            </section>
            <UsernameForm username={account.user.username} />
            <PasswordForm username={account.user.username} />
            <section className={styles.section}>
              <h2 className={styles.title}>{t.preferences.notifications}</h2>
              <NoticeChoices />
            </section>
            <section className={styles.section}>
              <h2 className={styles.title}>{t.preferences.writing}</h2>
              <WritingChoices />
            </section>
            <section className={styles.section}>
              <h2 className={styles.title}>{t.threads.threads}</h2>
              <ThreadChoices />
            </section>
            <section className={styles.section}>
              <Link to="/my-messages" className={styles.link}>
                {t.chats.myMessages}
              </Link>
            </section>
            <ReadReceiptChoice account={account} />
            <SessionList />
            <CloseAccount username={account.user.username} />
          </div>
        )}
      </div>
    </div>
  );
}
