/** The wires that arrive at a node, as a form: wiring without a mouse. */
import { useState } from "react";
import { useEditor, usePart } from "../context";
import { Chip } from "../fields/Chips";
import { Combobox, type Suggestion } from "../fields/Combobox";
import { edgeId, nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import type { ComponentSpec, Graph, GraphEdge, InputPort } from "../protocol";
import { fits, titleOf, type PortRef, type Specs } from "../model/rules";

interface Source extends PortRef {
  label: string;
}

/** Every output that may be wired to this input. */
function sourcesFor(graph: Graph, specs: Specs, target: PortRef): Source[] {
  return graph.nodes.flatMap((node) => {
    const outputs = specs.get(node.component)?.outputs ?? [];
    const refs = outputs.map((port) => ({ node: node.id, side: "out" as const, port: port.name }));
    const named = outputs.length > 1;
    return refs
      .filter((ref) => fits(graph, specs, ref, target))
      .map((ref) => ({ ...ref, label: named ? `${titleOf(node, specs)}: ${ref.port}` : titleOf(node, specs) }));
  });
}

export function Connections({ id, spec }: { id: string; spec: ComponentSpec }) {
  const count = usePart((state) => state.graph.edges.filter((edge) => edge.target === id).length);
  const [open, setOpen] = useState(false);
  if (spec.inputs.length === 0) return null;
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" data-testid="connections" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" /> Wires in <span className="cb-count">{count}</span>
      </button>
      {open && <div className="cb-form-inner">{spec.inputs.map((port) => <Input key={port.name} id={id} port={port} />)}</div>}
    </section>
  );
}

function Input({ id, port }: { id: string; port: InputPort }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const readonly = usePart((state) => state.readonly);
  const here: PortRef = { node: id, side: "in", port: port.name };
  const arriving = graph.edges.filter((edge) => edge.target === id && edge.target_port === port.name);
  const sources = sourcesFor(graph, specs, here);
  const suggestions: Suggestion[] = sources.map((source, place) => ({
    value: String(place), label: source.label, about: source.node, icon: port.kind === "model" ? "neurology" : "table",
  }));
  const nameOf = (edge: GraphEdge): string => titleOf(nodeOf(graph, edge.source), specs);
  return (
    <div className="cb-field">
      <span className="cb-label">{port.name}{port.optional ? " (optional)" : ""}</span>
      {arriving.length > 0 && (
        <div className="cb-chips">
          {arriving.map((edge) => (
            <Chip key={edgeId(edge)} text={nameOf(edge)} icon="arrow_forward"
              onRemove={readonly ? undefined : () => model.remove([], [edgeId(edge)])} />
          ))}
        </div>
      )}
      {(arriving.length === 0 || port.many) && !readonly && (
        <Combobox
          label={`Connect ${port.name} from`}
          testId={`connect-${port.name}`}
          placeholder="Connect from…"
          suggestions={suggestions}
          clearOnPick
          onPick={(place) => {
            const source = sources[Number(place)];
            if (source) model.connect(source, here);
          }}
        />
      )}
    </div>
  );
}
