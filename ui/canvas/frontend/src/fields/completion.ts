/** What may come next in an expression: columns and functions that go on from the word at the caret. */
import { kindIcon, quoted } from "../panel/columns";
import type { Column, FunctionHelp } from "../protocol";

export interface Offer {
  label: string;
  about: string;
  icon: string;
  /** What is put in, and where the caret goes then, counted from its start. */
  text: string;
  caret: number;
}

const MOST = 8;
const WORD = /(?:"[^"]*|[\p{L}_][\p{L}\p{N}_]*)$/u;

/** The word that ends at the caret; inside a text in quotes there is none. */
export function wordAt(text: string, caret: number): string {
  const before = text.slice(0, caret);
  if ((before.match(/'/g)?.length ?? 0) % 2 === 1) return "";
  return WORD.exec(before)?.[0] ?? "";
}

const offerColumn = (column: Column): Offer => {
  const text = quoted(column.name);
  return { label: column.name, about: column.type, icon: kindIcon(column.kind), text, caret: text.length };
};

const offerFunction = ({ name, signature, about }: FunctionHelp): Offer => {
  const open = `${name}(`;
  return { label: signature, about, icon: "function", text: `${open})`, caret: signature.endsWith("()") ? open.length + 1 : open.length };
};

/** Names that begin like the word before names that hold it; columns before functions. */
export function offers(word: string, columns: Column[], functions: FunctionHelp[]): Offer[] {
  const needle = word.replace(/"/g, "").toLowerCase();
  if (needle === "") return [];
  const rank = (name: string): number => {
    const place = name.toLowerCase().indexOf(needle);
    return place === 0 ? 0 : place > 0 ? 1 : 2;
  };
  const begun = columns.filter((one) => rank(one.name) < 2 && quoted(one.name) !== word && one.name !== word);
  const called = word.startsWith('"') ? [] : functions.filter((one) => rank(one.name) < (needle.length > 2 ? 2 : 1));
  const sorted = <T extends { name: string }>(found: T[]): T[] => [...found].sort((a, b) => rank(a.name) - rank(b.name));
  return [...sorted(begun).map(offerColumn), ...sorted(called).map(offerFunction)].slice(0, MOST);
}

/** The function whose brackets the caret stands in. */
export function callAt(text: string, caret: number, functions: FunctionHelp[]): FunctionHelp | undefined {
  const before = text.slice(0, caret).replace(/'[^']*'|"[^"]*"/g, (quotes) => " ".repeat(quotes.length));
  let depth = 0;
  for (let place = before.length - 1; place >= 0; place--) {
    if (before[place] === ")") depth += 1;
    else if (before[place] === "(" && depth > 0) depth -= 1;
    else if (before[place] === "(") {
      const name = /[a-z_][a-z0-9_]*$/i.exec(before.slice(0, place))?.[0]?.toLowerCase();
      const found = functions.find((one) => one.name === name);
      if (found) return found;
    }
  }
  return undefined;
}
