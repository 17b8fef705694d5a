/** What is in a selected group, as a list: each node can be gone to, also where the group is collapsed. */
import { useMemo } from "react";
import { STATUS } from "../appearance";
import { inside, meant } from "../board/groups/grouping";
import { isCollapsed, specOf } from "../board/nodes/drawn";
import { shownOf } from "../board/groups/shown";
import { problemsOf } from "../board/NodeCard";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { fold, toggle, ungroup } from "../model/acting";
import { nodeOf } from "../model/graph";
import { titleOf } from "../model/rules";
import { partOf } from "../model/switching";
import type { GraphNode } from "../protocol";
import { Connections } from "./Connections";
import { ProblemItem } from "./Problems";

export function GroupSection({ node }: { node: GraphNode }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const problems = usePart((state) => state.problems);
  const readonly = usePart((state) => state.readonly);
  const collapsed = isCollapsed(node, specs);
  const nodes = useMemo(() => meant(graph, specs, [node.id], model.heights), [graph, specs, node.id, model]);
  const all = useMemo(() => new Set(inside(graph, specs, node.id, model.heights).map((one) => one.id)), [graph, specs, node.id, model]);
  const gates = shownOf(graph, specs).gates.get(node.id) ?? [];
  const hidden = collapsed ? problems.filter((one) => one.node !== null && all.has(one.node)) : [];
  const areOff = nodes.length > 0 && nodes.every((one) => one.disabled);
  return (
    <section className="cb-stack cb-group-pane" aria-label="What is in this group">
      {!readonly && (
        <div className="cb-actions">
          <button type="button" className="cb-button" data-testid="fold" aria-expanded={!collapsed} onClick={() => fold(model, [node.id])}>
            <Icon name={collapsed ? "open_in_full" : "close_fullscreen"} />{collapsed ? "Expand" : "Collapse"}
          </button>
          <button type="button" className="cb-button" data-testid="ungroup" onClick={() => ungroup(model)}><Icon name="ungroup" />Ungroup</button>
          {nodes.length > 0 && (
            <button type="button" className="cb-button" data-testid="toggle-all" onClick={() => toggle(model, [node.id])}>
              <Icon name={areOff ? "toggle_on" : "toggle_off"} />{areOff ? "Switch all on" : "Switch all off"}
            </button>
          )}
        </div>
      )}
      <h3 className="cb-label">{nodes.length === 1 ? "1 node" : `${nodes.length} nodes`}{collapsed && gates.length > 0 ? `, ${gates.length} ports` : ""}</h3>
      {nodes.length === 0
        ? <p className="cb-hint">Drag nodes into the frame: what has its middle inside belongs to the group.</p>
        : <ul className="cb-inside">{nodes.map((one) => <Inner key={one.id} node={one} />)}</ul>}
      {hidden.length > 0 && <ul className="cb-problems">{hidden.map((problem) => <ProblemItem key={problem.id} problem={problem} showNode />)}</ul>}
      {[...new Set(gates.filter((gate) => gate.side === "in").map((gate) => gate.node))].map((id) => <GateWires key={id} id={id} />)}
    </section>
  );
}

/** The wires into a node behind a gate: what a mouse does at the card, without one. */
function GateWires({ id }: { id: string }) {
  const node = usePart((state) => nodeOf(state.graph, id));
  const specs = usePart((state) => state.specs);
  const spec = specOf(node, specs);
  if (!node || !spec) return null;
  return <div role="group" aria-label={`Wires into ${titleOf(node, specs)}`}><p className="cb-hint">{titleOf(node, specs)}</p><Connections id={id} spec={spec} /></div>;
}

function Inner({ node }: { node: GraphNode }) {
  const { model } = useEditor();
  const specs = usePart((state) => state.specs);
  const status = usePart((state) => state.status[node.id]);
  const facts = usePart((state) => state.facts[node.id]);
  const problems = usePart((state) => problemsOf(state.problems, node.id));
  const spec = specOf(node, specs);
  const part = partOf(node, spec, facts);
  const word = part?.word ?? (status ? STATUS[status.status].word : "");
  const go = (): void => {
    model.reveal([node.id]);
    model.select([node.id]);
  };
  return (
    <li>
      <button type="button" className="cb-list-item" data-testid={`inner-${node.id}`} onClick={go}>
        <Icon name={spec?.icon ?? "help"} />
        <span className="cb-list-label">{titleOf(node, specs)}</span>
        <span className="cb-hint">{problems.length > 0 ? `${problems.length} ${problems.length === 1 ? "problem" : "problems"}` : word}</span>
      </button>
    </li>
  );
}
