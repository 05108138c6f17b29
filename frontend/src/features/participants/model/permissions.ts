import type { ParticipantRole } from "@/gql/receiver/graphql";

/** What a role may do, for not offering what would be refused. The services decide; this only spares the attempt. */
export interface Permissions {
  rename: boolean;
  addPeople: boolean;
  removeMessages: boolean;
  pinMessages: boolean;
  deleteChat: boolean;
  leave: boolean;
  /** Whether the holder may remove someone of that role. */
  removes(role: ParticipantRole): boolean;
  /** Which roles the holder may give to someone of that role. */
  gives(role: ParticipantRole): ParticipantRole[];
}

export function permissionsOf(role: ParticipantRole | undefined, kind: string): Permissions {
  const direct = kind === "DIRECT";
  const owner = role === "OWNER" && !direct;
  const leading = (role === "ADMIN" || role === "OWNER") && !direct;
  return {
    rename: leading,
    addPeople: leading,
    removeMessages: leading,
    pinMessages: leading || (direct && role !== undefined),
    deleteChat: owner,
    leave: role !== undefined && !direct,
    removes: (other) => owner || (leading && other === "MEMBER"),
    gives: (other) => {
      if (!owner) return [];
      const roles: ParticipantRole[] = ["MEMBER", "ADMIN", "OWNER"];
      return roles.filter((given) => given !== other);
    },
  };
}
