/** What can be done with a message that is shown, by its id. */
export interface MessageActions {
  reply(id: string): void;
  edit(id: string): void;
  remove(id: string, how: { keyboard: boolean }): void;
  details(id: string): void;
  jumpTo(id: string): void;
}
