/** The pipeline as a list in running order. Everything that can be done on the canvas can be done here with the keyboard alone. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import type { Model } from "../model/model";
import { titleOf } from "../model/rules";
import { ActionBar } from "./ActionBar";
import { actionsOf } from "./actions";
import { AddDialog } from "./AddDialog";
import { focusRow, focusSettings, type Part } from "./focus";
import { GroupDialog } from "./GroupDialog";
import { groupsOf } from "./groups";
import { rowsOf } from "./order";
import { RowItem, type RowDoes } from "./RowItem";
import { rowIn, useCursor, useFocusOnCursor } from "./cursor";
import { arrowed, rangeTo, stepFrom } from "./walking";
import type { Side } from "./spots";

const SELECTED = new Set(["c", "d", "enter", "g"]);

type Asking = { what: "add"; side: Side } | { what: "group" } | null;

interface Props {
  /** Opens the settings where they are hidden. */
  onSettings(): void;
}

export function Outline({ onSettings }: Props) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const selection = usePart((state) => state.selection);
  const readonly = usePart((state) => state.readonly);
  const reveal = usePart((state) => state.reveal.serial);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useAsking(model);
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(graph, specs, folded), [graph, specs, folded]);
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node])), [graph]);
  const titled = (id: string): string => titleOf(nodes.get(id), specs);
  const chosen = useMemo(() => new Set(selection), [selection]);
  const [active, setActive] = useCursor(rows, selection);
  useFocusOnCursor(tree, active, rows, asking === null);
  const focusTree = (): void => void requestAnimationFrame(() => focusRow(tree.current));

  useEffect(() => {
    rowIn(tree.current, model.state.selection.at(-1))?.scrollIntoView({ block: "nearest" });
  }, [reveal, model]);

  // What is written on the canvas where it lies is written in the settings here.
  const writing = usePart((state) => state.editing);
  useEffect(() => {
    if (!writing) return;
    model.edit(null);
    onSettings();
    focusSettings(tree.current, "first");
  }, [writing, model, onSettings]);

  const fold = (id: string, close: boolean): void => {
    const next = new Set(folded);
    if (close) next.add(id);
    else next.delete(id);
    setFolded(next);
  };
  const settings = (part: Part): void => {
    if (part === "problems") model.select([]);
    else if (active && (selection.length !== 1 || selection[0] !== active)) model.select([active]);
    onSettings();
    focusSettings(tree.current, part);
  };
  const actions = actionsOf({
    model, targets: selection.length > 0 ? selection : active ? [active] : [], readonly,
    hasGroups: groupsOf(graph, specs).length > 0,
    settings, add: (side) => setAsking({ what: "add", side }), group: () => setAsking({ what: "group" }),
  });

  const move = (event: React.KeyboardEvent, id: string): void => {
    const from = active;
    setActive(id);
    if (event.ctrlKey || event.metaKey) return;
    model.select(event.shiftKey ? rangeTo(rows, selection, from, id) : [id]);
  };
  const toggle = (id: string): void =>
    model.select(selection.includes(id) ? selection.filter((one) => one !== id) : [...selection, id]);
  const pick = (id: string, event: React.MouseEvent): void => {
    setActive(id);
    if (event.shiftKey) model.select(rangeTo(rows, selection, active, id));
    else if (event.ctrlKey || event.metaKey) toggle(id);
    else model.select([id]);
  };
  const open = (id: string): void => void model.wish({ type: "open", node: id });
  const row = useSteady({ onPick: pick, onFold: fold, onOpen: open });
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const here = rows.find((one) => one.id === active);
    if (event.altKey || !here) return;
    // What the whole editor does with the selection is meant for this row, where nothing is selected.
    if ((event.ctrlKey || event.metaKey) && SELECTED.has(event.key.toLowerCase()) && selection.length === 0) model.select([here.id]);
    const to = stepFrom(rows, here.id, event.key);
    const side = arrowed(rows, here, event.key);
    const action = actions.find((one) => one.enabled && one.press?.(event));
    if (to) move(event, to);
    else if (side && "fold" in side) fold(here.id, side.fold);
    else if (side) move(event, side.id);
    else if (event.key === " ") toggle(here.id);
    else if (action) action.run();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (graph.nodes.length === 0) return <Empty readonly={readonly} onAdd={() => setAsking({ what: "add", side: "after" })} asking={asking !== null} onClose={() => setAsking(null)} />;
  return (
    <section className="cb-outline" aria-label="Outline" data-testid="outline">
      {!readonly && <ActionBar actions={actions} />}
      <div ref={tree} className="cb-tree" role="tree" aria-label="Nodes in running order" aria-multiselectable="true" onKeyDown={onKeyDown}>
        {rows.map((one, index) => (
          <RowItem key={one.id} row={one} node={nodes.get(one.id)!} from={one.from.map(titled).join(", ")} before={rows[index - 1]?.id ?? null} active={one.id === active} selected={chosen.has(one.id)} does={row} />
        ))}
      </div>
      {asking?.what === "add" && <AddDialog node={active} side={asking.side} onClose={() => { setAsking(null); focusTree(); }} />}
      {asking?.what === "group" && active && <GroupDialog node={active} onClose={() => { setAsking(null); focusTree(); }} />}
    </section>
  );
}

/** What is asked stays asked when Streamlit mounts the canvas anew. */
const ASKED = new WeakMap<Model, Asking>();

function useAsking(model: Model): [Asking, (asking: Asking) => void] {
  const [asking, setAsking] = useState<Asking>(ASKED.get(model) ?? null);
  return [asking, (next) => {
    ASKED.set(model, next);
    setAsking(next);
  }];
}

/** The same value for ever, that does what its newest would do: so that only rows which changed are drawn again. */
function useSteady(newest: RowDoes): RowDoes {
  const latest = useRef(newest);
  latest.current = newest;
  return useMemo<RowDoes>(() => ({
    onPick: (id, event) => latest.current.onPick(id, event),
    onFold: (id, close) => latest.current.onFold(id, close),
    onOpen: (id) => latest.current.onOpen(id),
  }), []);
}

function Empty({ readonly, asking, onAdd, onClose }: { readonly: boolean; asking: boolean; onAdd(): void; onClose(): void }) {
  return (
    <section className="cb-outline" aria-label="Outline" data-testid="outline">
      <div className="cb-empty cb-empty-live">
        <Icon name="format_list_numbered" className="cb-empty-icon" />
        <p className="cb-empty-title">Start with your data</p>
        <p className="cb-empty-text">Nothing is drawn yet. What you add is listed here in the order in which it runs.</p>
        {!readonly && <button type="button" className="cb-button cb-primary" data-testid="outline-add-first" onClick={onAdd}><Icon name="add" />Add a node</button>}
      </div>
      {asking && <AddDialog node={null} side="after" onClose={onClose} />}
    </section>
  );
}
