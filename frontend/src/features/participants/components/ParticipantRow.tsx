import { ActionIcon, Menu } from "@mantine/core";
import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { type FragmentType, unmask } from "@/gql/receiver";
import { type ParticipantRole, ParticipantRowFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { MoreIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { useChangeRole, useRemoveParticipant } from "../hooks/useChangeParticipants";
import type { Permissions } from "../model/permissions";
import styles from "./ParticipantRow.module.css";

const roleNames = (): Record<ParticipantRole, string> => ({
  OWNER: t.participants.owner,
  ADMIN: t.participants.admin,
  MEMBER: t.participants.member,
});
const giveNames = (): Record<ParticipantRole, string> => ({
  OWNER: t.participants.makeOwner,
  ADMIN: t.participants.makeAdmin,
  MEMBER: t.participants.makeMember,
});

export function ParticipantRow(props: {
  participant: FragmentType<typeof ParticipantRowFragmentDoc>;
  permissions: Permissions;
}) {
  const { permissions } = props;
  const participant = unmask(ParticipantRowFragmentDoc, props.participant);
  const { chatId, userId } = participant;
  const { me } = useSignedIn();
  const remove = useRemoveParticipant();
  const [changeRole] = useChangeRole();
  const [removing, setRemoving] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const { user } = participant;
  const name = user?.displayName ?? t.participants.deletedUser;
  const roles = userId === me ? [] : permissions.gives(participant.role);
  const removable = userId !== me && permissions.removes(participant.role);

  const attempt = (work: Promise<unknown>) => {
    setFailure(undefined);
    work.catch((error) => setFailure(failureOf(error)));
  };
  return (
    <li>
      <div className={styles.participant}>
        <Avatar name={name} seed={userId} size={38} />
        <span className={styles.names}>
          <span dir="auto">{userId === me ? t.ui.youNamed(name) : name}</span>
          {user && (
            <span className={styles.soft} dir="ltr">
              @{user.username}
            </span>
          )}
        </span>
        {participant.role !== "MEMBER" && <span className={styles.role}>{roleNames()[participant.role]}</span>}
        {(roles.length > 0 || removable) && (
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={t.participants.actionsFor(name)}>
                <MoreIcon />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {roles.map((role) => (
                <Menu.Item
                  key={role}
                  onClick={() => attempt(changeRole({ variables: { input: { chatId, userId, role } } }))}
                >
                  {giveNames()[role]}
                </Menu.Item>
              ))}
              {removable && (
                <Menu.Item color="danger" onClick={() => setRemoving(true)}>
                  {t.participants.removeFromChat}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
      <ConfirmDialog
        opened={removing}
        title={t.participants.removePerson(name)}
        text={t.participants.removeFromChatText(name)}
        confirm={t.ui.remove}
        cancel={t.ui.cancel}
        onClose={() => setRemoving(false)}
        onConfirm={() => {
          setRemoving(false);
          attempt(remove({ chatId, userId }));
        }}
      />
    </li>
  );
}
