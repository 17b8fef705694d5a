/** A collapsed group: one card for what is in it, with a gate where each wire crosses its border. */
import { useUpdateNodeInternals, type NodeProps } from "@xyflow/react";
import { memo, useEffect, useMemo } from "react";
import { useEditor, usePart } from "../../context";
import { Icon } from "../../Icon";
import { fold } from "../../model/acting";
import { nodeOf } from "../../model/graph";
import { gateId, titleOf } from "../../model/rules";
import { partOf, partOfAll } from "../../model/switching";
import type { Problem } from "../../protocol";
import { DiffFoot } from "../DiffFoot";
import { changeWithin } from "../diffed";
import { Badge, Footer, PartFooter } from "../NodeCard";
import { Port } from "../Port";
import type { Gate } from "./gates";
import { groupTitle, meant } from "./grouping";
import { paintOf } from "../nodes/paint";
import { shownOf, withHidden } from "./shown";
import { wholeOf } from "./whole";

const NO_GATES: readonly Gate[] = [];

export const GroupCard = memo(function GroupCard({ id, selected }: NodeProps) {
  const { model } = useEditor();
  const node = usePart((state) => nodeOf(state.graph, id));
  const specs = usePart((state) => state.specs);
  const readonly = usePart((state) => state.readonly);
  const gates = usePart((state) => shownOf(state.graph, state.specs).gates.get(id) ?? NO_GATES);
  const refresh = useUpdateNodeInternals();
  const ports = gates.map((gate) => gateId(gate.side, gate.node, gate.port)).join(" ");
  useEffect(() => refresh(id), [refresh, id, ports]);
  const diff = usePart((state) => state.diff);
  const { problems, inside, off, part, whole } = useInside(id);
  if (!node) return null;

  const title = groupTitle(node, specs);
  const failing = problems.some((one) => one.severity === "error") || whole?.status === "failed";
  const classes = ["cb-node", "cb-group", `cb-paint-${paintOf(node, specs.get(node.component))}`,
    selected && "cb-node-selected", failing && "cb-node-bad", part && "cb-node-left-out", whole?.status === "running" && "cb-node-running"];
  const titles = inside.map((one) => one.title).join(", ");
  const words = `${inside.length} ${inside.length === 1 ? "node" : "nodes"}${off > 0 ? `, ${off} off` : ""}`;
  return (
    <div data-testid={`node-${id}`} className={classes.filter(Boolean).join(" ")} onDoubleClick={() => fold(model, [id])}>
      <div className="cb-node-head">
        <span className="cb-node-icon"><Icon name="stacks" /></span>
        <span className="cb-node-title cb-clip" title={title}>{title}</span>
        <Badge problems={problems} />
        {!readonly && (
          <button type="button" className="cb-tool cb-tool-small nodrag" data-testid={`expand-${id}`} title="Expand (G, or double-click)" aria-label={`Expand ${title}, ${words}`}
            onClick={() => fold(model, [id])} onDoubleClick={(event) => event.stopPropagation()}>
            <Icon name="open_in_full" />
          </button>
        )}
      </div>
      <div className="cb-node-summary cb-clip" title={titles}><strong>{words}</strong>{titles && `: ${titles}`}</div>
      <Gates gates={gates} />
      {diff ? <DiffFoot change={changeWithin(diff, id, inside)} /> : part ? <PartFooter part={part} /> : <Footer status={whole} note={null} />}
    </div>
  );
});

function useInside(id: string) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const every = usePart((state) => state.problems);
  const status = usePart((state) => state.status);
  const facts = usePart((state) => state.facts);
  return useMemo(() => {
    const hidden = withHidden(graph, specs, [id]);
    const within = meant(graph, specs, [id], model.heights);
    const inside = within.map((one) => ({ id: one.id, title: titleOf(one, specs) }));
    const parts = within.map((one) => partOf(one, specs.get(one.component), facts[one.id]));
    const problems: Problem[] = every.filter((one) => one.node !== null && hidden.has(one.node));
    const gates = shownOf(graph, specs).gates.get(id) ?? NO_GATES;
    return { problems, inside, off: within.filter((one) => one.disabled).length, part: partOfAll(parts), whole: wholeOf(inside, status, gates) };
  }, [model, graph, specs, every, status, facts, id]);
}

/** Inputs at the left and outputs at the right, each by inner node and port. */
function Gates({ gates }: { gates: readonly Gate[] }) {
  if (gates.length === 0) return null;
  return (
    <div className="cb-gates">
      {(["in", "out"] as const).map((side) => (
        <div key={side} className={`cb-gates-${side}`}>
          {gates.filter((gate) => gate.side === side).map((gate) => <GateRow key={`${gate.node}.${gate.port}`} gate={gate} />)}
        </div>
      ))}
    </div>
  );
}

function GateRow({ gate }: { gate: Gate }) {
  const title = usePart((state) => titleOf(nodeOf(state.graph, gate.node), state.specs));
  const several = usePart((state) => {
    const spec = state.specs.get(nodeOf(state.graph, gate.node)?.component ?? "");
    return ((gate.side === "in" ? spec?.inputs : spec?.outputs)?.length ?? 0) > 1;
  });
  return (
    <div className={`cb-gate${gate.open ? " cb-gate-open" : ""}`} title={`${title}: ${gate.port}`}>
      <Port reachable={false} node={gate.node} side={gate.side} name={gate.port} kind={gate.kind} optional={gate.optional} place={0} of={1}
        handle={gateId(gate.side, gate.node, gate.port)} owner={title} />
      <span className="cb-clip">{title}{several && <span className="cb-gate-port"> {gate.port}</span>}</span>
    </div>
  );
}
