/** Search what to add and say where: before a node, after it, or into one of its wires. */
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { hueOf } from "../appearance";
import { useEditor, usePart } from "../context";
import { Dialog } from "../frame/Dialog";
import { Icon } from "../Icon";
import { nodeOf } from "../model/graph";
import type { Model } from "../model/model";
import { titleOf } from "../model/rules";
import { matching } from "../palette/search";
import { fitsAt, pointAt, spotKey, spotName, spotsAt, type Side, type Spot } from "./spots";

const SHOWN = 60;

interface Props {
  node: string | null;
  side: Side;
  onClose(): void;
}

export function AddDialog({ node, side, onClose }: Props) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const findable = usePart((state) => state.findable);
  const spots = useMemo(() => spotsAt(graph, specs, node, side), [graph, specs, node, side]);
  const [where, setWhere] = useState(spotKey(spots[0]!));
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const listId = useId();
  const spot = spots.find((one) => spotKey(one) === where) ?? spots[0]!;
  const found = useMemo(
    () => matching(findable.filter((spec) => fitsAt(spot, spec, graph, specs)), query).slice(0, SHOWN),
    [findable, spot, graph, specs, query],
  );
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active, found]);

  const pick = (component: string): void => {
    addAt(model, component, spot);
    onClose();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((found.length + active + step) % Math.max(1, found.length));
    else if (event.key === "Enter" && found[active]) pick(found[active].key);
    else return;
    event.preventDefault();
  };
  const beside = nodeOf(graph, node);
  return (
    <Dialog title={beside ? `Add a node ${side} ${titleOf(beside, specs)}` : "Add a node"} testId="outline-adding" onClose={onClose}>
      <input className="cb-input" autoFocus role="combobox" aria-label="Search components" aria-expanded="true" aria-controls={listId} aria-autocomplete="list"
        aria-activedescendant={found[active] ? `${listId}-${active}` : undefined} placeholder="Search components" data-testid="outline-search" spellCheck={false} autoComplete="off"
        value={query} onChange={(event) => { setQuery(event.target.value); setActive(0); }} onKeyDown={onKeyDown} />
      <ul ref={list} className="cb-choices" role="listbox" id={listId} aria-label="Components that fit">
        {found.map((spec, index) => (
          <li key={spec.key} id={`${listId}-${index}`} role="option" aria-selected={index === active} className="cb-list-item" data-testid={`outline-pick-${spec.key}`}
            style={{ "--cb-hue": hueOf(spec.category) } as React.CSSProperties} onMouseMove={() => setActive(index)} onClick={() => pick(spec.key)}>
            <span className="cb-swatch"><Icon name={spec.icon} /></span>
            <span className="cb-list-label">{spec.title}</span>
            <span className="cb-choice-about cb-clip"><span className="cb-hidden">. </span>{spec.about}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="cb-hint" role="status">Nothing that fits there is called “{query.trim()}”.</p>}
      {spots.length > 1 && (
        <label className="cb-field">
          <span className="cb-label">Where</span>
          <select className="cb-input cb-select" data-testid="outline-where" value={spotKey(spot)} onChange={(event) => { setWhere(event.target.value); setActive(0); }}>
            {spots.map((one) => <option key={spotKey(one)} value={spotKey(one)}>{spotName(one, graph, specs)}</option>)}
          </select>
        </label>
      )}
    </Dialog>
  );
}

function addAt(model: Model, component: string, spot: Spot): void {
  const point = pointAt(spot, model.state.graph);
  if (spot.at === "between") model.addOnEdge(component, point, spot.edge);
  else model.add(component, point, spot.at === "apart" ? undefined : spot.port);
}
