/** The panel beside two versions on one canvas: everything that changed, or what changed at the selected node. */
import { useEditor, usePart } from "../context";
import { FATES, fateOf, ORDER } from "../board/diffed";
import { groupTitle } from "../board/groups/grouping";
import { shownOf } from "../board/groups/shown";
import { Icon } from "../Icon";
import { edgeId, nodeOf } from "../model/graph";
import { titleOf } from "../model/rules";
import type { GraphDiff, NodeDiff } from "../protocol";

export function DiffPane({ diff }: { diff: GraphDiff }) {
  const selected = usePart((state) => (state.selection.length === 1 ? (state.selection[0] ?? null) : null));
  return (
    <div className="cb-pane" data-testid="diff-pane">
      {selected ? <OneNode id={selected} diff={diff} /> : <Everything diff={diff} />}
    </div>
  );
}

function Everything({ diff }: { diff: GraphDiff }) {
  return (
    <>
      <h2 className="cb-pane-title">{diff.before} → {diff.after}</h2>
      <p className="cb-about">{diff.summary}</p>
      {diff.others.length > 0 && <ul className="cb-diff-lines">{diff.others.map((line) => <li key={line}>{line}</li>)}</ul>}
      <ByFate ids={Object.keys(diff.nodes)} diff={diff} />
      <Wires diff={diff} />
    </>
  );
}

/** Nodes by what became of them, each with the way to it. */
function ByFate({ ids, diff }: { ids: readonly string[]; diff: GraphDiff }) {
  const { model } = useEditor();
  const specs = usePart((state) => state.specs);
  const graph = usePart((state) => state.graph);
  const show = (id: string): void => {
    model.select([id]);
    model.reveal([id]);
  };
  return ORDER.map((state) => {
    const some = ids.filter((id) => diff.nodes[id]?.state === state);
    if (some.length === 0) return null;
    return (
      <section key={state} className={`cb-diff-group ${fateOf(state)}`}>
        <h3><Icon name={FATES[state].icon} />{FATES[state].word}<span className="cb-count">{some.length}</span></h3>
        <ul>
          {some.map((id) => (
            <li key={id}>
              <button type="button" data-testid={`diff-${id}`} onClick={() => show(id)}>
                <span className="cb-clip">{titleOf(nodeOf(graph, id), specs)}</span>
                <small className="cb-clip">{diff.nodes[id]?.words[0] ?? ""}</small>
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}

/** Wires between nodes that were there before and are there still; the others come and go with their nodes. */
function Wires({ diff }: { diff: GraphDiff }) {
  const specs = usePart((state) => state.specs);
  const graph = usePart((state) => state.graph);
  const stays = (id: string): boolean => !["added", "removed"].includes(diff.nodes[id]?.state ?? "");
  const some = graph.edges.filter((edge) => diff.wires[edgeId(edge)] && stays(edge.source) && stays(edge.target));
  if (some.length === 0) return null;
  return (
    <section className="cb-diff-group">
      <h3><Icon name="linear_scale" />Wires<span className="cb-count">{some.length}</span></h3>
      <ul className="cb-diff-lines">
        {some.map((edge) => (
          <li key={edgeId(edge)} className={fateOf(diff.wires[edgeId(edge)] ?? "same")}>
            {FATES[diff.wires[edgeId(edge)] ?? "moved"].word}: {titleOf(nodeOf(graph, edge.source), specs)} to {titleOf(nodeOf(graph, edge.target), specs)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneNode({ id, diff }: { id: string; diff: GraphDiff }) {
  const { model } = useEditor();
  const node = usePart((state) => nodeOf(state.graph, id));
  const specs = usePart((state) => state.specs);
  const about = usePart((state) => state.specs.get(node?.component ?? "")?.about);
  const within = usePart((state) => shownOf(state.graph, state.specs).within);
  const change = diff.nodes[id];
  const inside = [...within].filter(([one, group]) => group === id && diff.nodes[one]).map(([one]) => one);
  return (
    <>
      <button type="button" className="cb-button cb-diff-back" onClick={() => model.select([])}><Icon name="arrow_back" />All changes</button>
      <h2 className="cb-pane-title cb-diff-title">{node && inside.length > 0 ? groupTitle(node, specs) : titleOf(node, specs)}</h2>
      <p className="cb-about">{about}</p>
      {inside.length > 0 ? <ByFate ids={inside} diff={diff} /> : <Verdict change={change} />}
      {change && change.params.length > 0 && <Params change={change} diff={diff} />}
      {change && <Lines change={change} />}
    </>
  );
}

function Verdict({ change }: { change: NodeDiff | undefined }) {
  const fate = change && FATES[change.state];
  return (
    <p className={`cb-diff-verdict ${fateOf(change?.state ?? "same")}`} role="status">
      <Icon name={fate?.icon ?? "equal"} />
      <span><strong>{fate?.word ?? "The same"}</strong> {fate?.about ?? "in both"}</span>
    </p>
  );
}

function Params({ change, diff }: { change: NodeDiff; diff: GraphDiff }) {
  return (
    <table className="cb-diff-params" data-testid="diff-params">
      <thead><tr><th scope="col">Param</th><th scope="col">{diff.before}</th><th scope="col">{diff.after}</th></tr></thead>
      <tbody>
        {change.params.map((param) => (
          <tr key={param.label}>
            <th scope="row">{param.label}</th>
            <td className="cb-diff-was">{param.before}</td>
            <td className="cb-diff-now">{param.after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is not in the table of params. */
function Lines({ change }: { change: NodeDiff }) {
  const told = new Set(change.params.map((param) => `${param.label}: ${param.before} → ${param.after}`));
  const others = change.words.filter((line) => !told.has(line));
  return others.length === 0 ? null : <ul className="cb-diff-lines">{others.map((line) => <li key={line}>{line}</li>)}</ul>;
}
