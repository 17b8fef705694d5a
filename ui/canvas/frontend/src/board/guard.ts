/** What is laid over the drawing: the looks and words of its marks. */
import type { Overlay, OverlayKind } from "../protocol";

export interface Mark {
  icon: string;
  /** Two words at most: they stand on the card. */
  word: string;
  tone: "good" | "warn" | "calm" | "busy" | "quiet";
  /** For the legend. */
  means: string;
}

export const MARKS: { [kind in OverlayKind]: { [mark: string]: Mark } } = {
  fitted: {
    train: { icon: "model_training", word: "Train rows", tone: "good", means: "Learns from train rows only: no test row can leak into it." },
    all: { icon: "groups", word: "All rows", tone: "warn", means: "Learns from all rows, because no split stands on the way." },
    roles: { icon: "call_split", word: "Gives roles", tone: "calm", means: "Says which rows are for training and which for the test." },
  },
  serving: {
    input: { icon: "input", word: "Input", tone: "calm", means: "A request brings the columns that leave here." },
    replayed: { icon: "repeat", word: "Each request", tone: "good", means: "Is done for the rows of each request, with what was learned in the run." },
    lookup: { icon: "manage_search", word: "Lookup", tone: "good", means: "Looks values up in a table that is kept with the model." },
    model: { icon: "neurology", word: "Answers", tone: "busy", means: "The model that answers." },
    frozen: { icon: "ac_unit", word: "Frozen", tone: "calm", means: "Its rows are kept with the model, as they were in the run." },
    skipped: { icon: "block", word: "Left out", tone: "quiet", means: "Only the training needs it." },
    before: { icon: "history", word: "Before", tone: "quiet", means: "Done before a request comes: the endpoint's input starts later." },
  },
};

/** Marks that take no part in an answer: their cards are dimmed like those without a mark. */
const APART = new Set(["skipped", "before"]);

export function markOf(overlay: Overlay | null, node: string): (Mark & { words: string }) | null {
  const found = overlay?.marks[node];
  const look = overlay && found && MARKS[overlay.kind][found.kind];
  return look ? { ...look, words: found.words } : null;
}

const isLit = (overlay: Overlay, node: string): boolean => {
  const kind = overlay.marks[node]?.kind;
  return kind !== undefined && !APART.has(kind);
};

function isEmpty(overlay: Overlay): boolean {
  for (const _ in overlay.marks) return false;
  return true;
}

/** The class of a card. An overlay that has nothing to say dims nothing. */
export function lookOf(overlay: Overlay | null, node: string): string | false {
  if (!overlay || isEmpty(overlay)) return false;
  return isLit(overlay, node) ? "cb-node-lit" : "cb-node-dim";
}

/** Only what an endpoint runs is a way from wire to wire; what is fitted is said of nodes alone. */
export const isDimWire = (overlay: Overlay | null, source: string, target: string): boolean =>
  overlay?.kind === "serving" && !isEmpty(overlay) && !(isLit(overlay, source) && isLit(overlay, target));

/** The marks that occur, each with how often. */
export function legend(overlay: Overlay): (Mark & { kind: string; count: number })[] {
  const kinds = Object.values(overlay.marks).map((mark) => mark.kind);
  return Object.entries(MARKS[overlay.kind])
    .map(([kind, mark]) => ({ ...mark, kind, count: kinds.filter((one) => one === kind).length }))
    .filter((entry) => entry.count > 0);
}
