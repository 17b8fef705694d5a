/** Into which group a node goes, or out of all of them. */
import { useState } from "react";
import { useEditor, usePart } from "../context";
import { textOf } from "../board/nodes/paint";
import { Dialog } from "../frame/Dialog";
import { nodeOf } from "../model/graph";
import { titleOf } from "../model/rules";
import { groupsOf, parentsOf, regrouped } from "./groups";

export function GroupDialog({ node, onClose }: { node: string; onClose(): void }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const now = parentsOf(graph, specs).get(node) ?? "";
  const [group, setGroup] = useState(now);
  const move = (event: React.FormEvent): void => {
    event.preventDefault();
    if (group !== now) model.change(regrouped(graph, specs, node, group || null));
    onClose();
  };
  return (
    <Dialog title={`Move ${titleOf(nodeOf(graph, node), specs)}`} testId="outline-grouping" onClose={onClose}>
      <form onSubmit={move}>
        <label className="cb-field">
          <span className="cb-label">Group</span>
          <select className="cb-input cb-select" autoFocus data-testid="outline-into" value={group} onChange={(event) => setGroup(event.target.value)}>
            <option value="">No group</option>
            {groupsOf(graph, specs).map((one) => <option key={one.id} value={one.id}>{textOf(one.params["title"]) || titleOf(one, specs)}</option>)}
          </select>
        </label>
        <button type="submit" className="cb-button cb-primary">Move</button>
      </form>
    </Dialog>
  );
}
