// What others may use of this feature.
export { moveReadMark, policies as participantPolicies } from "./cache";
export { AddPeopleDialog } from "./components/AddPeopleDialog";
export { ParticipantName } from "./components/ParticipantName";
export { ParticipantRow } from "./components/ParticipantRow";
export { PeoplePicker, type Person } from "./components/PeoplePicker";
export { useAllParticipants } from "./hooks/useAllParticipants";
export { useOwnMark } from "./hooks/useOwnMark";
export { useParticipants } from "./hooks/useParticipants";
export { useSearchUsers } from "./hooks/useSearchUsers";
export { live as participantLive } from "./live";
export { permissionsOf } from "./model/permissions";
