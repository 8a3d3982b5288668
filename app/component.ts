/** What Streamlit hands to a component of ours; `data` is what the page's script gave it. */
export interface Component<Data> {
  parentElement: HTMLElement;
  data: Data;
  /** Set a value that stays for the script's next runs. */
  setStateValue(name: string, value: unknown): void;
  /** Set a value for one run of the script. */
  setTriggerValue(name: string, value: unknown): void;
}

declare global {
  interface DocumentEventMap {
    /** Another slide was chosen in the list. */
    "planmap:slide": CustomEvent<{ number: number }>;
    /** The presentation starts; the button gets the focus back when it ends. */
    "planmap:present": CustomEvent<{ button: HTMLButtonElement }>;
  }
}
