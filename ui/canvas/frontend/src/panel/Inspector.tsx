/** The panel at the right: what is selected, or the problems of the pipeline. */
import { useLayoutEffect, useRef, useState } from "react";
import { usePart } from "../context";
import { edgeId, nodeOf } from "../model/graph";
import { DiffPane } from "./DiffPane";
import { Failures } from "./Failures";
import { Legend } from "./Legend";
import { ManyPane } from "./ManyPane";
import { NodePane } from "./NodePane";
import { Parameters } from "./Parameters";
import { Problems } from "./Problems";
import { WirePane } from "./WirePane";

export function Inspector() {
  const selection = usePart((state) => state.selection);
  const single = usePart((state) => nodeOf(state.graph, state.selection.length === 1 ? (state.selection[0] ?? null) : null));
  const wire = usePart((state) => state.graph.edges.find((edge) => edgeId(edge) === state.wire));
  const [wide, setWide] = useState(false);
  const onWide = (): void => setWide(!wide);
  const panel = useRef<HTMLElement>(null);
  const shown = single?.id ?? (selection.length > 1 ? "several" : wire ? edgeId(wire) : null);
  useLayoutEffect(() => {
    if (panel.current) panel.current.scrollTop = 0; // of something else, its beginning
  }, [shown]);
  const diff = usePart((state) => state.diff);
  if (diff) return <aside className="cb-inspector" data-testid="inspector" aria-label="What changed"><DiffPane diff={diff} /></aside>;
  return (
    <aside ref={panel} className={`cb-inspector${wide ? " cb-inspector-wide" : ""}`} data-testid="inspector" aria-label="Settings">
      {single ? <NodePane key={single.id} node={single} wide={wide} onWide={onWide} />
        : selection.length > 1 ? <ManyPane />
        : wire ? <WirePane key={edgeId(wire)} edge={wire} wide={wide} onWide={onWide} />
        : <><Legend /><Failures /><Problems /><Parameters /></>}
    </aside>
  );
}
