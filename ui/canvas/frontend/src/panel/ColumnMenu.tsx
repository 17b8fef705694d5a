/** What can be done with a column that leaves a node: another name, another type. */
import { usePart, useEditor } from "../context";
import { Icon } from "../Icon";
import type { Column } from "../protocol";

export function ColumnMenu({ node, port, column }: { node: string; port: string; column: Column }) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  if (readonly) return null;
  const open = (kind: "rename" | "retype"): void => model.questions.inquire({ kind, node, port, column });
  return (
    <span className="cb-column-menu">
      <button type="button" className="cb-tool" data-testid={`rename-${column.name}`} title="Rename column…" aria-label={`Rename column ${column.name}`}
        onClick={() => open("rename")}><Icon name="edit" /></button>
      <button type="button" className="cb-tool" data-testid={`retype-${column.name}`} title="Change type…" aria-label={`Change the type of ${column.name}`}
        onClick={() => open("retype")}><Icon name="swap_horiz" /></button>
    </span>
  );
}
