/** Search over title, key and description: every word must occur; titles count most. */
import type { Category, ComponentSpec } from "../protocol";

export function matching(palette: ComponentSpec[], query: string): ComponentSpec[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return palette;
  const scored = palette.map((spec) => [spec, score(spec, words)] as const).filter(([, points]) => points > 0);
  return scored.sort((a, b) => b[1] - a[1]).map(([spec]) => spec);
}

function score(spec: ComponentSpec, words: string[]): number {
  let total = 0;
  for (const word of words) {
    const title = spec.title.toLowerCase();
    const points = title.startsWith(word) ? 8 : title.includes(word) ? 4 : spec.key.includes(word) ? 3 : spec.about.toLowerCase().includes(word) ? 1 : 0;
    if (points === 0) return 0;
    total += points;
  }
  return total;
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
