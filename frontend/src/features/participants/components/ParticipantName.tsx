import { type FragmentType, unmask } from "@/gql/receiver";
import { ParticipantNameFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";

/** Somebody who takes part, by picture and name. */
export function ParticipantName(props: {
  participant: FragmentType<typeof ParticipantNameFragmentDoc>;
  size: number;
  className: string | undefined;
}) {
  const { userId, user } = unmask(ParticipantNameFragmentDoc, props.participant);
  const { me } = useSignedIn();
  const name = user?.displayName ?? t.participants.deletedUser;
  return (
    <>
      <Avatar name={name} seed={userId} size={props.size} />
      <span className={props.className} dir="auto">
        {userId === me ? t.ui.youNamed(name) : name}
      </span>
    </>
  );
}
