import { Store } from "@/api/store";

export interface SearchState {
  /** Whether it stands beside the chat. On a phone it is a page instead. */
  open: boolean;
  /** What is searched for, as it was typed. */
  text: string;
  /** The only chat to search in; none where all are searched. */
  chatId: string | undefined;
  /** Grows whenever the search is opened, also where it is open already. */
  asked: number;
}

/** What the reader searches for. It outlives its view: whoever comes back from a message that was found goes on from there. */
export class Search {
  readonly state = new Store<SearchState>({ open: false, text: "", chatId: undefined, asked: 0 });

  /** Shows the search, empty unless it is shown already: in all chats, or in one. */
  open(chatId?: string): void {
    const { open, text, asked } = this.state.get();
    this.state.set({ open: true, text: open ? text : "", chatId, asked: asked + 1 });
  }

  /** Shows it as it was. */
  reopen(): void {
    this.#set({ open: true });
  }

  close(): void {
    this.#set({ open: false });
  }

  /** Searches for something else. */
  write(text: string): void {
    this.#set({ text });
  }

  /** Searches in one chat, or in all. */
  searchIn(chatId: string | undefined): void {
    this.#set({ chatId });
  }

  #set(change: Partial<SearchState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
