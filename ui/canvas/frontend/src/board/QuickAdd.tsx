/** After a wire is let go over nothing: what could come next, already wired. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { hueOf } from "../appearance";
import { useEditor, usePart } from "../context";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/graph";
import { Icon } from "../Icon";
import { fitting } from "../palette/fitting";
import { use } from "../palette/kept";
import { kindsOf, matching } from "../palette/search";
import type { PortRef } from "../model/rules";

/** Between it and the edge of the board, and how high it stands above the pointer. */
const [MARGIN, ABOVE] = [8, 20];
/** With a full list; it does not move while one types. */
const HIGHEST = 272;

export interface QuickAddAt {
  left: number;
  top: number;
  place: { x: number; y: number };
  from: PortRef;
}

export function QuickAdd({ at, onClose }: { at: QuickAddAt; onClose(): void }) {
  const { model } = useEditor();
  const findable = usePart((state) => state.findable);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: at.left, top: at.top });
  useLayoutEffect(() => {
    const [own, board] = [box.current, box.current?.offsetParent];
    if (!own || !board) return;
    const within = (wanted: number, size: number, most: number): number => Math.max(MARGIN, Math.min(wanted, most - size - MARGIN));
    setPlace({ left: within(at.left, own.offsetWidth, board.clientWidth), top: within(at.top - ABOVE, HIGHEST, board.clientHeight) });
  }, [at]);
  const found = useMemo(() => {
    const { graph, specs } = model.state;
    return matching(fitting(findable, graph, specs, at.from), query).slice(0, 40);
  }, [model, findable, query, at]);
  const categories = usePart((state) => state.categories);
  const kinds = useMemo(() => kindsOf(found, categories), [found, categories]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const pick = (key: string): void => {
    use(key);
    const x = at.from.side === "out" ? at.place.x : at.place.x - CARD_WIDTH;
    model.reveal([model.add(key, model.freeFor(key, [x, at.place.y - CARD_HEIGHT / 2]), at.from)]);
    onClose();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((found.length + active + step) % Math.max(1, found.length));
    if (event.key === "Enter" && found[active]) pick(found[active].key);
    if (event.key === "Escape") onClose();
    if (step || event.key === "Enter" || event.key === "Escape") event.preventDefault();
  };
  return (
    <div ref={box} className="cb-quick" style={place} onKeyDown={onKeyDown} role="dialog" aria-label="Add a node to this wire">
      <input className="cb-input" autoFocus placeholder="What comes next?" aria-label="Search components" value={query}
        data-testid="quick-search"
        onChange={(event) => { setQuery(event.target.value); setActive(0); }}
        onBlur={(event) => { if (!event.currentTarget.closest(".cb-quick")?.contains(event.relatedTarget)) onClose(); }} />
      <ul ref={list} role="listbox" aria-label="Components that fit">
        {found.map((spec, index) => (
          <li key={spec.key} role="option" aria-selected={index === active} className="cb-list-item" data-testid={`quick-${spec.key}`}
            style={{ "--cb-hue": hueOf(spec.category) } as React.CSSProperties}
            onMouseEnter={() => setActive(index)}
            onMouseDown={(event) => { event.preventDefault(); pick(spec.key); }}>
            <span className="cb-swatch"><Icon name={spec.icon} /></span>
            <span className="cb-list-label">{spec.title}</span>
            {kinds.has(spec.key) && <span className="cb-list-about">{kinds.get(spec.key)}</span>}
          </li>
        ))}
        {found.length === 0 && <li className="cb-list-empty" role="option" aria-selected="false" aria-disabled="true">Nothing fits</li>}
      </ul>
    </div>
  );
}
