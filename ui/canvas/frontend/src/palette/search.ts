/** Search over what a component is called, what else people call it, and what it does: every word must occur. */
import { isPreset } from "../model/presets";
import type { Category, ComponentSpec } from "../protocol";

/** What a whole query counts, and what a single word of it counts: names before other names before descriptions. */
const WHOLE = { name: 100, words: 60, beginning: 30, inside: 20 };
const WORD = { name: 8, inName: 4, words: 3, inWords: 2, about: 1 };
/** The most usual of the other names stand first; from here on they count alike. */
const FARTHEST = 10;
/** Shorter pieces are in too many words to mean them. */
const LEAST_INSIDE = 3;

export function matching(palette: ComponentSpec[], query: string): ComponentSpec[] {
  const asked = plain(query);
  if (asked === "") return palette;
  const scored = palette.map((spec) => [spec, score(spec, asked)] as const).filter(([, points]) => points > 0);
  return scored.sort((a, b) => b[1] - a[1]).map(([spec]) => spec);
}

/** Letters and digits in small words: what is written “one-hot” is found as “one hot”, too. */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

interface Known {
  names: string[];
  words: string[];
  about: string;
}

const known = new WeakMap<ComponentSpec, Known>();

function knownOf(spec: ComponentSpec): Known {
  const made = known.get(spec) ?? { names: [plain(spec.title), plain(spec.key)], words: spec.words.map(plain), about: plain(spec.about) };
  known.set(spec, made);
  return made;
}

function score(spec: ComponentSpec, asked: string): number {
  const said = knownOf(spec);
  let total = whole(said, asked);
  for (const word of asked.split(" ")) {
    const points = single(said, word);
    if (points === 0) return 0;
    total += points;
  }
  return total;
}

function whole({ names, words }: Known, asked: string): number {
  if (names.includes(asked)) return WHOLE.name;
  const place = words.indexOf(asked);
  if (place >= 0) return WHOLE.words - Math.min(place, FARTHEST);
  if (names.some((name) => name.startsWith(asked))) return WHOLE.beginning;
  return [...names, ...words].some((one) => begins(one, asked)) ? WHOLE.inside : 0;
}

function single({ names, words, about }: Known, word: string): number {
  if (names.some((name) => begins(name, word))) return WORD.name;
  if (names.some((name) => holds(name, word))) return WORD.inName;
  if (words.some((one) => begins(one, word))) return WORD.words;
  if (words.some((one) => holds(one, word))) return WORD.inWords;
  return begins(about, word) || holds(about, word) ? WORD.about : 0;
}

/** At the beginning of one of its words. */
const begins = (text: string, asked: string): boolean => ` ${text}`.includes(` ${asked}`);
const holds = (text: string, asked: string): boolean => asked.length >= LEAST_INSIDE && text.includes(asked);

/** What is said below a name: what a preset is; of components that are called the same, the title of the category. */
export function kindsOf(found: readonly ComponentSpec[], categories: readonly Category[]): Map<string, string> {
  const titles = new Map(categories.map(({ key, title }) => [key, title]));
  const firsts = new Map(found.map((spec) => [spec.title, spec]).reverse() as [string, ComponentSpec][]);
  const shared = new Set(found.filter((spec) => firsts.get(spec.title) !== spec).map((spec) => spec.title));
  return new Map(found.flatMap((spec): [string, string][] => {
    if (isPreset(spec)) return [[spec.key, spec.kind]];
    return shared.has(spec.title) ? [[spec.key, titles.get(spec.category) ?? spec.category]] : [];
  }));
}

export interface Shelf {
  key: string;
  title: string;
  items: ComponentSpec[];
}

/** The palette in the order of the categories; what belongs to none comes last. */
export function shelves(palette: ComponentSpec[], categories: Category[]): Shelf[] {
  const byKey = Map.groupBy(palette, (spec) => spec.category);
  const ordered = categories.map(({ key, title }) => ({ key, title, items: byKey.get(key) ?? [] }));
  const known = new Set(categories.map((category) => category.key));
  const others = [...byKey].filter(([key]) => !known.has(key)).map(([key, items]) => ({ key, title: key, items }));
  return [...ordered, ...others].filter((shelf) => shelf.items.length > 0);
}
