/** Everything a node can be: search it, drag it, click it, or press Enter on it. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Chip } from "../fields/Chips";
import { Icon } from "../Icon";
import { nodeOf } from "../model/graph";
import { isPreset, meant } from "../model/presets";
import type { ComponentSpec } from "../protocol";
import { fitting, wordsFor } from "./fitting";
import { Item } from "./Item";
import { useKept } from "./kept";
import { kindsOf, matching, shelves, type Shelf } from "./search";

interface Props {
  search: React.RefObject<HTMLInputElement | null>;
  onAdd(component: string): void;
  /** The person is done with the palette. */
  onLeave(): void;
}

const FEW = 24;
/** So many of the datasets stand there without being searched. */
const OWN = 6;
const DATASET = "dataset";

export function Palette({ search, onAdd, onLeave }: Props) {
  const readonly = usePart((state) => state.readonly);
  const favourites = useKept("favourites");
  const { offered, findable, words, clear } = useOffer();
  const groups = useShelves(offered, findable);
  const [query, setQuery] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [searching, setSearching] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const categories = usePart((state) => state.categories);
  const found = useMemo(() => {
    if (query.trim()) return matching(findable, query);
    return words ? shelves(offered, categories).flatMap((shelf) => shelf.items) : null;
  }, [offered, findable, query, words, categories]);
  const kinds = useMemo(() => kindsOf(found ?? [], categories), [found, categories]);
  // A long catalogue starts folded, but for what a person kept and for where everybody begins.
  const openAtFirst = (key: string): boolean => offered.length <= FEW || ["favourites", "recent", "own"].includes(key) || key === groups.find((one) => !one.kept)?.key;
  const isOpen = (key: string): boolean => openAtFirst(key) !== toggled.has(key);

  useEffect(() => {
    list.current?.scrollTo({ top: 0 });
  }, [query, words]);

  const toggle = (key: string): void => {
    const next = new Set(toggled);
    if (!next.delete(key)) next.add(key);
    setToggled(next);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [search.current, ...(list.current?.querySelectorAll<HTMLElement>(".cb-item, .cb-shelf") ?? [])];
    const place = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.min(stops.length - 1, Math.max(0, place + step))]?.focus();
  };
  const add = (component: string, byMouse = false): void => {
    onAdd(component);
    if (!byMouse && document.activeElement?.closest(".cb-palette") === null) return;
    setQuery("");
    if (byMouse) return onLeave(); // Undo and Delete mean what was just added
    search.current?.focus(); // ready for the next one
  };
  const onSearchKey = (event: React.KeyboardEvent): void => {
    if (event.key === "Enter" && found?.[0] && !readonly) add(found[0].key);
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (query) setQuery("");
    else if (words) clear();
    else onLeave();
  };
  const item = (spec: ComponentSpec, first = false, shelf?: string) => (
    <Item key={spec.key} spec={spec} shelf={shelf} readonly={readonly} starred={favourites.includes(spec.key)} kind={kinds.get(spec.key) ?? (isPreset(spec) ? spec.size : undefined)} first={first} onAdd={add} />
  );

  return (
    <nav className="cb-palette" aria-label="Components" onKeyDown={onKeyDown}>
      <div className="cb-search">
        <Icon name="search" />
        <input
          ref={search}
          data-testid="palette-search"
          type="search"
          placeholder="Search"
          aria-label="Search components"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onFocus={() => setSearching(true)}
          onBlur={() => setSearching(false)}
          onKeyDown={onSearchKey}
        />
        {!query && <kbd aria-hidden="true">A</kbd>}
      </div>
      {words && (
        <div className="cb-offer cb-chips" role="status" data-testid="palette-filter">
          <Chip text={words} icon="filter_alt" onRemove={clear} />
        </div>
      )}
      <div className="cb-shelves" ref={list}>
        {found?.map((spec, place) => item(spec, place === 0 && searching && !readonly))}
        {found?.length === 0 && (
          <p className="cb-none">
            {words && !query.trim() ? "Nothing fits there." : `Nothing${words ? " that fits there" : ""} is called “${query.trim()}”. Try a shorter word, such as “scale” or “join”.`}
          </p>
        )}
        {!found && groups.map((shelf) => (
          <section key={shelf.key}>
            <button type="button" className="cb-shelf" aria-expanded={isOpen(shelf.key)} data-testid={`palette-category-${shelf.key}`} onClick={() => toggle(shelf.key)}>
              <Icon name="chevron_right" />
              <span className="cb-clip">{shelf.title}</span>
              <span className="cb-shelf-count">{shelf.items.length}</span>
            </button>
            {isOpen(shelf.key) && shelf.items.map((spec) => item(spec, false, shelf.kept && shelf.key))}
          </section>
        ))}
      </div>
    </nav>
  );
}

/** What the palette offers, and what can be found in it besides: all, or what fits to the port that was clicked. */
function useOffer(): { offered: ComponentSpec[]; findable: ComponentSpec[]; words: string | null; clear(): void } {
  const { model } = useEditor();
  const palette = usePart((state) => state.palette);
  const all = usePart((state) => state.findable);
  const port = usePart((state) => (state.port && nodeOf(state.graph, state.port.node) ? state.port : null));
  const words = usePart((state) => (port ? wordsFor(state.graph, state.specs, port) : null));
  const [offered, findable] = useMemo(() => {
    const { graph, specs } = model.state;
    return [palette, all].map((list) => (port ? fitting(list, graph, specs, port) : list)) as [ComponentSpec[], ComponentSpec[]];
  }, [model, palette, all, port]);
  return { offered, findable, words, clear: () => model.choosePort(null) };
}

/** The categories, below what the person starred or used last. */
function useShelves(offered: ComponentSpec[], findable: ComponentSpec[]): (Shelf & { kept?: true })[] {
  const categories = usePart((state) => state.categories);
  const favourites = useKept("favourites");
  const recent = useKept("recent");
  return useMemo(() => {
    const byKey = new Map(offered.map((spec) => [spec.key, spec]));
    const shelf = (key: string, title: string, keys: readonly string[]) =>
      ({ key, title, items: keys.flatMap((one) => byKey.get(one) ?? []), kept: true as const });
    const own = [shelf("favourites", "Favourites", favourites), shelf("recent", "Recent", recent)];
    const datasets = { key: "own", title: "Your datasets", items: findable.filter((spec) => meant(spec.key).component === DATASET && isPreset(spec)).slice(0, OWN), kept: true as const };
    return [...[...own, datasets].filter(({ items }) => items.length > 0), ...shelves(offered, categories)];
  }, [offered, findable, categories, favourites, recent]);
}
