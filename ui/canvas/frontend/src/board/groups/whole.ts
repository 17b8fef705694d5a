/** A group as a whole: how its nodes are getting on, in one line. */
import type { NodeStatus } from "../../protocol";
import type { Gate } from "./gates";

/** The worst first. */
const ORDER: NodeStatus["status"][] = ["failed", "running", "stale", "waiting", "skipped", "done", "cached"];

/** The worst state, the time of all, and rows where one table goes in or out; undefined where nothing ran. */
export function wholeOf(
  inside: readonly { id: string; title: string }[], status: { [id: string]: NodeStatus }, gates: readonly Gate[],
): NodeStatus | undefined {
  const told = inside.flatMap((node) => (status[node.id] ? [{ ...node, status: status[node.id]! }] : []));
  const state = ORDER.find((one) => told.some((node) => node.status.status === one));
  if (!state) return undefined;
  const seconds = told.map((node) => node.status.seconds).filter((one) => one !== null);
  const first = told.find((node) => node.status.status === state && node.status.message);
  return {
    status: state,
    rows_in: rowsAt("in", gates, status),
    rows_out: rowsAt("out", gates, status),
    seconds: seconds.length > 0 ? seconds.reduce((sum, one) => sum + one, 0) : null,
    message: first ? `${first.title}: ${first.status.message}` : null,
  };
}

function rowsAt(side: "in" | "out", gates: readonly Gate[], status: { [id: string]: NodeStatus }): number | null {
  const crossing = gates.filter((gate) => gate.side === side && !(side === "in" && gate.open));
  const nodes = crossing.every((gate) => gate.kind === "table") ? [...new Set(crossing.map((gate) => gate.node))] : [];
  const only = nodes.length === 1 ? status[nodes[0]!] : undefined;
  return (side === "in" ? only?.rows_in : only?.rows_out) ?? null;
}
