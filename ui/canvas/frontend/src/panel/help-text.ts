/** A component's docstring, taken apart: paragraphs, and what follows “When:”, “Serving:” and “Source:”. */
const LABELS = ["When", "Serving", "Source"] as const;
const WORDS: { [label: string]: string } = { When: "When to use it", Serving: "In an endpoint", Source: "Source" };

export interface HelpParts {
  does: string[];
  labelled: [string, string][];
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function helpParts(help: string): HelpParts {
  const flowing = help.split(/\n\s*\n/).map((part) => part.replace(/\s+/g, " ").trim()).filter(Boolean);
  const text = flowing.join("\n");
  const begins = LABELS.flatMap((label) => {
    const place = text.search(new RegExp(`(^|\\s)${label}:`));
    return place < 0 ? [] : [{ label, place }];
  }).sort((a, b) => a.place - b.place);
  const first = begins[0]?.place ?? text.length;
  const labelled = begins.map(({ label, place }, index): [string, string] => {
    const end = begins[index + 1]?.place ?? text.length;
    const said = text.slice(place, end).trim().slice(label.length + 1).replace(/\n/g, " ").trim();
    return [WORDS[label] ?? label, upper(said)];
  });
  return { does: text.slice(0, first).split("\n").map((part) => part.trim()).filter(Boolean), labelled };
}
