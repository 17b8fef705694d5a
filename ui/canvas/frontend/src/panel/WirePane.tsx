/** A wire looked into: the rows and columns that flow on it. */
import { count } from "../appearance";
import { useEditor, usePart } from "../context";
import { edgeId, nodeOf } from "../model/graph";
import { titleOf } from "../model/rules";
import { Icon } from "../Icon";
import type { GraphEdge } from "../protocol";
import { ColumnList } from "./ColumnList";
import { Preview } from "./Preview";

interface Props {
  edge: GraphEdge;
  wide: boolean;
  onWide(): void;
}

function End({ id, title }: { id: string; title: string }) {
  const { model } = useEditor();
  const go = (): void => {
    model.select([id]);
    model.reveal([id]);
  };
  return <button type="button" className="cb-wire-end cb-clip" title={`Select ${title}`} onClick={go}>{title}</button>;
}

export function WirePane({ edge, wide, onWide }: Props) {
  const { model } = useEditor();
  const source = usePart((state) => nodeOf(state.graph, edge.source));
  const target = usePart((state) => nodeOf(state.graph, edge.target));
  const specs = usePart((state) => state.specs);
  const columns = usePart((state) => state.facts[edge.source]?.outputs[edge.source_port]);
  const status = usePart((state) => state.status[edge.source]);
  const readonly = usePart((state) => state.readonly);
  const isModel = specs.get(source?.component ?? "")?.outputs.find((port) => port.name === edge.source_port)?.kind === "model";
  return (
    <div className="cb-pane" data-testid="wire-pane">
      <header className="cb-node-pane-head">
        <h2 className="cb-wire-title">
          <End id={edge.source} title={titleOf(source, specs)} /><Icon name="arrow_forward" /><End id={edge.target} title={titleOf(target, specs)} />
        </h2>
        {!readonly && (
          <button type="button" className="cb-tool" title="Remove this wire" aria-label="Remove this wire" onClick={() => model.remove([], [edgeId(edge)])}>
            <Icon name="delete" />
          </button>
        )}
      </header>
      <p className="cb-about">
        {isModel ? "A trained model goes along here, once the pipeline has run." : `The ${edge.source_port === "table" ? "table" : `table “${edge.source_port}”`} that flows here.`}
        {status?.rows_out != null && !isModel && ` In the last run: ${count(status.rows_out)} rows${status.status === "stale" ? ", before something changed" : ""}.`}
      </p>
      {!isModel && <Preview node={edge.source} onlyAfter wide={wide} onWide={onWide} />}
      {!isModel && columns && <ColumnList title="Columns" ports={{ [edge.source_port]: columns }} />}
    </div>
  );
}
