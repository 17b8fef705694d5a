/** Where the keyboard goes: from a row into its settings, and back. */
const CONTROL = ":is(input, select, textarea, button):not(:disabled)";
const PARTS = {
  // The control itself before the buttons beside its label.
  first: [`.cb-form .cb-label-row ~ ${CONTROL}, .cb-form .cb-label-row ~ * ${CONTROL}`, ".cb-form :is(input, select, textarea, button):not(:disabled)", "[data-testid=connections]", "[data-testid=node-title]"],
  title: ["[data-testid=node-title]"],
  wires: ["[data-testid=connections]", "[data-testid=connections-out]"],
  problems: [".cb-problems button"],
};

export type Part = keyof typeof PARTS;

const ROW = ".cb-tree [tabindex='0']";
const PATIENCE_MS = 60;

export function focusSettings(from: HTMLElement | null, part: Part): void {
  const editor = from?.closest<HTMLElement>(".cb-editor");
  // The settings are drawn when the selection has changed.
  setTimeout(() => {
    const settings = editor?.querySelector<HTMLElement>(".cb-inspector");
    const found = PARTS[part].map((choice) => settings?.querySelector<HTMLElement>(choice)).find(Boolean);
    if (part === "wires" && found?.getAttribute("aria-expanded") === "false") found.click();
    found?.focus();
    if (part === "title" && found instanceof HTMLInputElement) found.select();
  }, PATIENCE_MS);
}

/** From the settings back to the row; false where there is no row. */
export function focusRow(within: HTMLElement | null): boolean {
  const row = within?.closest(".cb-editor")?.querySelector<HTMLElement>(ROW);
  row?.focus();
  return Boolean(row);
}
