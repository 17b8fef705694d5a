/** The wires that arrive at a node and those that leave it, as a form: wiring without a mouse. */
import { useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Chip } from "../fields/Chips";
import { Combobox, type Suggestion } from "../fields/Combobox";
import { edgeId, nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import type { ComponentSpec, Graph, GraphEdge, InputPort, OutputPort } from "../protocol";
import { fits, titleOf, type PortRef, type Specs } from "../model/rules";

interface End extends PortRef {
  label: string;
}

/** Every port that may be wired to this one. */
function endsFor(graph: Graph, specs: Specs, here: PortRef): End[] {
  const side = here.side === "in" ? "out" : "in";
  return graph.nodes.flatMap((node) => {
    const spec = specs.get(node.component);
    const ports = (side === "out" ? spec?.outputs : spec?.inputs) ?? [];
    const refs = ports.map((port) => ({ node: node.id, side, port: port.name }) as const);
    const named = ports.length > 1;
    return refs
      .filter((ref) => fits(graph, specs, ref, here))
      .map((ref) => ({ ...ref, label: named ? `${titleOf(node, specs)}: ${ref.port}` : titleOf(node, specs) }));
  });
}

export function Connections({ id, spec }: { id: string; spec: ComponentSpec }) {
  return (
    <>
      <Side id={id} side="in" title="Wires in" ports={spec.inputs} testId="connections" />
      <Side id={id} side="out" title="Wires out" ports={spec.outputs} testId="connections-out" />
    </>
  );
}

interface SideProps {
  id: string;
  side: PortRef["side"];
  title: string;
  ports: (InputPort | OutputPort)[];
  testId: string;
}

function Side({ id, side, title, ports, testId }: SideProps) {
  const count = usePart((state) => state.graph.edges.filter((edge) => (side === "in" ? edge.target : edge.source) === id).length);
  const [open, setOpen] = useState(false);
  if (ports.length === 0) return null;
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" data-testid={testId} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" /> {title} <span className="cb-count">{count}</span>
      </button>
      {open && <div className="cb-form-inner">{ports.map((port) => <Port key={port.name} id={id} side={side} port={port} />)}</div>}
    </section>
  );
}

function Port({ id, side, port }: { id: string; side: PortRef["side"]; port: InputPort | OutputPort }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const readonly = usePart((state) => state.readonly);
  const box = useRef<HTMLDivElement>(null);
  const here: PortRef = { node: id, side, port: port.name };
  const drawn = graph.edges.filter((edge) =>
    side === "in" ? edge.target === id && edge.target_port === port.name : edge.source === id && edge.source_port === port.name);
  const ends = endsFor(graph, specs, here);
  const suggestions: Suggestion[] = ends.map((end, place) => ({
    value: String(place), label: end.label, about: end.node, icon: port.kind === "model" ? "neurology" : "table",
  }));
  const nameOf = (edge: GraphEdge): string => titleOf(nodeOf(graph, side === "in" ? edge.source : edge.target), specs);
  const [optional, many] = "many" in port || "optional" in port ? [port.optional, port.many] : [false, false];
  const full = side === "in" && drawn.length > 0 && !many;
  const word = side === "in" ? "from" : "to";
  const cut = (edge: GraphEdge): void => {
    model.remove([], [edgeId(edge)]);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>("input, button")?.focus()); // the button is gone
  };
  return (
    <div className="cb-field" ref={box}>
      <span className="cb-label">{port.name}{optional ? " (optional)" : ""}</span>
      {drawn.length > 0 && (
        <div className="cb-chips">
          {drawn.map((edge) => (
            <Chip key={edgeId(edge)} text={nameOf(edge)} icon="arrow_forward"
              onRemove={readonly ? undefined : () => cut(edge)} />
          ))}
        </div>
      )}
      {!full && !readonly && (
        <Combobox
          label={`Connect ${port.name} ${word}`}
          testId={side === "in" ? `connect-${port.name}` : `connect-out-${port.name}`}
          placeholder={`Connect ${word}…`}
          suggestions={suggestions}
          clearOnPick
          onPick={(place) => {
            const end = ends[Number(place)];
            if (end) model.connect(end, here);
          }}
        />
      )}
    </div>
  );
}
