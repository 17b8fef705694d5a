/** Another component for this node: those that keep its wires, the likeliest first. */
import { useMemo } from "react";
import { useEditor, usePart } from "../context";
import { Combobox, type Suggestion } from "../fields/Combobox";
import { substitutes } from "../model/replacing";

export function ReplaceWith({ id, onDone }: { id: string; onDone(): void }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const palette = usePart((state) => state.palette);
  const categories = usePart((state) => state.categories);
  const suggestions = useMemo<Suggestion[]>(() => {
    const shelf = new Map(categories.map((category) => [category.key, category.title]));
    return substitutes(graph, specs, palette, id).map((spec) => ({
      value: spec.key, label: spec.title, icon: spec.icon, about: shelf.get(spec.category) ?? spec.category,
    }));
  }, [graph, specs, palette, categories, id]);
  return (
    <div className="cb-field cb-replace" onKeyDown={(event) => event.key === "Escape" && onDone()}>
      <span className="cb-label">Replace with</span>
      {suggestions.length > 0 ? (
        <Combobox label="Replace with" testId="replace-with" placeholder="Search a component…" suggestions={suggestions} clearOnPick
          onPick={(key) => { model.replace(id, key); onDone(); }} />
      ) : (
        <p className="cb-hint">No other component takes and gives what is wired here. Cut a wire first.</p>
      )}
      <p className="cb-hint">Wires stay, and settings as far as they fit.</p>
    </div>
  );
}
