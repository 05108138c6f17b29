import type { Changes } from "@/api/changes";
import type { InboxEventFragment } from "@/gql/receiver/graphql";

/** Notes what an event of this feed has changed besides messages and read marks. After it the feed stands at `cursor`. */
export function noteChange(
  changes: Changes,
  event: InboxEventFragment,
  { feedId, cursor }: { feedId: string; cursor: string },
): void {
  switch (event.__typename) {
    case "ChatCreated":
    case "ChatUpdated":
    case "ChatRemoved":
    case "ParticipantsAdded":
    case "ParticipantRemoved":
    case "ParticipantRoleChanged":
      changes.note(feedId, cursor);
      break;
    case "ChatAdded":
    case "ChatLeft":
      changes.note(feedId, cursor);
      changes.note(event.chatId);
      break;
    case "ProfileUpdated":
      changes.noteProfile();
      break;
    default:
  }
}
