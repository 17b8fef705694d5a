/** Everything a node can be: search it, drag it, or press Enter on it. */
import { useEffect, useMemo, useRef, useState } from "react";
import { hueOf } from "../appearance";
import { usePart } from "../context";
import { endDrag, startDrag } from "../board/dragging";
import { Icon } from "../Icon";
import { matching, shelves } from "./search";
import type { ComponentSpec } from "../protocol";

interface Props {
  search: React.RefObject<HTMLInputElement | null>;
  onAdd(component: string): void;
}

const FEW = 24;

export function Palette({ search, onAdd }: Props) {
  const palette = usePart((state) => state.palette);
  const categories = usePart((state) => state.categories);
  const readonly = usePart((state) => state.readonly);
  const [query, setQuery] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => shelves(palette, categories), [palette, categories]);
  const found = useMemo(() => (query.trim() ? matching(palette, query) : null), [palette, query]);
  // A long catalogue starts folded, but for where everybody begins.
  const openAtFirst = (key: string): boolean => palette.length <= FEW || key === groups[0]?.key;
  const isOpen = (key: string): boolean => openAtFirst(key) !== toggled.has(key);

  useEffect(() => {
    list.current?.scrollTo({ top: 0 });
  }, [query]);

  const toggle = (key: string): void => {
    const next = new Set(toggled);
    if (!next.delete(key)) next.add(key);
    setToggled(next);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [search.current, ...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const place = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.min(stops.length - 1, Math.max(0, place + step))]?.focus();
  };
  const item = (spec: ComponentSpec) => (
    <button
      key={spec.key}
      type="button"
      className="cb-item"
      data-testid={`palette-${spec.key}`}
      style={{ "--cb-hue": hueOf(spec.category) } as React.CSSProperties}
      title={spec.about}
      aria-label={`${spec.title}. ${spec.about} Press Enter to add.`}
      draggable={!readonly}
      disabled={readonly}
      onDragStart={(event) => startDrag(event, spec.key)}
      onDragEnd={endDrag}
      onDoubleClick={() => onAdd(spec.key)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onAdd(spec.key);
      }}
    >
      <span className="cb-swatch"><Icon name={spec.icon} /></span>
      <span className="cb-clip">{spec.title}</span>
    </button>
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
          onKeyDown={(event) => {
            if (event.key === "Escape") setQuery("");
            if (event.key === "Enter" && found?.[0]) onAdd(found[0].key);
          }}
        />
        {!query && <kbd aria-hidden="true">A</kbd>}
      </div>
      <div className="cb-shelves" ref={list}>
        {found?.map(item)}
        {found?.length === 0 && (
          <p className="cb-none">Nothing is called “{query.trim()}”. Try a shorter word, such as “scale” or “join”.</p>
        )}
        {!found && groups.map((shelf) => (
          <section key={shelf.key}>
            <button type="button" className="cb-shelf" aria-expanded={isOpen(shelf.key)} data-testid={`palette-category-${shelf.key}`} onClick={() => toggle(shelf.key)}>
              <Icon name="chevron_right" />
              <span className="cb-clip">{shelf.title}</span>
              <span className="cb-shelf-count">{shelf.items.length}</span>
            </button>
            {isOpen(shelf.key) && shelf.items.map(item)}
          </section>
        ))}
      </div>
    </nav>
  );
}
