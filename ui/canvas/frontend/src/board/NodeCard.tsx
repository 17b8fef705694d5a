/** A node on the canvas: what it is, what it does here, and how it is getting on. */
import { useUpdateNodeInternals, type NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { count, duration, hueOf, SEVERITY, STATUS, worst } from "../appearance";
import { useEditor, usePart } from "../context";
import { stablePortsOf } from "../model/broken";
import { nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import { GuardMark } from "./GuardMark";
import { lookOf } from "./guard";
import { DiffFoot } from "./DiffFoot";
import { Port } from "./Port";
import { partOf, type Part } from "../model/switching";
import { Watchers } from "./Watchers";
import type { NodeDiff, NodeStatus, Problem } from "../protocol";

const NONE: Problem[] = [];
const grouped = new WeakMap<Problem[], Map<string, Problem[]>>();

/** The problems of each node, worked out once per list so that the reference is stable. */
export function problemsOf(problems: Problem[], id: string): Problem[] {
  let byNode = grouped.get(problems);
  if (!byNode) {
    byNode = Map.groupBy(problems.filter((one) => one.node), (one) => one.node as string);
    grouped.set(problems, byNode);
  }
  return byNode.get(id) ?? NONE;
}

export function Badge({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null;
  const look = SEVERITY[worst(problems)];
  const label = `${problems.length} ${problems.length === 1 ? "problem" : "problems"}: ${problems.map((one) => one.message).join(" ")}`;
  return (
    <span className={`cb-badge cb-tone-${look.tone}`} title={problems.map((one) => one.message).join("\n")} aria-label={label} role="img">
      <Icon name={look.icon} />
      {problems.length}
    </span>
  );
}

/** What has no room on the card: the rows that went in, too, all digits. */
function inFull(status: NodeStatus): string {
  const rows = [status.rows_in, status.rows_out].filter((one) => one !== null).map((one) => one.toLocaleString("en-US"));
  const told = [rows.length > 0 && `${rows.join(" → ")} rows`, status.seconds !== null && duration(status.seconds)].filter(Boolean);
  return [STATUS[status.status].word, told.join(" in ")].filter(Boolean).join(": ");
}

/** How many rows a node made; while it runs, or where no table leaves it, how many it was given. */
export function rowsOf(status: NodeStatus, gives: boolean): number | null {
  if (status.status === "skipped" || status.status === "waiting") return null;
  // How many came in is not how many went on: a filter may have let nothing pass.
  return gives && status.status !== "running" ? status.rows_out : (status.rows_out ?? status.rows_in);
}

/** The same in words; what came in is called so. */
export function rowsInWords(status: NodeStatus, gives: boolean): string {
  const rows = rowsOf(status, gives);
  return rows === null ? "" : `${count(rows)} ${rows === 1 ? "row" : "rows"}${status.rows_out === null ? " in" : ""}`;
}

/** What a switch makes of a node that does not run. */
export function PartFooter({ part }: { part: Part }) {
  return <div className="cb-node-foot cb-tone-quiet" title={part.about}><Icon name={part.icon} /><span className="cb-node-word">{part.word}</span><span className="cb-clip cb-node-why">{part.why}</span></div>;
}

export function Footer({ status, note, gives = true }: { status: NodeStatus | undefined; note: string | null; gives?: boolean }) {
  if (!status) return <div className="cb-node-foot cb-tone-quiet">{note ? <><Icon name="info" /><span className="cb-clip" title={note}>{note}</span></> : <span>Not run yet</span>}</div>;
  const look = STATUS[status.status];
  const rows = rowsInWords(status, gives);
  return (
    <div className={`cb-node-foot cb-tone-${look.tone}`} title={status.message ?? inFull(status)}>
      <Icon name={look.icon} className={status.status === "running" ? "cb-spin" : ""} />
      <span className="cb-node-word">{look.word}</span>
      {status.status === "failed" && status.message && <span className="cb-clip cb-node-figures">{status.message}</span>}
      {status.status !== "failed" && (
        <span className="cb-node-figures">
          {rows && <span>{rows}</span>}
          {status.seconds !== null && <span>{duration(status.seconds)}</span>}
        </span>
      )}
    </div>
  );
}

interface FootProps {
  part: Part | null;
  /** What became of it between two versions, null where nothing did; undefined while none are compared. */
  change: NodeDiff | null | undefined;
  status: NodeStatus | undefined;
  note: string | null;
  /** Whether a table leaves the node. */
  gives: boolean;
}

/** The last line of a card: how two versions differ in it, what a switch makes of it, or how it is getting on. */
function Foot({ part, change, ...told }: FootProps) {
  if (change !== undefined) return <DiffFoot change={change ?? undefined} />;
  return part ? <PartFooter part={part} /> : <Footer {...told} />;
}

export const NodeCard = memo(function NodeCard({ id, selected }: NodeProps) {
  const { model } = useEditor();
  const node = usePart((state) => nodeOf(state.graph, id));
  const spec = usePart((state) => state.specs.get(node?.component ?? ""));
  const facts = usePart((state) => state.facts[id]);
  const status = usePart((state) => state.status[id]);
  const diff = usePart((state) => state.diff);
  const problems = usePart((state) => problemsOf(state.problems, id));
  const guard = usePart((state) => lookOf(state.overlay, id));
  const refresh = useUpdateNodeInternals();
  const guessed = usePart((state) => (node && !spec ? stablePortsOf(state.graph, state.specs, node) : null));
  const inputs = spec?.inputs ?? guessed?.inputs ?? [];
  const outputs = spec?.outputs ?? guessed?.outputs ?? [];
  const ports = [...inputs, ...outputs].map((port) => port.name).join("/");
  const drawn = useRef(ports);
  useEffect(() => {
    if (drawn.current === ports) return;
    drawn.current = ports;
    refresh(id);
  }, [refresh, id, ports]);
  if (!node) return null;

  const title = node.title ?? spec?.title ?? node.component;
  const tall = Math.max(inputs.length, outputs.length);
  const part = partOf(node, spec, facts);
  const failing = problems.some((one) => one.severity === "error") || status?.status === "failed";
  const off = part && (node.disabled ? "cb-node-off" : "cb-node-left-out");
  const classes = [
    "cb-node", selected && "cb-node-selected", failing && "cb-node-bad", !spec && "cb-node-broken",
    status?.status === "running" && "cb-node-running", guard, off,
  ];
  return (
    <div
      data-testid={`node-${id}`}
      className={classes.filter(Boolean).join(" ")}
      style={{ "--cb-hue": hueOf(spec?.category ?? ""), minHeight: tall > 2 ? 30 * (tall + 1) : undefined } as React.CSSProperties}
      onDoubleClick={() => model.wish({ type: "open", node: id })}
    >
      <GuardMark id={id} />
      <div className="cb-node-head">
        <span className="cb-node-icon"><Icon name={spec?.icon || "help"} /></span>
        <span className="cb-node-title cb-clip" title={title}>{title}</span>
        <Badge problems={problems} />
      </div>
      <div className="cb-node-summary cb-clip" title={facts?.summary || spec?.about}>
        {spec ? facts?.summary || spec.about : `Not installed: “${node.component}”`}
      </div>
      <Foot part={part} change={diff ? (diff.nodes[id] ?? null) : undefined} status={status} note={facts?.note ?? null} gives={outputs.some((port) => port.kind === "table")} />
      <Watchers id={id} />
      {inputs.map((port, place) => (
        <Port key={port.name} node={id} side="in" name={port.name} kind={port.kind} optional={port.optional ?? false} reachable={selected} place={place} of={inputs.length} />
      ))}
      {outputs.map((port, place) => (
        <Port key={port.name} node={id} side="out" name={port.name} kind={port.kind} optional={false} reachable={selected} place={place} of={outputs.length} />
      ))}
    </div>
  );
});
