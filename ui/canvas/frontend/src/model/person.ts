/** Who sits at this browser. There are no accounts: a name is chosen once, and kept here. */
const NAME = "canvasback-name";
const ID = "canvasback-person";
export const LONGEST_NAME = 40;

/** Storage may be switched off; then the person is a new guest after each refresh. */
function kept(store: () => Storage, key: string): string | null {
  try {
    return store().getItem(key);
  } catch {
    return null;
  }
}

function keep(store: () => Storage, key: string, value: string): void {
  try {
    store().setItem(key, value);
  } catch {
    // Then it lasts as long as this page.
  }
}

const fresh = (): string => [...crypto.getRandomValues(new Uint32Array(3))].map((one) => one.toString(36)).join("");

class Me {
  /** Of this browser tab; it survives a refresh. */
  readonly id: string;
  name: string;

  constructor() {
    this.id = kept(() => sessionStorage, ID) ?? fresh();
    keep(() => sessionStorage, ID, this.id);
    this.name = (kept(() => localStorage, NAME) ?? "").slice(0, LONGEST_NAME);
  }

  rename(name: string): void {
    this.name = name.trim().slice(0, LONGEST_NAME);
    keep(() => localStorage, NAME, this.name);
  }

  get said(): { id: string; name: string } {
    return { id: this.id, name: this.name };
  }
}

export const me = new Me();

export const initials = (name: string): string =>
  name.trim().split(/\s+/).filter(Boolean).map((word) => [...word][0]!.toUpperCase()).filter((_, place, all) => place === 0 || place === all.length - 1).join("") || "?";
