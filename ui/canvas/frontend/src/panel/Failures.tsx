/** What the last run failed of, node by node: the drawing may be in order, so it is told apart from its problems. */
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { nodeOf } from "../model/graph";
import type { Model } from "../model/model";
import { titleOf } from "../model/rules";
import type { Graph, NodeStatus, Run } from "../protocol";

type Statuses = { [node: string]: NodeStatus };

const ENDED_BADLY = new Set<Run["status"]>(["failed", "crashed"]);

/** The nodes that failed and were not changed since, in the order in which they were drawn. */
export const failedIn = (graph: Graph, status: Statuses): string[] =>
  graph.nodes.map((node) => node.id).filter((id) => status[id]?.status === "failed");

export function goToNode(model: Model, id: string): void {
  model.select([id]);
  model.reveal([id]);
}

export function Failures() {
  const run = usePart((state) => state.run);
  const graph = usePart((state) => state.graph);
  const status = usePart((state) => state.status);
  if (!run || !ENDED_BADLY.has(run.status)) return null;
  const nodes = failedIn(graph, status);
  const changed = Object.values(status).some((one) => one.status === "stale");
  if (nodes.length === 0 && (changed || !run.message)) return null;
  return (
    <div className="cb-pane cb-failures" data-testid="failures">
      <h2 className="cb-pane-title">Run {run.number} failed</h2>
      <ul className="cb-problems">
        {nodes.length > 0 ? nodes.map((id) => <Failure key={id} id={id} />) : <Told message={run.message ?? ""} hint={null} />}
      </ul>
    </div>
  );
}

function Failure({ id }: { id: string }) {
  const { model } = useEditor();
  const title = usePart((state) => titleOf(nodeOf(state.graph, id), state.specs));
  const status = usePart((state) => state.status[id]);
  return (
    <Told message={status?.message ?? "It failed."} hint={status?.hint ?? null}>
      <button type="button" className="cb-problem-where cb-clip" data-testid={`failure-${id}`} onClick={() => goToNode(model, id)}>{title}</button>
    </Told>
  );
}

function Told({ message, hint, children }: { message: string; hint: string | null; children?: React.ReactNode }) {
  return (
    <li className="cb-problem cb-tone-bad">
      <Icon name="error" />
      <div className="cb-problem-body">
        {children}
        <p className="cb-problem-text">{message}</p>
        {hint && <p className="cb-hint">{hint}</p>}
      </div>
    </li>
  );
}
