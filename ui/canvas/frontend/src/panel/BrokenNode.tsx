/** A node whose component is not installed: it keeps what was set, until the component is back or another takes its place. */
import type { GraphNode, Json } from "../protocol";
import { usePart } from "../context";
import { sentence } from "../fields/schema";
import { ReplaceWith } from "./ReplaceWith";

export function BrokenNode({ node }: { node: GraphNode }) {
  const readonly = usePart((state) => state.readonly);
  const params = Object.entries(node.params);
  return (
    <div className="cb-form" data-testid="broken-node">
      <p className="cb-hint">Its wires and settings are kept as they are, here and in the pipeline’s file. They work again once the component is installed.</p>
      {!readonly && <ReplaceWith id={node.id} onDone={() => undefined} />}
      {params.length > 0 && (
        <dl className="cb-kept">
          {params.map(([name, value]) => (
            <div key={name}><dt>{sentence(name)}</dt><dd>{written(value)}</dd></div>
          ))}
        </dl>
      )}
    </div>
  );
}

const written = (value: Json): string =>
  typeof value === "string" ? value : Array.isArray(value) && value.every((one) => typeof one === "string") ? value.join(", ") : JSON.stringify(value);
