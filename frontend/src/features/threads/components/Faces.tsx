import { useApolloClient } from "@apollo/client/react";
import { ThreadFaceFragmentDoc } from "@/gql/receiver/graphql";
import { Avatar } from "@/ui/Avatar";
import styles from "./Faces.module.css";

/** So many are shown. */
const SHOWN = 3;

/** The faces of those who replied last, as far as they are known here. */
export function Faces({ userIds }: { userIds: readonly string[] }) {
  const { cache } = useApolloClient();
  const known = userIds.flatMap((id) => {
    const entry = cache.identify({ __typename: "User", id })!;
    const person = cache.readFragment({ id: entry, fragment: ThreadFaceFragmentDoc, fragmentName: "ThreadFace" });
    return person ? [person] : [];
  });
  if (known.length === 0) return null;
  return (
    <span className={styles.faces}>
      {known.slice(0, SHOWN).map(({ id, displayName }) => (
        <Avatar key={id} name={displayName} seed={id} size={20} />
      ))}
    </span>
  );
}
