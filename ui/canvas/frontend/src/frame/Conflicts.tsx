/** What two people changed at once and otherwise: whose is kept, and one click to take the other. */
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { toldConflict, type Standing } from "../model/joining";

export function Conflicts() {
  const standing = usePart((state) => state.conflicts);
  if (standing.length === 0) return <div role="status" className="cb-conflicts-place" />;
  return (
    <section className="cb-conflicts" role="status" aria-label="Changed by two people at once" data-testid="conflicts">
      <h2 className="cb-conflicts-title"><Icon name="call_split" />Changed by two people at once</h2>
      <ul>{standing.map((one) => <ConflictItem key={one.serial} standing={one} />)}</ul>
    </section>
  );
}

function ConflictItem({ standing }: { standing: Standing }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const told = toldConflict(standing, graph, specs);
  const node = "node" in standing.conflict ? standing.conflict.node : null;
  return (
    <li className="cb-conflict" data-testid="conflict">
      <div className="cb-conflict-text">
        {node ? (
          <button type="button" className="cb-problem-where cb-clip" onClick={() => { model.select([node]); model.reveal([node]); }}>{told.title}</button>
        ) : <strong className="cb-clip">{told.title}</strong>}
        <p>{told.kept} {told.other}</p>
      </div>
      <button type="button" className="cb-button cb-button-small" data-testid="conflict-take" onClick={() => model.settle(standing, true)}>{told.take}</button>
      <button type="button" className="cb-button cb-button-small" data-testid="conflict-keep" onClick={() => model.settle(standing, false)}>Keep</button>
    </li>
  );
}
